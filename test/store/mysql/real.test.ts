import { array, assert, asyncProperty, double, float, integer } from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FieldValue } from '../../../src/core/codec.ts'
import type { Column } from '../../../src/store/column.ts'
import type { Database } from '../../../src/store/database.ts'
import { shortestFloat } from '../../../src/store/mysql/real.ts'
import { makeGround, records, skipped, type Ground } from './server.ts'

const FINITE = { noNaN: true, noDefaultInfinity: true } as const

describe.skipIf(skipped)('any value comes back as it was', () => {
  let ground: Ground
  let database: Database
  let columns: readonly Column[]

  beforeAll(async () => {
    ground = await makeGround()
    await ground.query('create table reals (id int primary key auto_increment, single float, twice double, words text)')
    database = await ground.open()
    columns = (await database.catalogue.table('reals'))!.columns
  })
  afterAll(() => ground.drop())

  async function roundTrip(column: Column, values: readonly FieldValue[]): Promise<FieldValue[]> {
    const { language } = database
    const db = await database.writing()
    await sql`delete from reals`.execute(db)
    const rows = values.map((value) => sql`(${language.encode(column, value)})`)
    await sql`insert into reals (${sql.id(column.name)}) values ${sql.join(rows)}`.execute(db)
    const found = await records(db, sql`select ${language.select({ column, expression: sql.id('source', column.name) })} from reals as source order by id`)
    return found.map(([selected]) => language.decode(column, selected!))
  }

  it('a FLOAT', async () => {
    const values = array(float(FINITE).map((value) => shortestFloat(value) + 0), { minLength: 1, maxLength: 200 })
    await assert(asyncProperty(values, async (all) => {
      expect(await roundTrip(columns[1]!, all)).toEqual(all)
    }), { numRuns: 10 })
  })

  it('a DOUBLE', async () => {
    const values = array(double(FINITE).map((value) => value + 0), { minLength: 1, maxLength: 200 })
    await assert(asyncProperty(values, async (all) => {
      expect(await roundTrip(columns[2]!, all)).toEqual(all)
    }), { numRuns: 10 })
  })

  it('a text', async () => {
    const values = array(array(integer({ min: 0, max: 0x10ffff }), { maxLength: 20 }).map((points) => String.fromCodePoint(...points).toWellFormed()), { minLength: 1, maxLength: 30 })
    await assert(asyncProperty(values, async (all) => {
      expect(await roundTrip(columns[3]!, all)).toEqual(all)
    }), { numRuns: 10 })
  })
})

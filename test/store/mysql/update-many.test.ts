import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Column, Table } from '../../../src/store/column.ts'
import type { Database } from '../../../src/store/database.ts'
import { makeGround, skipped, type Ground } from './server.ts'

describe.skipIf(skipped)('an update of many rows', () => {
  let ground: Ground
  let database: Database
  let table: Table

  beforeAll(async () => {
    ground = await makeGround()
    await ground.query(`create table pages (site varchar(20) character set latin1, slug varchar(100) collate utf8mb4_unicode_ci, n int, body mediumtext, small tinytext character set latin1,
      data blob, version int, price decimal(10,2), day datetime(3), unique key k (site, slug), unique key n (n))`)
    database = await ground.open()
    table = (await database.catalogue.table('pages'))!
  })
  afterAll(() => ground.drop())
  beforeEach(async () => {
    await ground.query('truncate table pages')
    await ground.query("insert into pages (site, slug, n, body, small, version) select 's', concat('Page-', seq), seq, concat('old ', seq), 'é', 1 from seq_1_to_600")
  })

  const column = (name: string): Column => database.catalogue.find(table, name)!

  async function update(keys: readonly string[], columns: readonly string[], rows: readonly { key: readonly string[]; values: readonly unknown[] }[]): Promise<bigint | undefined> {
    const db = await database.writing()
    const same = [sql`version = coalesce(version, 0) + 1`]
    const query = database.language.updateMany!(db, { table: 'pages', keys: keys.map(column), columns: columns.map(column), same, rows })
    return (await db.executeQuery(query)).numAffectedRows
  }

  it('gives each row its own values, whatever they are', async () => {
    const rows = [
      { key: ['s', 'Page-1'], values: ['日本😀 \' " \\ \0 ?', 'œ€', Buffer.from([0xff, 0, 0x27]), '12.50', '2026-01-31 12:00:00.123'] },
      { key: ['s', 'Page-2'], values: [null, null, null, null, null] },
      { key: ['s', 'Page-3'], values: ['', Buffer.from('é'), Buffer.from([]), '-1', '1999-01-01 00:00:00.000'] },
    ]
    expect(await update(['site', 'slug'], ['body', 'small', 'data', 'price', 'day'], rows)).toBe(3n)
    expect(await ground.query("select body, small, hex(data) as data, price, cast(day as char) as day, version from pages where n <= 4 order by n")).toEqual([
      { body: '日本😀 \' " \\ \0 ?', small: 'œ€', data: 'FF0027', price: '12.50', day: '2026-01-31 12:00:00.123', version: 2 },
      { body: null, small: null, data: null, price: null, day: null, version: 2 },
      { body: '', small: 'é', data: '', price: '-1.00', day: '1999-01-01 00:00:00.000', version: 2 },
      { body: 'old 4', small: 'é', data: null, price: null, day: null, version: 1 },
    ])
  })

  it('touches no row whose key only looks the same', async () => {
    await ground.query("insert into pages (site, slug, n, body) values ('s', 'Ünder', 1001, 'untouched')")
    const rows = ['PAGE-1', 'page-1', 'Page-1 ', 'Pagé-1', 'under', 'none'].map((slug) => ({ key: ['s', slug], values: ['wrong'] }))
    expect(await update(['site', 'slug'], ['body'], [...rows, { key: ['S', 'Page-2'], values: ['wrong'] }])).toBe(0n)
    expect(await update(['site', 'slug'], ['body'], [...rows, { key: ['s', 'Page-2'], values: ['right'] }])).toBe(1n)
    expect(await ground.query("select slug from pages where body = 'wrong' or version = 2")).toEqual([{ slug: 'Page-2' }])
  })

  it('finds rows by numbers', async () => {
    expect(await update(['n'], ['body'], [{ key: ['7'], values: ['seven'] }, { key: ['8'], values: ['eight'] }, { key: ['9999'], values: ['none'] }])).toBe(2n)
    expect(await ground.query('select n, body from pages where version = 2 order by n')).toEqual([{ n: 7, body: 'seven' }, { n: 8, body: 'eight' }])
  })

  it('takes 256 rows at once by the index, and counts those that are as asked already', async () => {
    const rows = Array.from({ length: 256 }, (_, index) => ({ key: ['s', `Page-${index + 1}`], values: [`old ${index + 1}`] }))
    const query = database.language.updateMany!(database.kysely, { table: 'pages', keys: ['site', 'slug'].map(column), columns: [column('body')], same: [], rows })
    await ground.query("insert into pages (site, slug, n, body) select 't', concat('Page-', seq), seq + 1000, 'x' from seq_1_to_9000")
    await ground.query('analyze table pages')
    const db = await database.writing()
    expect((await db.executeQuery(query)).numAffectedRows).toBe(256n)
    const { rows: [plan] } = await db.executeQuery<{ key: string }>({ ...query, prepared: false, sql: `explain ${query.sql}` } as never)
    expect(plan).toMatchObject({ type: 'range', key: 'k' })
  })

  it('fails as a whole where a value is refused', async () => {
    const rows = [{ key: ['s', 'Page-1'], values: ['x'] }, { key: ['s', 'Page-2'], values: ['日'] }]
    const error = await update(['site', 'slug'], ['small'], rows).then(() => undefined, (thrown: unknown) => thrown)
    expect(database.failures.refusal(error)).toContain('Incorrect string value')
    expect(await ground.query('select count(*) as changed from pages where version = 2')).toEqual([{ changed: 0 }])
  })
})

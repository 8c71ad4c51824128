import process from 'node:process'
import { afterAll, beforeAll, describe } from 'vitest'
import { sql } from 'kysely'
import type { Database } from '../../../src/store/database.ts'
import { addressOf } from '../../../src/store/postgres/address.ts'
import { objectTypes } from '../../../src/store/postgres/answers.ts'
import type { Client } from '../../../src/store/postgres/driver.ts'
import { openPostgres } from '../../../src/store/postgres/open.ts'
import { connect } from '../../../src/store/postgres/session.ts'

/** The server for tests; others need not be there. */
export const SERVER: string = process.env['ROWTREE_TEST_POSTGRES'] ?? 'postgres://postgres@127.0.0.1:5432/test'

export const answers: boolean = await openPostgres(SERVER, { directory: '/' }).then(
  async (database) => {
    await database.close()
    return true
  },
  () => false,
)

/** Tests that need a PostgreSQL server; without one they are skipped. */
export function describeOnServer(name: string, tests: () => void): void {
  const why = answers ? '' : ` (skipped: no PostgreSQL server at ${new URL(SERVER).host}, see ROWTREE_TEST_POSTGRES)`
  describe.skipIf(!answers)(`${name}${why}`, () => {
    tests()
  })
}

let counter = 0

/** A database of its own for a file of tests. */
export interface Own {
  readonly url: string
  /** On somebody else's connection; statements are separated by semicolons. */
  run(text: string): Promise<readonly Record<string, unknown>[]>
  open(): Promise<Database>
}

/** Creates a database before the tests of a `describe`, and drops it afterwards. */
export function ownDatabase(options = ''): Own {
  const name = `rt_pg_${process.pid}_${process.hrtime.bigint() % 1_000_000n}_${++counter}`
  const url = new URL(SERVER)
  url.pathname = `/${name}`
  const opened = new Set<Database>()
  let admin: Database
  let other: Client | undefined
  const run = async (text: string): Promise<readonly Record<string, unknown>[]> => {
    const { rows } = await other!.query({ text, types: objectTypes })
    return rows as Record<string, unknown>[]
  }
  beforeAll(async () => {
    admin = await openPostgres(SERVER, { directory: '/' })
    await sql.raw(`create database ${name} ${options}`).execute(await admin.writing())
    if (!options.includes('SQL_ASCII')) other = await connect(addressOf(url.href, { directory: '/' }))
  })
  afterAll(async () => {
    for (const one of opened) await one.close()
    await other?.end()
    await sql.raw(`drop database ${name} with (force)`).execute(await admin.writing())
    await admin.close()
  })
  return {
    url: url.href,
    run,
    async open() {
      const database = await openPostgres(url.href, { directory: '/' })
      opened.add(database)
      return database
    },
  }
}

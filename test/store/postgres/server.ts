import process from 'node:process'
import { afterAll, beforeAll, describe } from 'vitest'
import { sql, type Kysely } from 'kysely'
import type { Database } from '../../../src/store/database.ts'
import { openPostgres } from '../../../src/store/postgres/open.ts'

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
  describe.skipIf(!answers)(answers ? name : `${name} (skipped: no PostgreSQL server at ${new URL(SERVER).host}, see ROWTREE_TEST_POSTGRES)`, tests)
}

let counter = 0

/** A database of its own for a file of tests. */
export interface Own {
  readonly url: string
  /** Somebody else's connection. */
  readonly other: Kysely<unknown>
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
  let other: Database
  const run = async (text: string): Promise<readonly Record<string, unknown>[]> => {
    const { rows } = await sql.raw<Record<string, unknown>>(text).execute(await other.writing())
    return rows
  }
  beforeAll(async () => {
    admin = await openPostgres(SERVER, { directory: '/' })
    await sql.raw(`create database ${name} ${options}`).execute(await admin.writing())
    if (!options.includes('SQL_ASCII')) other = await openPostgres(url.href, { directory: '/' })
  })
  afterAll(async () => {
    for (const one of opened) await one.close()
    await other?.close()
    await sql.raw(`drop database ${name} with (force)`).execute(await admin.writing())
    await admin.close()
  })
  return {
    url: url.href,
    get other() {
      return other.kysely
    },
    run,
    async open() {
      const database = await openPostgres(url.href, { directory: '/' })
      opened.add(database)
      return database
    },
  }
}

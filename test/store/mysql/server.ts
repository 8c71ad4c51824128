import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise'
import { openMysql } from '../../../src/store/mysql/open.ts'
import type { Database } from '../../../src/store/database.ts'
import { sql, type Kysely } from 'kysely'
import { CompiledQuery } from 'kysely'
import type { RecordQuery, SqlValue } from '../../../src/store/value.ts'

const URL_OF_SERVER = process.env['ROWTREE_TEST_MYSQL'] ?? 'mysql://root@127.0.0.1:3306/test'

/** Why tests of MariaDB are skipped, where no server answers; `undefined` where one does. */
export const skipped: string | undefined = await reason()

async function reason(): Promise<string | undefined> {
  try {
    await (await createConnection(URL_OF_SERVER)).end()
    return undefined
  } catch (error) {
    // Whoever names a server wants it tested.
    if (process.env['ROWTREE_TEST_MYSQL'] !== undefined) throw error
    return 'no MariaDB; set ROWTREE_TEST_MYSQL'
  }
}

/** A database of a test's own on the server, with a connection of somebody else. */
export interface Ground {
  readonly url: string
  readonly name: string
  readonly other: Connection
  query(text: string, values?: readonly unknown[]): Promise<RowDataPacket[]>
  open(): Promise<Database>
  drop(): Promise<void>
}

let number = 0

export async function makeGround(): Promise<Ground> {
  const name = `rt_mysql_${process.pid}_${performance.now().toString(36).replace('.', '')}_${++number}`
  const admin = await createConnection(URL_OF_SERVER)
  await admin.query(`create database ${name} character set utf8mb4`)
  await admin.query(`use ${name}`)
  const url = URL_OF_SERVER.replace(/\/[^/?]*(\?|$)/, `/${name}$1`)
  const opened: Database[] = []
  return {
    url,
    name,
    other: admin,
    query: async (text, values) => (await admin.query<RowDataPacket[]>(text, values as unknown[]))[0],
    async open() {
      const database = await openMysql(url, { directory: '/' })
      opened.push(database)
      return database
    },
    async drop() {
      for (const database of opened) await database.close()
      await admin.query(`drop database ${name}`)
      await admin.end()
    },
  }
}

/** The number of a connection, for KILL. */
export async function threadOf(db: Kysely<unknown>): Promise<number> {
  const { rows } = await sql<{ id: number }>`select connection_id() as id`.execute(db)
  return rows[0]!.id
}

/** The records of a query. */
export async function records(db: Kysely<unknown>, query: ReturnType<typeof sql>): Promise<SqlValue[][]> {
  const compiled = query.compile(db)
  const question: RecordQuery = { ...CompiledQuery.raw(compiled.sql, [...compiled.parameters]), records: true }
  return (await db.executeQuery<SqlValue[]>(question)).rows
}

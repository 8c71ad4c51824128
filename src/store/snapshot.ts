import { CompiledQuery, type Kysely, type RawBuilder } from 'kysely'
import type { Database } from './database.ts'
import type { Chunk } from './store.ts'
import type { RecordQuery, SqlValue } from './value.ts'

/** Rows in a chunk: few, because the garbage collector copies what is still in use, and a chunk's contents are. */
export const CHUNK_SIZE = 64

/**
 * Yields what `read` yields, all of it as of one moment: within one transaction, which ends also
 * when the consumer stops early.
 *
 * @throws {RowtreeError} `store-unreadable`: the database failed, before or amid the rows.
 */
export async function* readSnapshot(
  database: Database,
  read: (transaction: Kysely<unknown>) => AsyncIterable<Chunk>,
): AsyncGenerator<Chunk> {
  try {
    database.recover()
    const db = await database.streaming()
    const transaction = await db.startTransaction().setAccessMode('read only').execute()
    try {
      yield* read(transaction)
    } finally {
      // Nothing was written.
      await transaction.rollback().execute()
    }
  } catch (error) {
    throw database.failures.unreadable(error)
  }
}

/** The query's rows in chunks, each row an array in the order of the selected columns. */
export async function* streamRows(db: Kysely<unknown>, query: RawBuilder<unknown>): AsyncGenerator<SqlValue[][]> {
  for await (const { rows } of db.getExecutor().stream(query.compile(db), CHUNK_SIZE)) {
    yield rows as SqlValue[][]
  }
}

/** The query's rows, all at once, each as a record. */
export async function queryRecords(db: Kysely<unknown>, text: string, parameters: readonly unknown[]): Promise<SqlValue[][]> {
  const query: RecordQuery = { ...CompiledQuery.raw(text, parameters as unknown[]), records: true }
  const { rows } = await db.executeQuery<SqlValue[]>(query)
  return rows
}

/** The answer of one query, outside of a snapshot. */
export async function ask<T>(database: Database, query: (db: Kysely<unknown>) => Promise<T>): Promise<T> {
  try {
    database.recover()
    return await query(database.kysely)
  } catch (error) {
    throw database.failures.unreadable(error)
  }
}

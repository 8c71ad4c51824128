import { sql, type Kysely, type RawBuilder } from 'kysely'
import { readDistinct, type OpenChunk } from '../distinct.ts'
import type { Chunk } from '../store.ts'
import type { Texts } from '../texts.ts'
import { areWhole, column, isRow, mend, rowOf, selectBytes, selectRecords, type RowRecord } from './record.ts'
import type { Source } from './source.ts'

/** How many rows a source has, whatever can be made of them. */
export async function countRows(db: Kysely<unknown>, { table }: Source): Promise<number> {
  const { rows } = await sql<{ total: number }>`select count(*) as total from ${sql.id(table)}`.execute(db)
  return rows[0]!.total
}

/**
 * Yields the rows of one collection. Texts that did not arrive whole are rare and come last, from
 * a second look at the table: while a stream is open the connection answers no other query.
 */
export async function* readSource(db: Kysely<unknown>, source: Source, texts: Texts): AsyncGenerator<Chunk> {
  let left = 0

  function addRow(chunk: OpenChunk, record: RowRecord, copies: number): void {
    if (copies === 1 && !areWhole(source, record, texts)) left++
    else add(chunk, source, record, copies)
  }

  function addLeft(chunk: OpenChunk, record: RowRecord, copies: number): void {
    if (copies > 1 || areWhole(source, record, texts)) return
    mend(source, record, texts)
    add(chunk, source, record, copies)
  }

  yield* readDistinct(db, inOrder(source, []), source.keys.length, addRow)
  if (left > 0) yield* readDistinct(db, inOrder(source, selectBytes(source)), source.keys.length, addLeft)
}

function add(chunk: OpenChunk, source: Source, record: RowRecord, copies: number): void {
  const row = rowOf(source, record, copies)
  if (isRow(row)) chunk.rows.push(row)
  else chunk.problems.push(row)
}

/** Binary order, whatever the columns' collation: else `a`, `A`, `a` would hide that `a` occurs twice. */
function inOrder(source: Source, more: readonly RawBuilder<unknown>[]): RawBuilder<unknown> {
  return selectRecords(source, more, sql`order by ${sql.join(source.keys.map((key) => sql`${column(key)} collate binary`))}`)
}

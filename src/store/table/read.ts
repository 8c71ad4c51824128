import { sql, type Kysely, type RawBuilder } from 'kysely'
import { readDistinct, type OpenChunk } from '../distinct.ts'
import type { Chunk } from '../store.ts'
import type { Access } from './access.ts'
import { areWhole, fromSource, isRow, mend, orderedBy, rowOf, selectBytes, selectRecords, type RowRecord } from './record.ts'

/** How many rows a source has, whatever can be made of them. */
export async function countRows(db: Kysely<unknown>, { source, language }: Access): Promise<number> {
  const { rows } = await sql<{ total: number }>`select count(*) as total ${fromSource(source, language)}`.execute(db)
  return Number(rows[0]!.total)
}

/**
 * Yields the rows of one collection. Texts that did not arrive whole are rare and come last, from
 * a second look at the table: while a stream is open the connection answers no other query.
 */
export async function* readSource(db: Kysely<unknown>, access: Access): AsyncGenerator<Chunk> {
  const { source, language, texts } = access
  let left = 0

  function addRow(chunk: OpenChunk, record: RowRecord, copies: number): void {
    if (copies === 1 && !areWhole(source, record, texts)) left++
    else add(chunk, access, record, copies)
  }

  function addLeft(chunk: OpenChunk, record: RowRecord, copies: number): void {
    if (copies > 1 || areWhole(source, record, texts)) return
    mend(source, record, texts)
    add(chunk, access, record, copies)
  }

  yield* readDistinct(db, inOrder(access, []), source.keys.length, addRow)
  if (left > 0) yield* readDistinct(db, inOrder(access, selectBytes(source, language)), source.keys.length, addLeft)
}

function add(chunk: OpenChunk, { source, language }: Access, record: RowRecord, copies: number): void {
  const row = rowOf(source, language, record, copies)
  if (isRow(row)) chunk.rows.push(row)
  else chunk.problems.push(row)
}

/** In an order in which equal keys are neighbours. */
function inOrder({ source, language }: Access, more: readonly RawBuilder<unknown>[]): RawBuilder<unknown> {
  const order = source.references.map((_, index) => language.order(orderedBy(source, language, index), source.unique))
  return selectRecords(source, language, more, { tail: sql`order by ${sql.join(order)}` })
}

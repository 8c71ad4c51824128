import type { Kysely, RawBuilder } from 'kysely'
import type { Problem, Row } from '../types.ts'
import { streamRows } from './snapshot.ts'
import type { SqlValue } from './value.ts'
import type { Chunk } from './store.ts'

/** A chunk that is being filled. */
export interface OpenChunk extends Chunk {
  readonly rows: Row[]
  readonly problems: Problem[]
}

/**
 * Streams the records of a query that is ordered by its first `width` columns. Neighbours that are
 * equal in these are added once, with their number.
 */
export async function* readDistinct(
  db: Kysely<unknown>,
  query: RawBuilder<unknown>,
  width: number,
  add: (chunk: OpenChunk, record: SqlValue[], copies: number) => void,
): AsyncGenerator<Chunk> {
  let chunk: OpenChunk = { rows: [], problems: [] }
  let held: SqlValue[] | undefined
  let copies = 1
  for await (const records of streamRows(db, query)) {
    if (!isEmpty(chunk)) yield chunk
    chunk = { rows: [], problems: [] }
    for (const record of records) {
      if (held !== undefined && sameKey(held, record, width)) {
        copies++
        continue
      }
      // A record waits for its successor, also over the border of two chunks.
      if (held !== undefined) add(chunk, held, copies)
      held = record
      copies = 1
    }
  }
  if (held !== undefined) add(chunk, held, copies)
  if (!isEmpty(chunk)) yield chunk
}

function isEmpty({ rows, problems }: Chunk): boolean {
  return rows.length === 0 && problems.length === 0
}

function sameKey(a: SqlValue[], b: SqlValue[], width: number): boolean {
  // The last column differs most often.
  for (let index = width - 1; index >= 0; index--) if (a[index] !== b[index]) return false
  return true
}

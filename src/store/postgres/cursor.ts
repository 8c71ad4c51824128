import type { CompiledQuery, QueryResult } from 'kysely'
import { recordTypes } from './answers.ts'
import type { Result, Statement } from './driver.ts'

/** Characters that one answer of the server should have: enough that asking costs little, and little enough to hold two of them. */
const ANSWER = 1_048_576

/** Rows of the first answer, whose size nobody knows yet. */
const FIRST = 64

/** Rows that are asked for at most. */
const MOST = 2_048

let cursors = 0

/**
 * The records of a query through a cursor, in the transaction that is open. The next rows are under way while the consumer works. When the consumer stops early the
 * cursor is closed; when the server fails it throws.
 */
export async function* fetchAll<R>(run: (statement: Statement) => Promise<Result>, query: CompiledQuery, chunkSize: number): AsyncGenerator<QueryResult<R>> {
  const name = `rowtree_cursor_${++cursors}`
  await run({ text: `declare ${name} no scroll cursor for ${query.sql}`, values: query.parameters })
  const fetch = (count: number): Promise<Result> => run({ text: `fetch ${count} from ${name}`, rowMode: 'array', types: recordTypes })
  let asked = FIRST
  let under: Promise<Result> | undefined = fetch(asked)
  let failed = false
  try {
    while (under !== undefined) {
      const rows = await attempt(under) as R[]
      under = undefined
      if (rows.length === asked) {
        asked = howMany(rows as unknown[][])
        under = fetch(asked)
        // It is awaited later; a failure until then is not one that nobody handles.
        under.catch(() => undefined)
      }
      for (let start = 0; start < rows.length; start += chunkSize) yield { rows: rows.slice(start, start + chunkSize) }
    }
  } finally {
    if (!failed && under !== undefined) await attempt(under)
    // After a failure the transaction takes no more statements, and ends with its cursors.
    if (!failed) await run({ text: `close ${name}` })
  }

  async function attempt(answer: Promise<Result>): Promise<readonly unknown[]> {
    try {
      return (await answer).rows
    } catch (error) {
      failed = true
      throw error
    }
  }
}

/** How many rows to ask for after these. */
function howMany(rows: readonly (readonly unknown[])[]): number {
  let size = 0
  for (const row of rows) for (const value of row) size += value === null ? 0 : (value as string | Uint8Array).length
  const mean = Math.max(1, size / rows.length)
  return Math.max(1, Math.min(MOST, Math.round(ANSWER / mean)))
}

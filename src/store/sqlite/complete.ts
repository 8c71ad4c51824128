import { DatabaseSync, type SQLInputValue } from 'node:sqlite'

/**
 * Makes sure that a query has no more rows than were iterated. Deno's `iterate` (2.9) ends as if it
 * were done when SQLite fails amid the rows or the file is locked; taken at its word, that would
 * look like deleted rows. Other ways to run a statement do report the failure.
 *
 * @param count How many rows the iteration gave.
 * @throws {Error} What made it end early.
 */
export function requireComplete(database: DatabaseSync, query: string, parameters: readonly SQLInputValue[], count: number): void {
  if (reportsFailure()) return
  const next = database.prepare(`select * from (${query}) limit 1 offset ${count}`).get(...parameters)
  if (next !== undefined) throw new Error(`it stopped after ${count} rows, but there are more`)
}

let reports: boolean | undefined

/** Whether this runtime's `iterate` throws: found by a query whose second row overflows. */
function reportsFailure(): boolean {
  return (reports ??= probe())
}

function probe(): boolean {
  const database = new DatabaseSync(':memory:')
  try {
    const statement = database.prepare('select abs(column1) from (values (0), (-9223372036854775807 - 1))')
    return Array.from(statement.iterate()).length > 1
  } catch {
    return true
  } finally {
    database.close()
  }
}

import { RowtreeError, messageOf } from '../errors.ts'

/** SQLite's primary result codes that a person can do something about. */
const STATES: Readonly<Record<number, readonly [name: string, state: string]>> = {
  5: ['SQLITE_BUSY', 'another program has locked it. Try again when that program is done'],
  6: ['SQLITE_LOCKED', 'another program has locked it. Try again when that program is done'],
  11: ['SQLITE_CORRUPT', 'the database is damaged. Check it with "pragma integrity_check"'],
  26: ['SQLITE_NOTADB', 'it is not a SQLite database. Correct store.url'],
}

/**
 * What the database reported, as a `store-unreadable` error that names the store. A `RowtreeError`
 * is given back as it is.
 */
export function unreadable(path: string, error: unknown): RowtreeError {
  if (error instanceof RowtreeError) return error
  const [errno, state] = STATES[primaryCode(error)] ?? [undefined, messageOf(error)]
  const details = { path, ...(errno !== undefined && { errno }), cause: error }
  return new RowtreeError('store-unreadable', `Cannot read the store ${path}: ${state}`, details)
}

/** SQLite refines its codes in the upper bits. */
function primaryCode(error: unknown): number {
  const code = error instanceof Error ? (error as Error & { errcode?: unknown }).errcode : undefined
  return typeof code === 'number' ? code & 0xff : 0
}

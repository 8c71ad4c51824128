import { RowtreeError, messageOf } from '../errors.ts'

/** SQLite's primary result codes that a person can do something about. */
const STATES: Readonly<Record<number, readonly [name: string, state: string]>> = {
  5: ['SQLITE_BUSY', 'another program has locked it. Try again when that program is done'],
  6: ['SQLITE_LOCKED', 'another program has locked it. Try again when that program is done'],
  8: ['SQLITE_READONLY', 'a program died while it wrote. Open it once as a user who may write the file and its directory, which tidies up'],
  11: ['SQLITE_CORRUPT', 'the database is damaged. Check it with "pragma integrity_check"'],
  26: ['SQLITE_NOTADB', 'it is not a SQLite database. Correct store.url'],
}

/** The same for writing, where there is more to go wrong. */
const WRITE_STATES: typeof STATES = {
  ...STATES,
  8: ['SQLITE_READONLY', 'it is read-only. Allow this user to write the file and its directory'],
  10: ['SQLITE_IOERR', 'the disk reports an error. Check the disk'],
  13: ['SQLITE_FULL', 'the disk is full. Make room'],
  14: ['SQLITE_CANTOPEN', 'its journal cannot be made. Allow this user to write its directory'],
}

/** What only the row is to blame for: SQLITE_ERROR, SQLITE_TOOBIG, SQLITE_CONSTRAINT, SQLITE_MISMATCH. */
const REFUSALS: ReadonlySet<number> = new Set([1, 18, 19, 20])

/**
 * What the database reported, as a `store-unreadable` error that names the store, or `store-locked` where it is only a matter of
 * time. A `RowtreeError` is given back as it is.
 */
export function unreadable(path: string, error: unknown): RowtreeError {
  if (error instanceof RowtreeError) return error
  const [errno, state] = STATES[primaryCode(error)] ?? [undefined, messageOf(error)]
  const details = { path, ...(errno !== undefined && { errno }), cause: error }
  return new RowtreeError(isLock(errno) ? 'store-locked' : 'store-unreadable', `Cannot read the store ${path}: ${state}`, details)
}

/**
 * What the database reported while it was written to, as a `store-unwritable` error, or `store-locked` where it is only a matter of
 * time. A `RowtreeError` is given back as it is.
 */
export function unwritable(path: string, error: unknown): RowtreeError {
  if (error instanceof RowtreeError) return error
  const [errno, state] = WRITE_STATES[primaryCode(error)] ?? [undefined, messageOf(error)]
  const details = { path, ...(errno !== undefined && { errno }), cause: error }
  return new RowtreeError(isLock(errno) ? 'store-locked' : 'store-unwritable', `Cannot write the store ${path}: ${state}`, details)
}

/** The error for a file that is not what its path names any more: who goes on with it reads and writes what nobody else sees. */
export function replaced(path: string, what: 'read' | 'write', cause?: unknown): RowtreeError {
  const message = `Cannot ${what} the store ${path}: its file was replaced or removed since it was opened. Run it again`
  return new RowtreeError(what === 'read' ? 'store-unreadable' : 'store-unwritable', message, { path, cause })
}

/** The database's words where it refused one row: a constraint, a trigger, a type; `undefined` where the whole store is concerned. */
export function refusal(error: unknown): string | undefined {
  return REFUSALS.has(primaryCode(error)) ? messageOf(error) : undefined
}

function isLock(errno: string | undefined): boolean {
  return errno === 'SQLITE_BUSY' || errno === 'SQLITE_LOCKED'
}

/** SQLite refines its codes in the upper bits. */
function primaryCode(error: unknown): number {
  const code = error instanceof Error ? (error as Error & { errcode?: unknown }).errcode : undefined
  return typeof code === 'number' ? code & 0xff : 0
}

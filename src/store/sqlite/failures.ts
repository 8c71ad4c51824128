import { errnoOf, messageOf, RowtreeError } from '../../errors.ts'
import type { Failures } from '../database.ts'

/** SQLite's primary result codes that a person can do something about. */
const STATES: Readonly<Record<number, readonly [name: string, state: string, remedy: string]>> = {
  5: ['SQLITE_BUSY', 'another program has locked it', 'Try again when that program is done'],
  6: ['SQLITE_LOCKED', 'another program has locked it', 'Try again when that program is done'],
  8: ['SQLITE_READONLY', 'a program died while it wrote', 'Open it once as a user who may write the file and its directory, which tidies up'],
  10: ['SQLITE_IOERR', 'the disk reports an error', 'Check the disk, and whether a quota is used up'],
  11: ['SQLITE_CORRUPT', 'the database is damaged', 'Check it with "pragma integrity_check"'],
  13: ['SQLITE_FULL', 'the disk is full', 'Make room'],
  14: ['SQLITE_CANTOPEN', 'it cannot be opened', 'Check its permissions, the disk, and how many files may be open (ulimit -n)'],
  26: ['SQLITE_NOTADB', 'it is not a SQLite database', 'Correct store.url'],
}

/** The same for writing, where there is more to go wrong. */
const WRITE_STATES: typeof STATES = {
  ...STATES,
  8: ['SQLITE_READONLY', 'it is read-only', 'Allow this user to write the file and its directory'],
  14: ['SQLITE_CANTOPEN', 'its journal cannot be made', 'Allow this user to write its directory, and more files to be open (ulimit -n)'],
}

/** What only the row is to blame for: SQLITE_ERROR, SQLITE_TOOBIG, SQLITE_CONSTRAINT, SQLITE_MISMATCH. */
const REFUSALS: ReadonlySet<number> = new Set([1, 18, 19, 20])

/**
 * What SQLite's errors mean.
 *
 * @param isCurrent whether the file is still what its path names: SQLite calls one that was replaced read-only
 */
export function sqliteFailures(path: string, isCurrent: () => boolean): Failures {
  return {
    unreadable: (error) => named(path, 'read', error),
    unwritable: (error) => (error instanceof RowtreeError || isCurrent() ? named(path, 'write', error) : replaced(path, 'write', error)),
    refusal: (error) => (REFUSALS.has(primaryCode(error)) ? messageOf(error) : undefined),
    // Who writes holds the lock from the beginning, and a file does not hang up.
    isRace: () => false,
    isLost: () => false,
  }
}

/** The error for a file that is not what its path names any more: who goes on with it reads and writes what nobody else sees. */
export function replaced(path: string, what: 'read' | 'write', cause?: unknown): RowtreeError {
  const message = `Cannot ${what} the store ${path}: its file was replaced or removed since it was opened`
  return new RowtreeError(what === 'read' ? 'store-unreadable' : 'store-unwritable', message, { path, remedy: 'Run it again', cause })
}

function named(path: string, what: 'read' | 'write', error: unknown): RowtreeError {
  if (error instanceof RowtreeError) return error
  const [errno, state, remedy] = (what === 'read' ? STATES : WRITE_STATES)[primaryCode(error)] ?? stateOf(error)
  const details = { path, ...(errno !== undefined && { errno }), ...(remedy !== undefined && { remedy }), cause: error }
  const code = isLock(errno) ? 'store-locked' : what === 'read' ? 'store-unreadable' : 'store-unwritable'
  return new RowtreeError(code, `Cannot ${what} the store ${path}: ${state}`, details)
}

/** What the system refused beside SQLite, or what nobody knows a remedy for. */
function stateOf(error: unknown): readonly [errno: string | undefined, state: string, remedy?: string] {
  const errno = errnoOf(error)
  return errno === undefined || errno.startsWith('ERR_') ? [undefined, messageOf(error)] : [errno, messageOf(error), 'Check its permissions and the disk']
}

function isLock(errno: string | undefined): boolean {
  return errno === 'SQLITE_BUSY' || errno === 'SQLITE_LOCKED'
}

/** SQLite's own words, for what Deno throws without a code. */
const WORDS: Readonly<Record<string, number>> = { 'disk I/O error': 10, 'database or disk is full': 13, 'unable to open database file': 14 }

/** SQLite refines its codes in the upper bits. */
function primaryCode(error: unknown): number {
  if (!(error instanceof Error)) return 0
  const { errcode, message } = error as Error & { errcode?: unknown }
  return typeof errcode === 'number' ? errcode & 0xff : (WORDS[message.split(': ', 1)[0]!] ?? 0)
}

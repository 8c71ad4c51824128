import { accessSync, constants, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { errnoOf, RowtreeError } from '../errors.ts'
import { invalid } from './schema.ts'

/** SQLite's primary result codes, https://sqlite.org/rescode.html. */
const [ERROR, BUSY, READONLY, IOERR, CORRUPT, FULL, CANTOPEN, SCHEMA, CONSTRAINT, MISMATCH, NOTADB] = [1, 5, 8, 10, 11, 13, 14, 17, 19, 20, 26]

/** Runs `work` and turns what SQLite throws into an error with a code, the path and a remedy. */
export function asStorageError<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw translate(path, error)
  }
}

/** SQLite's own words, for what Deno throws without a code. */
const WORDS: Readonly<Record<string, number>> = {
  'database is locked': BUSY,
  'attempt to write a readonly database': READONLY,
  'disk I/O error': IOERR,
  'database disk image is malformed': CORRUPT,
  'database or disk is full': FULL,
  'unable to open database file': CANTOPEN,
  'file is not a database': NOTADB,
}

/** SQLite's primary result code of a thrown value; `undefined` where it is none of SQLite's. */
function codeOf(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined
  const { code, errcode, message } = error as Error & { code?: unknown; errcode?: unknown }
  // An integer that no part of us could have written.
  if (code === 'ERR_OUT_OF_RANGE') return MISMATCH
  if (typeof errcode === 'number') return errcode & 0xff
  return WORDS[message.split(': ', 1)[0]!] ?? (code === 'ERR_SQLITE_ERROR' ? ERROR : undefined)
}

/** Whether another connection holds the database. */
export function isBusy(error: unknown): boolean {
  return codeOf(error) === BUSY
}

/**
 * Whether a database cannot be read because somebody died while he wrote it. Who opens it to write tidies up.
 *
 * @param error of an opening that only reads
 */
export function isLeftBehind(error: unknown, path: string): boolean {
  const code = codeOf(error)
  return (code === READONLY || code === CANTOPEN) && (statSync(`${path}-journal`, { throwIfNoEntry: false })?.size ?? 0) > 0
}

/** Whether that is why a directory cannot be written. Deno judges by the mode alone, and never says so. */
function isReadOnly(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK)
    return false
  } catch (error) {
    return errnoOf(error) === 'EROFS'
  }
}

function translate(path: string, error: unknown): unknown {
  switch (codeOf(error)) {
    case FULL:
      return fatal('disk-full', 'the disk is full', 'make room and run it again', 'ENOSPC')
    case IOERR:
      // Also what a quota refuses.
      return fatal('io-error', 'the disk reported an input/output error', 'check the disk, and whether a quota is used up', 'EIO')
    case READONLY:
      if (isReadOnly(dirname(path))) return mountedReadOnly()
      return fatal('read-only', 'the directory cannot be written', 'check its permissions, and whether it is mounted writable')
    case CANTOPEN:
      if (isReadOnly(dirname(path))) return mountedReadOnly()
      return fatal('read-only', 'a file in the directory cannot be opened', 'check its permissions, the disk, and how many files may be open (ulimit -n)')
    case BUSY:
      return fatal('locked', 'another program holds it', 'end that program')
    case CORRUPT:
    case NOTADB:
      return invalid(path, 'it is damaged or not a database', error)
    // Our statements fit our tables.
    case ERROR:
    case SCHEMA:
    case CONSTRAINT:
    case MISMATCH:
      return invalid(path, 'it does not hold what it should', error)
    default:
      return error
  }

  function mountedReadOnly(): RowtreeError {
    return fatal('read-only', 'the filesystem is read-only', 'mount it writable', 'EROFS')
  }

  function fatal(code: 'disk-full' | 'io-error' | 'read-only' | 'locked', state: string, remedy: string, errno?: string): RowtreeError {
    return new RowtreeError(code, `Cannot write the baseline ${path}: ${state}`, { path, remedy, cause: error, ...(errno && { errno }) })
  }
}

import { RowtreeError } from '../errors.ts'
import { invalid } from './schema.ts'

/** SQLite's primary result codes, https://sqlite.org/rescode.html. */
const [BUSY, READONLY, IOERR, CORRUPT, FULL, CANTOPEN, NOTADB] = [5, 8, 10, 11, 13, 14, 26]

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
  const { errcode, message } = error as Error & { errcode?: unknown }
  return typeof errcode === 'number' ? errcode & 0xff : WORDS[message.split(': ', 1)[0]!]
}

/** Whether another connection holds the database. */
export function isBusy(error: unknown): boolean {
  return codeOf(error) === BUSY
}

function translate(path: string, error: unknown): unknown {
  switch (codeOf(error)) {
    case FULL:
      return fatal('disk-full', 'the disk is full; make room and run it again', 'ENOSPC')
    case IOERR:
      return fatal('io-error', 'the disk reported an input/output error; check the disk', 'EIO')
    case READONLY:
    case CANTOPEN:
      return fatal('read-only', 'the directory cannot be written; check its permissions')
    case BUSY:
      return fatal('locked', 'another program holds it; end that program')
    case CORRUPT:
    case NOTADB:
      return invalid(path, 'it is damaged or not a database', error)
    default:
      return error
  }

  function fatal(code: 'disk-full' | 'io-error' | 'read-only' | 'locked', state: string, errno?: string): RowtreeError {
    return new RowtreeError(code, `Cannot write the baseline ${path}: ${state}`, { path, cause: error, ...(errno && { errno }) })
  }
}

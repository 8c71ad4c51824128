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

function translate(path: string, error: unknown): unknown {
  const code = error instanceof Error ? (error as Error & { errcode?: unknown }).errcode : undefined
  if (typeof code !== 'number') return error
  switch (code & 0xff) {
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

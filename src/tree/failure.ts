import { type ErrorCode, errnoOf, messageOf, RowtreeError } from '../errors.ts'

/** Failures that would hit every other file as well: they end a cycle, where others are one item's problem. */
const SYSTEMIC: Readonly<Record<string, readonly [ErrorCode, state: string, remedy: string]>> = {
  ENOSPC: ['disk-full', 'the disk is full', 'make room and run it again'],
  EDQUOT: ['disk-full', 'the quota is used up', 'make room and run it again'],
  EROFS: ['read-only', 'the filesystem is read-only', 'mount it writable'],
  EIO: ['io-error', 'the disk reported an input/output error', 'check the disk'],
  EMFILE: ['too-many-open-files', 'too many files are open', 'raise the limit (ulimit -n)'],
  ENFILE: ['too-many-open-files', 'the system has too many files open', 'close other programs'],
}

/** What any other refusal of the system is. */
const REFUSED = (message: string): readonly [ErrorCode, state: string, remedy: string] => ['io-error', message, 'mend that and run it again']

/** Whether this failure of one file is a state of the whole disk or process. */
export function isSystemic(errno: string): boolean {
  return errno in SYSTEMIC
}

/** What mends a state of the whole disk or process; `undefined` for any other failure. */
export function systemicRemedy(errno: string): string | undefined {
  return SYSTEMIC[errno]?.[2]
}

/** A systemic failure as it crosses from a writer thread, where an error would lose its code. */
export interface Fatal {
  readonly errno: string
  readonly path: string
  readonly message: string
}

/** The value for a systemic failure; `undefined` for one item's own. */
export function asFatal(error: unknown, path: string): Fatal | undefined {
  const errno = errnoOf(error)
  return errno && isSystemic(errno) ? { errno, path, message: messageOf(error) } : undefined
}

/** The system's codes: runtimes and drivers have others. */
const ERRNO = /^E[A-Z0-9]+$/

/**
 * What the system refused where nobody could say what to do about it, as an error that a person can act on. All else stays what it is: a fault of
 * ours has to look like one.
 */
export function asSystemError(error: unknown): unknown {
  const errno = error instanceof RowtreeError ? undefined : errnoOf(error)
  if (errno === undefined || !ERRNO.test(errno)) return error
  const { path } = error as { path?: unknown }
  const [code, state, remedy] = SYSTEMIC[errno] ?? REFUSED(messageOf(error))
  const details = { errno, remedy, cause: error, ...(typeof path === 'string' && { path }) }
  return new RowtreeError(code, `Cannot finish${typeof path === 'string' ? ` at ${path}` : ''}: ${state}`, details)
}

/** The error to throw for a systemic failure. */
export function fatalError(fatal: Fatal): RowtreeError {
  const [code, state, remedy] = SYSTEMIC[fatal.errno] ?? REFUSED(fatal.message)
  return new RowtreeError(code, `Cannot write ${fatal.path}: ${state}`, { path: fatal.path, errno: fatal.errno, remedy })
}

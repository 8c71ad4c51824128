import { type ErrorCode, errnoOf, messageOf, RowtreeError } from '../errors.ts'

/** Failures that would hit every other file as well: they end a cycle, where others are one item's problem. */
const SYSTEMIC: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  ENOSPC: ['disk-full', 'the disk is full; make room and run it again'],
  EDQUOT: ['disk-full', 'the quota is used up; make room and run it again'],
  EROFS: ['read-only', 'the filesystem is read-only; mount it writable'],
  EIO: ['io-error', 'the disk reported an input/output error; check the disk'],
  EMFILE: ['too-many-open-files', 'too many files are open; raise the limit (ulimit -n)'],
  ENFILE: ['too-many-open-files', 'the system has too many files open; close other programs'],
}

/** Whether this failure of one file is a state of the whole disk or process. */
export function isSystemic(errno: string): boolean {
  return errno in SYSTEMIC
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

/** The error to throw for a systemic failure. */
export function fatalError(fatal: Fatal): RowtreeError {
  const [code, state] = SYSTEMIC[fatal.errno] ?? (['io-error', fatal.message] as const)
  return new RowtreeError(code, `Cannot write ${fatal.path}: ${state}`, { path: fatal.path, errno: fatal.errno })
}

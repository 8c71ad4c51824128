import { closeSync, constants, openSync, readSync } from 'node:fs'
import { errnoOf } from '../errors.ts'
import { type Entry, fstat, sameStat } from './stat.ts'

/** A regular file's bytes and the stat they belong to. */
export interface FileContent {
  readonly bytes: Uint8Array
  readonly entry: Entry
}

// Neither a symlink nor a FIFO that was planted after the check may lead elsewhere or hang.
export const CAREFULLY: number = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

/**
 * Reads a regular file whole.
 *
 * @throws the system's error, and `EAGAIN` when the file changed while it was read
 */
export function readFile(path: string): FileContent {
  const fd = openSync(path, CAREFULLY)
  try {
    const entry = fstat(fd)
    if (entry.kind !== 'file') throw failure('EINVAL', 'not a regular file', path)
    // Every byte is overwritten, or the file has changed.
    const bytes: Uint8Array = Buffer.allocUnsafe(entry.size)
    let length = 0
    while (length < bytes.length) {
      const read = readSync(fd, bytes, length, bytes.length - length, null)
      if (read === 0) break
      length += read
    }
    if (length !== entry.size || !sameStat(entry, fstat(fd))) {
      throw failure('EAGAIN', 'the file changed while it was read', path)
    }
    return { bytes, entry }
  } finally {
    closeSync(fd)
  }
}

/** A file gone, replaced by something else, or being written. */
const MOVED_ON = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'EINVAL', 'ENXIO', 'EAGAIN'])

/** Reads a file that was there before; `undefined` where it is not the same any more. */
export function readAgain(path: string): FileContent | undefined {
  try {
    return readFile(path)
  } catch (error) {
    if (MOVED_ON.has(errnoOf(error) ?? '')) return undefined
    throw error
  }
}

function failure(code: string, state: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${state}, read '${path}'`), { code, syscall: 'read', path })
}

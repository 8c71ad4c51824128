import { execFile } from 'node:child_process'
import { closeSync, constants, fsync, fsyncSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { errnoOf, messageOf } from '../errors.ts'
import { fatalError } from './failure.ts'

/** Forces one open file to the disk, off the calling thread. */
export const flushFile: (fd: number) => Promise<void> = promisify(fsync)

/** Forces a closed file to the disk, on the calling thread. */
export function flushPath(path: string): void {
  flushSync(path, constants.O_RDWR)
}

/**
 * Forces a directory's entries to the disk: without it a new or renamed file can be gone
 * after a power failure although its own bytes were flushed.
 *
 * Windows has no such call; its filesystems journal renames themselves.
 */
export function flushDirectory(path: string): void {
  if (process.platform === 'win32') return
  try {
    flushSync(path, constants.O_RDONLY)
  } catch (error) {
    // Whoever may write to a directory need not be allowed to open it, and what was done in it is done.
    if (errnoOf(error) !== 'EACCES') throw error
  }
}

/**
 * Flushes a directory and, where it was made just now, the directories that list it and its parents.
 *
 * @param made the first directory that was made; see `makeDirectories`
 */
export function flushUpwards(directory: string, made: string | undefined): void {
  flushDirectory(directory)
  if (made === undefined) return
  for (let path = directory; path.length >= made.length; path = dirname(path)) flushDirectory(dirname(path))
}

/**
 * Flushes the directory of something that is done, and those that were made for it. What is done stays done, so a failure is none of one item: it ends the
 * operation, and takes nothing back.
 *
 * @throws {RowtreeError} what the disk reported, such as `io-error`
 */
export function flushDeed(directory: string, made?: string): void {
  try {
    flushUpwards(directory, made)
  } catch (error) {
    const errno = errnoOf(error)
    throw errno === undefined ? error : fatalError({ errno, path: directory, message: messageOf(error) })
  }
}

function flushSync(path: string, flags: number): void {
  const fd = openSync(path, flags)
  try {
    fsyncSync(fd)
  } catch (error) {
    // Some network and FUSE filesystems cannot flush a directory and say so.
    if (errnoOf(error) !== 'EINVAL' && errnoOf(error) !== 'ENOTSUP') throw error
  } finally {
    closeSync(fd)
  }
}

const run = promisify(execFile)

/**
 * Forces everything of the filesystem that holds `path` to the disk with one call
 * (syncfs(2), through coreutils' `sync -f`): one journal commit for thousands of files.
 *
 * @returns `false` where the machine has no such call, or nobody can make it; then each file must be flushed
 * @throws what the flush itself reports, such as an I/O error
 */
export async function flushFilesystem(path: string): Promise<boolean> {
  if (process.platform !== 'linux') return false
  try {
    await run('sync', ['-f', path], { env: { ...process.env, LC_ALL: 'C' } })
    return true
  } catch (error) {
    const { code, signal } = error as { readonly code?: unknown; readonly signal?: unknown }
    // There is no such program, it may not be started, or there is no room for another process: the disk said nothing.
    const isDone = typeof code === 'number' || typeof signal === 'string'
    const message = messageOf(error)
    if (!isDone || /^(sync: )?(unrecognized|invalid) option|^usage:/im.test(message)) return false
    const errno = errnoIn(message)
    // The last line is what went wrong; those before it repeat the command.
    throw Object.assign(new Error(`${errno}: ${message.trimEnd().split('\n').at(-1)}`, { cause: error }), { code: errno, path })
  }
}

/** What the program says of the system's errors, in its own words; each flush that fails is one of the disk's. */
const WORDS: readonly (readonly [errno: string, words: string])[] = [
  ['ENOSPC', 'No space left on device'],
  ['EDQUOT', 'Disk quota exceeded'],
  ['EROFS', 'Read-only file system'],
  ['EMFILE', 'Too many open files'],
  ['EACCES', 'Permission denied'],
]

function errnoIn(message: string): string {
  return WORDS.find(([, words]) => message.trimEnd().endsWith(words))?.[0] ?? 'EIO'
}

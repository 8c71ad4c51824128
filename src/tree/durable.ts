import { execFile } from 'node:child_process'
import { closeSync, constants, fsync, fsyncSync, openSync } from 'node:fs'
import process from 'node:process'
import { promisify } from 'node:util'
import { errnoOf, messageOf } from '../errors.ts'

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
  if (process.platform !== 'win32') flushSync(path, constants.O_RDONLY)
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
 * @returns `false` where the machine has no such call; then each file must be flushed.
 * @throws what the flush itself reports, such as an I/O error
 */
export async function flushFilesystem(path: string): Promise<boolean> {
  if (process.platform !== 'linux') return false
  try {
    await run('sync', ['-f', path], { env: { ...process.env, LC_ALL: 'C' } })
    return true
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || /^(sync: )?(unrecognized|invalid) option|^usage:/im.test(messageOf(error))) return false
    throw error
  }
}

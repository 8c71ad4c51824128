import { closeSync, constants, fsyncSync, openSync } from 'node:fs'
import process from 'node:process'
import { errnoOf, messageOf } from '../errors.ts'
import type { FsyncMode } from '../types.ts'
import { parentOf } from './obstacle.ts'
import { flushFilesystem } from './durable.ts'
import { fatalError, isSystemic } from './failure.ts'
import { CAREFULLY } from './read.ts'
import { stat } from './stat.ts'

/** With more files than this, one flush of the filesystem is cheaper than one of each. */
const MANY = 64

/** Windows flushes only what may be written. */
const FLAGS = process.platform === 'win32' ? constants.O_RDWR : CAREFULLY

/**
 * Forces files to the disk that somebody else wrote, and the directories that list them or do not list them any more. Few editors do so.
 *
 * What the baseline knows of a file has to be so after a power failure as well: else the file falls back to what it was before, which looks like an
 * edit, and the row would follow it.
 *
 * @throws {RowtreeError} `io-error`: the disk did not take it
 */
export async function flushFound(root: string, paths: readonly string[], fsync: FsyncMode): Promise<void> {
  if (fsync === 'off' || paths.length === 0 || !stat(root)) return
  if (fsync === 'batch' && paths.length > MANY && (await flushFilesystem(root))) return
  const directories = new Set<string>()
  for (const path of paths) {
    flushIfThere(`${root}/${path}`)
    for (let directory = parentOf(path); !directories.has(directory); directory = parentOf(directory)) directories.add(directory)
  }
  if (process.platform === 'win32') return
  for (const directory of directories) flushIfThere(`${root}/${directory}`)
}

/** What is gone, or something else by now, the next cycle finds so; and nobody has to flush what may not be opened. */
function flushIfThere(path: string): void {
  let fd: number | undefined
  try {
    fd = openSync(path, FLAGS)
    fsyncSync(fd)
  } catch (error) {
    const errno = errnoOf(error)
    if (errno === undefined) throw error
    if (isSystemic(errno) && errno !== 'EROFS') throw fatalError({ errno, path, message: messageOf(error) })
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}

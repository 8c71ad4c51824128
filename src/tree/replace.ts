import { digestOf } from '../digest.ts'
import type { Digest, FileStat, FsyncMode } from '../types.ts'
import { discard, type Predecessor, publishNew, publishOver, stage } from './atomic.ts'
import { findObstacle, makeDirectories, parentOf } from './directories.ts'
import { flushDirectory } from './durable.ts'
import { readAgain } from './read.ts'
import type { Entry } from './stat.ts'
import { tempName, tempPrefix } from './temp.ts'

/** How a single file is replaced. */
export interface ReplaceOptions {
  readonly suffix: string
  readonly fsync: FsyncMode
  /** Whose mode and owner a new file takes; without one the process's umask decides. */
  readonly predecessor?: Predecessor | undefined
}

/**
 * Replaces one file, or creates it, if it still is what is expected. For many files there are jobs.
 *
 * @param expected the digest of what the file must hold; `undefined`: there must be no file
 * @returns the stat of the new file; `undefined` when something else is there
 * @throws the system's error; nothing is changed then
 */
export function replaceFile(root: string, path: string, bytes: Uint8Array, expected: Digest | undefined, options: ReplaceOptions): FileStat | undefined {
  const target = `${root}/${path}`
  const directory = `${root}/${parentOf(path)}`
  requireSound(root, path)
  if (expected === undefined) makeDirectories(directory)
  const seen = expected === undefined ? undefined : entryOf(target, expected)
  if (expected !== undefined && !seen) return undefined
  const temp = `${directory}/${tempName(tempPrefix(), 0, options.suffix)}`
  const stat = stage(temp, bytes, { predecessor: seen ?? options.predecessor, flush: options.fsync !== 'off' })
  let published = false
  try {
    requireSound(root, path)
    published = seen ? publishOver(temp, target, seen) : publishNew(temp, target)
  } finally {
    if (!published) discard(temp)
  }
  if (options.fsync !== 'off') flushDirectory(directory)
  return published ? stat : undefined
}

function entryOf(target: string, expected: Digest): Entry | undefined {
  const file = readAgain(target)
  return file && digestOf(file.bytes) === expected ? file.entry : undefined
}

function requireSound(root: string, path: string): void {
  const obstacle = findObstacle(root, parentOf(path))
  if (obstacle) throw Object.assign(new Error(obstacle.message), { code: obstacle.errno ?? 'ENOTDIR' })
}

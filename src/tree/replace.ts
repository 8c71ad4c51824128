import { digestOf } from '../digest.ts'
import type { Digest, FileStat, FsyncMode } from '../types.ts'
import { nameOf, within } from './anchor.ts'
import { discard, type Predecessor, publishNew, publishOver, stage } from './atomic.ts'
import { makeDirectoriesBelow } from './directories.ts'
import { flushDeed } from './durable.ts'
import { parentOf } from './obstacle.ts'
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
 * @throws {RowtreeError} where the file is replaced, but not certain to outlive a power failure
 */
export function replaceFile(root: string, path: string, bytes: Uint8Array, expected: Digest | undefined, options: ReplaceOptions): FileStat | undefined {
  const directory = parentOf(path)
  const made = expected === undefined ? makeDirectoriesBelow(root, directory) : undefined
  return within(root, directory, (here) => {
    const target = `${here}/${nameOf(path)}`
    const seen = expected === undefined ? undefined : entryOf(target, expected)
    if (expected !== undefined && !seen) return undefined
    const temp = `${here}/${tempName(tempPrefix(), 0, options.suffix)}`
    const stat = stage(temp, bytes, { predecessor: seen ?? options.predecessor, flush: options.fsync !== 'off' })
    let published = false
    try {
      published = seen ? publishOver(temp, target, seen) : publishNew(temp, target)
    } finally {
      if (!published) discard(temp)
    }
    if (options.fsync !== 'off') flushDeed(`${root}/${directory}`, made)
    return published ? stat : undefined
  }, () => undefined)
}

function entryOf(target: string, expected: Digest): Entry | undefined {
  const file = readAgain(target)
  return file && digestOf(file.bytes) === expected ? file.entry : undefined
}

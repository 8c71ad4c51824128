import { unlinkSync } from 'node:fs'
import type { Digest, FileStat } from '../types.ts'
import { digestOf } from '../digest.ts'
import { nameOf, within } from './anchor.ts'
import { flushDeed } from './durable.ts'
import { parentOf } from './obstacle.ts'
import { readAgain } from './read.ts'
import { lstat, sameStat } from './stat.ts'

/** A file as it was when it was decided upon. */
export interface Seen {
  readonly stat: FileStat
  readonly digest: Digest
  /** Its stat alone does not prove that it is still the same later on. */
  readonly racy: boolean
}

/**
 * Removes a file that must still be the one that was seen.
 *
 * @param flush force its directory to the disk: a file that came back after a power failure would be taken for a new one
 * @returns `false` when it is another one
 * @throws {RowtreeError} where the file is removed, but could come back after a power failure
 */
export function removeFile(root: string, path: string, seen: Seen, flush: boolean = false): boolean {
  return within(root, parentOf(path), (here) => {
    const absolute = `${here}/${nameOf(path)}`
    const entry = lstat(absolute)
    if (entry?.kind !== 'file' || !sameStat(entry, seen.stat)) return false
    if (seen.racy) {
      const now = readAgain(absolute)
      if (!now || digestOf(now.bytes) !== seen.digest) return false
    }
    unlinkSync(absolute)
    if (flush) flushDeed(`${root}/${parentOf(path)}`)
    return true
  }, () => false)
}

import { unlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { Digest, FileStat } from '../types.ts'
import { digestOf } from '../digest.ts'
import { findObstacle, parentOf } from './directories.ts'
import { readFile } from './read.ts'
import { isSettled, lstat, sameStat } from './stat.ts'

/** A file as it was when it was decided upon. */
export interface Seen {
  readonly stat: FileStat
  readonly digest: Digest
  /** Present where the content had to be read. */
  readonly bytes?: Uint8Array
  /** Its stat alone does not prove that it is still the same later on. */
  readonly racy: boolean
}

/** What is known of a file from before. */
interface Known {
  readonly stat: FileStat
  readonly digest: Digest
  readonly settled: boolean
}

/**
 * The file at a path; `undefined` when there is none. It is read only where its stat does not
 * prove that it is still the known one.
 *
 * @param clock the filesystem's clock when the cycle began
 * @throws the system's error where it is no regular file or cannot be read
 */
export function see(path: string, known: Known, clock: number): Seen | undefined {
  const entry = lstat(path)
  if (!entry) return undefined
  const racy = !isSettled(entry.mtime, clock)
  if (known.settled && sameStat(entry, known.stat)) return { stat: entry, digest: known.digest, racy }
  const file = readFile(path)
  return { stat: file.entry, digest: digestOf(file.bytes), bytes: file.bytes, racy }
}

/** Removes a file that must still be the one that was seen; `false` when it is not. */
export function removeFile(root: string, path: string, seen: Seen): boolean {
  const obstacle = findObstacle(root, parentOf(path))
  if (obstacle) throw Object.assign(new Error(obstacle.message), { code: obstacle.errno })
  const absolute = join(root, path)
  const entry = lstat(absolute)
  if (entry?.kind !== 'file' || !sameStat(entry, seen.stat)) return false
  if (seen.racy && digestOf(readFile(absolute).bytes) !== seen.digest) return false
  unlinkSync(absolute)
  return true
}

import { unlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { Digest, FileStat } from '../types.ts'
import { digestOf } from '../digest.ts'
import { findObstacle, parentOf } from './directories.ts'
import { readFile } from './read.ts'
import { lstat, sameStat } from './stat.ts'

/** A file as it was when it was decided upon. */
export interface Seen {
  readonly stat: FileStat
  readonly digest: Digest
  /** Its stat alone does not prove that it is still the same later on. */
  readonly racy: boolean
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

import { openSync, statSync } from 'node:fs'
import { errnoOf } from '../errors.ts'
import { abandon } from './atomic.ts'
import { fstat } from './stat.ts'
import { TEMP_SUFFIX, tempName, tempPrefix } from './temp.ts'

/** Reads a filesystem's clock, in milliseconds. */
export type FilesystemClock = () => number

/** A file server's clock may differ from ours by this much before a stat is trusted too early, in milliseconds. */
export const SKEW = 60_000

/**
 * The clock that stamps the files of a tree: the modification time of a file made just now in
 * `state`, where nobody watches. Where that is another filesystem, absent, or cannot be written just now, our own clock stands in,
 * well behind, so that stats are trusted too late rather than too early.
 */
export function filesystemClock(root: string, state: string | undefined): FilesystemClock {
  if (state === undefined || statSync(root).dev !== statSync(state).dev) return ownClock
  const prefix = tempPrefix()
  return () => {
    try {
      return timeOf(`${state}/${tempName(prefix, 0, TEMP_SUFFIX)}`)
    } catch (error) {
      // What is wrong there concerns the baseline, which says so.
      if (errnoOf(error) === undefined) throw error
      return ownClock()
    }
  }
}

function ownClock(): number {
  return Date.now() - SKEW
}

/** The time of a file that is made for it. */
function timeOf(probe: string): number {
  const fd = openSync(probe, 'wx')
  try {
    return fstat(fd).mtime
  } finally {
    abandon(fd, probe)
  }
}

import { closeSync, openSync, statSync, unlinkSync } from 'node:fs'
import { fstat } from './stat.ts'
import { TEMP_SUFFIX, tempName, tempPrefix } from './temp.ts'

/** Reads a filesystem's clock, in milliseconds. */
export type FilesystemClock = () => number

/** A file server's clock may differ from ours by this much before a stat is trusted too early. */
const SKEW = 60_000

/**
 * The clock that stamps the files of a tree: the modification time of a file made just now in
 * `state`, where nobody watches. Where that is another filesystem, or absent, our own clock stands in,
 * well behind, so that stats are trusted too late rather than too early.
 */
export function filesystemClock(root: string, state: string | undefined): FilesystemClock {
  if (state === undefined || statSync(root).dev !== statSync(state).dev) return () => Date.now() - SKEW
  const prefix = tempPrefix()
  return () => {
    const probe = `${state}/${tempName(prefix, 0, TEMP_SUFFIX)}`
    const fd = openSync(probe, 'wx')
    try {
      return fstat(fd).mtime
    } finally {
      closeSync(fd)
      unlinkSync(probe)
    }
  }
}

import { fstatSync, lstatSync, type Stats, statSync } from 'node:fs'
import { errnoOf } from '../errors.ts'
import type { FileStat } from '../types.ts'

/** What stands at a path, without following a symlink. */
export interface Entry extends FileStat {
  readonly kind: 'file' | 'directory' | 'symlink' | 'special'
  /** Permission bits, as in `0o644`. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** Last change of the file or of what is known about it, in whole milliseconds since 1970. Nobody can set it. */
  readonly ctime: number
}

/** Deno's own call costs less than half of its `node:fs` form, and an export makes one for every row. */
interface DenoInfo {
  readonly isFile: boolean
  readonly isDirectory: boolean
  readonly isSymlink: boolean
  readonly size: number
  readonly mtime: Date | null
  readonly ctime: Date | null
  readonly ino: number | null
  readonly mode: number | null
  readonly uid: number | null
  readonly gid: number | null
}
const deno = (globalThis as { Deno?: { lstatSync(path: string): DenoInfo } }).Deno

/** What stands at `path`; `undefined` when nothing does. Throws when that cannot be told. */
export const lstat: (path: string) => Entry | undefined = deno ? lstatInDeno : lstatInNode

function lstatInNode(path: string): Entry | undefined {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  return stats && entryOf(stats)
}

function lstatInDeno(path: string): Entry | undefined {
  try {
    const info = deno!.lstatSync(path)
    return {
      kind: info.isFile ? 'file' : info.isDirectory ? 'directory' : info.isSymlink ? 'symlink' : 'special',
      size: info.size,
      mtime: info.mtime?.getTime() ?? 0,
      inode: info.ino ?? 0,
      mode: (info.mode ?? 0) & 0o7777,
      uid: info.uid ?? 0,
      gid: info.gid ?? 0,
      ctime: info.ctime?.getTime() ?? 0,
    }
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined
    throw error
  }
}

/** The same where a directory on the way may be something else by now: nothing stands below it. */
export function lstatBelow(path: string): Entry | undefined {
  try {
    return lstat(path)
  } catch (error) {
    if (errnoOf(error) === 'ENOTDIR') return undefined
    throw error
  }
}

/** What stands at `path` or where its symlinks lead; `undefined` when nothing does. */
export function stat(path: string): Entry | undefined {
  try {
    return entryOf(statSync(path))
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined
    throw error
  }
}

/** Whether anything stands at `path`, or where its symlinks lead. Throws when that cannot be told: what cannot be looked at is not gone. */
export function isThere(path: string): boolean {
  try {
    return stat(path) !== undefined
  } catch (error) {
    if (errnoOf(error) === 'ENOTDIR') return false
    throw error
  }
}

/**
 * What an open file is that nobody else knows of yet: by its name where that is cheaper, which under Deno it is
 * by half.
 */
export const statOwn: (fd: number, path: string) => Entry = deno ? (_, path) => lstatInDeno(path)! : fstat

/** What an open file is. */
export function fstat(fd: number): Entry {
  return entryOf(fstatSync(fd))
}

function entryOf(stats: Stats): Entry {
  return {
    kind: stats.isFile() ? 'file' : stats.isDirectory() ? 'directory' : stats.isSymbolicLink() ? 'symlink' : 'special',
    size: stats.size,
    // Whole milliseconds: what every runtime reports alike, and far finer than the racy window.
    mtime: Math.floor(stats.mtimeMs),
    inode: stats.ino,
    mode: stats.mode & 0o7777,
    uid: stats.uid,
    gid: stats.gid,
    ctime: Math.floor(stats.ctimeMs),
  }
}

/** Whether both describe the same, unchanged content. */
export function sameStat(a: FileStat, b: FileStat): boolean {
  return a.size === b.size && a.mtime === b.mtime && a.inode === b.inode
}

/**
 * Whether the stat of a file proves its content from now on. Timestamps move in ticks, so a second edit
 * within one tick may leave no trace; but an edit after the filesystem's clock showed `clock`
 * cannot give a time before it. Where this is false the content has to be read again: git's "racily
 * clean" rule.
 *
 * @param clock a reading of the filesystem's own clock while the content was known; see `filesystemClock`
 */
export function isSettled(mtime: number, clock: number): boolean {
  return mtime < clock
}

/**
 * How long ago a file changed by its own account, in milliseconds; `undefined` where there is no file. The time of the last change,
 * other than that of the last modification, cannot be set.
 */
export function ageOf(path: string): number | undefined {
  try {
    const entry = lstat(path)
    return entry === undefined || entry.kind === 'directory' ? undefined : Date.now() - entry.ctime
  } catch (error) {
    // A path below what is a file now is gone; what cannot be looked at is there.
    const errno = errnoOf(error)
    if (errno === undefined) throw error
    return errno === 'ENOTDIR' ? undefined : Number.POSITIVE_INFINITY
  }
}

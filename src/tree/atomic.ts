import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { errnoOf } from '../errors.ts'
import type { FileStat } from '../types.ts'
import { type Entry, lstat, sameStat, statOwn } from './stat.ts'

/** The file whose mode and owner a staged file takes over. */
export type Predecessor = Pick<Entry, 'mode' | 'uid' | 'gid'>

/** How a file is staged. */
export interface StageOptions {
  /** The file that will be replaced; without one the process's umask decides. */
  readonly predecessor?: Predecessor | undefined
  /** Force the bytes to the disk before returning. */
  readonly flush?: boolean
}

/**
 * Writes a whole temp file that did not exist before, on the calling thread: for a few
 * kilobytes a system call takes less time than handing it to another thread.
 *
 * @returns the stat that the target has once the temp is published
 * @throws the system's error; the temp is gone then
 */
export function stage(temp: string, bytes: Uint8Array, options: StageOptions = {}): FileStat {
  const fd = create(temp, options.predecessor)
  let entry: Entry
  try {
    entry = fill(fd, temp, bytes, options)
  } catch (error) {
    abandon(fd, temp)
    throw error
  }
  finish(fd, temp)
  return entry
}

/** Creates an empty temp that nobody may read who may not read the file that it is going to replace. */
export function create(temp: string, predecessor: Predecessor | undefined): number {
  return openSync(temp, 'wx', predecessor ? predecessor.mode & 0o777 : 0o666)
}

function fill(fd: number, temp: string, bytes: Uint8Array, options: StageOptions): Entry {
  writeWhole(fd, bytes)
  const entry = complete(fd, temp, bytes.length, options.predecessor)
  if (options.flush) fsyncSync(fd)
  return entry
}

/** Checks that a temp holds all its bytes, and gives it what it takes over from the file that it is going to replace. */
export function complete(fd: number, temp: string, size: number, predecessor: Predecessor | undefined): Entry {
  const entry = statOwn(fd, temp)
  // A full disk or a quota can cut a write short without an error.
  if (entry.size !== size) throw shortWrite(temp, entry.size, size)
  if (predecessor) takeOver(fd, entry, predecessor)
  return entry
}

/** Closes and removes a temp that could not be filled; the failure that led here is the one to report. */
export function abandon(fd: number, temp: string): void {
  try {
    closeSync(fd)
  } catch {
    // The descriptor is gone all the same.
  }
  discard(temp)
}

/** Closes a filled temp. Some filesystems report a failed write only here. */
export function finish(fd: number, temp: string): void {
  try {
    closeSync(fd)
  } catch (error) {
    discard(temp)
    throw error
  }
}

/** Writes all bytes from the start of an empty file on: the system may take them in parts. */
export function writeWhole(fd: number, bytes: Uint8Array): void {
  for (let offset = 0; offset < bytes.length; ) {
    const written = writeSync(fd, bytes, offset, bytes.length - offset, null)
    if (written === 0) return
    offset += written
  }
}

/** The error of a file that holds fewer bytes than were written. */
function shortWrite(path: string, size: number, expected: number): Error {
  const error = new Error(`ENOSPC: only ${size} of ${expected} bytes were written, '${path}'`)
  return Object.assign(error, { code: 'ENOSPC', syscall: 'write', path })
}

/** Gives the temp the mode, and where permitted the owner and the group, of the file that it replaces. */
function takeOver(fd: number, temp: Predecessor, predecessor: Predecessor): void {
  const { uid, gid } = predecessor
  // Only root may give files away, but anyone to a group of theirs; the content matters more than either.
  const isTheirs = (temp.uid === uid && temp.gid === gid) || mayChown(fd, uid, gid)
  if (!isTheirs) mayChown(fd, temp.uid, gid)
  // What makes others run it as its owner was meant for that owner.
  const mode = isTheirs ? predecessor.mode : predecessor.mode & 0o777
  if (temp.mode !== mode) fchmodSync(fd, mode)
}

function mayChown(fd: number, uid: number, gid: number): boolean {
  try {
    fchownSync(fd, uid, gid)
    return true
  } catch (error) {
    if (errnoOf(error) === 'EPERM') return false
    throw error
  }
}

/**
 * Removes a temp that is not going to be published. What led here is what has to be reported:
 * a temp that cannot be removed now is left to a sweep.
 */
export function discard(temp: string): void {
  try {
    unlinkSync(temp)
  } catch {
    // Gone already, or out of reach.
  }
}

/** Filesystems without hard links (FAT, some network and Android ones) refuse link(2) with one of these. */
const NO_LINKS = new Set(['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK', 'EACCES'])

/**
 * Publishes a temp under a name that must be free. link(2) does compare and swap in one
 * call: it fails with EEXIST when the name was taken meanwhile, where rename(2) would replace.
 *
 * @returns `false` when the name is taken; the temp is still there then
 */
export function publishNew(temp: string, target: string): boolean {
  try {
    linkSync(temp, target)
  } catch (error) {
    const code = errnoOf(error) ?? ''
    if (code === 'EEXIST') return false
    if (!NO_LINKS.has(code)) throw error
    if (lstat(target)) return false
    renameSync(temp, target)
    return true
  }
  discard(temp)
  return true
}

/**
 * Publishes a temp over a file that must still be the one that was `seen`.
 *
 * @returns `false` when it is not; the temp is still there then
 */
export function publishOver(temp: string, target: string, seen: FileStat): boolean {
  const entry = lstat(target)
  if (entry?.kind !== 'file' || !sameStat(entry, seen)) return false
  renameSync(temp, target)
  return true
}

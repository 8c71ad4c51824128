import { closeSync, constants, openSync } from 'node:fs'
import process from 'node:process'
import { errnoOf } from '../errors.ts'
import { findObstacle, ObstacleError, parentOf } from './obstacle.ts'
import { type FileContent, readAgain } from './read.ts'
import { lstat } from './stat.ts'

/**
 * Where Linux names what a process has open: a name below is looked up in the directory itself, wherever its path leads by now. That
 * takes a microsecond more than by a path, and by `self`, a symlink, half of one more.
 */
const DESCRIPTORS = `/proc/${process.pid}/fd`

/** Opens a directory and no symlink; O_PATH, which Node does not name, needs no permission to list it. */
const FLAGS = 0o10000000 | (constants.O_DIRECTORY ?? 0) | (constants.O_NOFOLLOW ?? 0)

/** Bytes of a directory's path, with room for a name in it. What lies deeper could be written here, and nobody could open it by its path. */
const DEEPEST = 4095 - 64

const CAN_HOLD: boolean = process.platform === 'linux' && canHold()

function canHold(): boolean {
  try {
    // Deno would ask the person at the terminal for what it may not do.
    const { Deno } = globalThis as { Deno?: { permissions: { querySync(what: object): { state: string } } } }
    if (Deno && Deno.permissions.querySync({ name: 'read', path: DESCRIPTORS }).state !== 'granted') return false
    const fd = openSync('/', FLAGS)
    try {
      return lstat(`${DESCRIPTORS}/${fd}/proc`)?.kind === 'directory'
    } finally {
      closeSync(fd)
    }
  } catch {
    // No /proc here, or no permission.
    return false
  }
}

/**
 * Reaches into the directories of a tree, one after the other, without leaving it. A directory is opened component by component, none of
 * them a symlink, and stays open while names in it are used: who swaps it for a symlink meanwhile leads nobody anywhere.
 *
 * Where there is no such thing as `/proc/self/fd`, the components are checked before each use instead, which leaves a gap of microseconds.
 */
export class Anchor {
  readonly #root: string
  readonly #holds: boolean
  #directory: string | undefined
  #fd = -1

  /** @param holds whether directories are held open; by default where that is possible */
  constructor(root: string, holds: boolean = CAN_HOLD) {
    this.#root = root
    this.#holds = holds
  }

  /**
   * Does something in the directory at this relative path.
   *
   * @param work called with the absolute path by which names in the directory are reached
   * @param absent what comes of it where there is no such directory; by default the system's error is thrown
   * @throws `ObstacleError` where a symlink, or no directory, is on the way
   */
  within<T>(directory: string, work: (here: string) => T, absent?: () => T): T {
    if (!this.#holds) return this.#check(directory, work, absent)
    try {
      this.#enter(directory)
    } catch (error) {
      if (absent && errnoOf(error) === 'ENOENT') return absent()
      throw error
    }
    const here = `${DESCRIPTORS}/${this.#fd}`
    try {
      return work(here)
    } catch (error) {
      throw byName(error, here, this.#pathOf(directory))
    }
  }

  close(): void {
    if (this.#fd >= 0) closeSync(this.#fd)
    this.#fd = -1
    this.#directory = undefined
  }

  #enter(directory: string): void {
    if (directory === this.#directory) return
    this.close()
    const path = this.#pathOf(directory)
    if (Buffer.byteLength(path) > DEEPEST) throw Object.assign(new Error(`ENAMETOOLONG: name too long, open '${path}'`), { code: 'ENAMETOOLONG' })
    let fd = openSync(this.#root, FLAGS & ~(constants.O_NOFOLLOW ?? 0))
    let reached = this.#root
    try {
      for (const name of directory === '' ? [] : directory.split('/')) {
        const next = openSync(`${DESCRIPTORS}/${fd}/${name}`, FLAGS)
        closeSync(fd)
        fd = next
        reached += `/${name}`
      }
    } catch (error) {
      closeSync(fd)
      throw this.#explain(directory, byName(error, `${DESCRIPTORS}/${fd}`, reached))
    }
    this.#fd = fd
    this.#directory = directory
  }

  /** Why a directory cannot be entered, in the words of a person. */
  #explain(directory: string, error: unknown): unknown {
    const errno = errnoOf(error)
    if (errno === 'ENOTDIR' || errno === 'ELOOP') {
      const message = `Cannot enter ${directory}: it changed meanwhile; run it again`
      return new ObstacleError(findObstacle(this.#root, directory) ?? { code: 'changed-meanwhile', message, errno })
    }
    return error
  }

  #check<T>(directory: string, work: (here: string) => T, absent?: () => T): T {
    const obstacle = findObstacle(this.#root, directory)
    if (obstacle) throw new ObstacleError(obstacle)
    const here = this.#pathOf(directory)
    return absent && !lstat(here) ? absent() : work(here)
  }

  #pathOf(directory: string): string {
    return directory === '' ? this.#root : `${this.#root}/${directory}`
  }
}

/** What the system says of a directory that is held open, as a person knows it: by its name. */
function byName(error: unknown, here: string, name: string): unknown {
  if (!(error instanceof Error)) return error
  const said = error as Error & Record<string, unknown>
  // 20 is no other 2.
  const held = new RegExp(`${here}(?!\\d)`, 'g')
  for (const key of ['message', 'stack', 'path', 'dest']) {
    const text = said[key]
    if (typeof text === 'string') said[key] = text.replaceAll(held, () => name)
  }
  return error
}

/** Lends an anchor for as long as the work takes. */
export function holding<T>(root: string, work: (anchor: Anchor) => T): T {
  const anchor = new Anchor(root)
  try {
    return work(anchor)
  } finally {
    anchor.close()
  }
}

/** Does one thing in a directory of a tree; see `Anchor.within`. */
export function within<T>(root: string, directory: string, work: (here: string) => T, absent?: () => T): T {
  return holding(root, (anchor) => anchor.within(directory, work, absent))
}

/** Reads a file of a tree that was there before; `undefined` where it is not the same any more, or where the way to it is blocked. */
export function readBelow(root: string, path: string): FileContent | undefined {
  try {
    return within(root, parentOf(path), (here) => readAgain(`${here}/${nameOf(path)}`), () => undefined)
  } catch (error) {
    if (error instanceof ObstacleError) return undefined
    throw error
  }
}

/** The last part of a path. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

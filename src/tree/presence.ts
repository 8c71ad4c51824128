import { lstatSync, realpathSync } from 'node:fs'
import type { Standing } from './sighting.ts'

/**
 * Whether the root of a tree is still the directory that it was. A root that was renamed, unmounted or mounted over has not lost its
 * files: nothing that is missing below it tells of a deletion. What stands in its place instead is never taken for it.
 */
export class Presence {
  readonly root: string
  readonly #place: string
  #identity: string | undefined

  /**
   * @param root absolute, without symlinks
   * @param place where a person says that it is: a path that may lead there by symlinks, which may come to lead elsewhere
   * @param identity of the root, where it is known already; by default what stands there now is the root, or the first directory
   * that is going to
   */
  constructor(root: string, place: string = root, identity: string | undefined = identityOf(root)) {
    this.root = root
    this.#place = place
    this.#identity = identity
  }

  /** What is known of the root; `undefined` while it was never there. */
  get identity(): string | undefined {
    return this.#identity
  }

  /** What stands in the root's place now. */
  standing(): Standing {
    const now = identityOf(this.root)
    if (now === undefined) return 'gone'
    if (this.#place !== this.root && realPath(this.#place) !== this.root) return 'other'
    this.#identity ??= now
    return now === this.#identity ? 'same' : 'other'
  }

  /** Whether the root is there and still the same. Where something is missing below, ask after it was missed. */
  holds(): boolean {
    return this.standing() === 'same'
  }
}

/** A directory as its filesystem knows it. */
export interface DirectoryMark {
  /** The number of the filesystem that is mounted. */
  readonly device: number
  readonly identity: string
}

/** What tells one directory from another at the same path; `undefined` where there is none, or where it cannot be looked at: nothing below can be seen then. */
export function identityOf(path: string): string | undefined {
  return markOf(path)?.identity
}

/** As `identityOf`, with the device. Inode numbers and devices are given anew, so the time of birth belongs to it. */
export function markOf(path: string): DirectoryMark | undefined {
  try {
    const stats = lstatSync(path)
    if (!stats.isDirectory()) return undefined
    return { device: stats.dev, identity: `${stats.dev}:${stats.ino}:${Math.floor(stats.birthtimeMs)}` }
  } catch {
    return undefined
  }
}

/** `undefined` where the path leads nowhere. */
function realPath(path: string): string | undefined {
  try {
    return realpathSync.native(path)
  } catch {
    return undefined
  }
}

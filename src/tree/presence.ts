import { lstatSync } from 'node:fs'

/** How a tree's root stands to the directory that was known as the root. */
export type Standing = 'same' | 'gone' | 'other'

/**
 * Whether the root of a tree is still the directory that it was. A root that was renamed, unmounted or mounted over has not lost its
 * files: nothing that is missing below it tells of a deletion.
 */
export class Presence {
  readonly root: string
  #identity: string | undefined

  /** @param root absolute, without symlinks */
  constructor(root: string) {
    this.root = root
    this.adopt()
  }

  /** Takes what stands there now for the root; `false` when no directory does. */
  adopt(): boolean {
    this.#identity = identityOf(this.root)
    return this.#identity !== undefined
  }

  standing(): Standing {
    const identity = identityOf(this.root)
    if (identity === undefined) return 'gone'
    return identity === this.#identity ? 'same' : 'other'
  }

  /** Whether what is missing below the root is really gone. Ask after it was missed. */
  holds(): boolean {
    return this.standing() === 'same'
  }
}

/** Inode numbers are given anew, so the time of birth belongs to it. A root that cannot be asked for is as good as gone: nothing below can be seen. */
function identityOf(path: string): string | undefined {
  try {
    const stats = lstatSync(path)
    return stats.isDirectory() ? `${stats.dev}:${stats.ino}:${Math.floor(stats.birthtimeMs)}` : undefined
  } catch {
    return undefined
  }
}

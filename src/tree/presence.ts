import { lstatSync } from 'node:fs'

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

  /** Whether the root is there and still the same. Where something is missing below, ask after it was missed. */
  holds(): boolean {
    return this.#identity !== undefined && identityOf(this.root) === this.#identity
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

import type { Problem, Summary } from '../types.ts'

/** What a cycle does to one path. */
export type Deed = 'exported' | 'imported' | 'removed' | 'deleted'

/** Told of each path that something was done to, and of the collection that it belongs to. */
export type OnDeed = (deed: Deed, path: string, collection: string) => void

/** Counts of one cycle while it runs. */
export class Tally implements Record<Deed, number> {
  exported = 0
  imported = 0
  adopted = 0
  unchanged = 0
  removed = 0
  deleted = 0
  pending = 0
  bytes = 0
  /** Rows that the store yielded. */
  rows = 0
  readonly conflicts: Problem[] = []
  readonly holds: Problem[] = []
  readonly problems: Problem[] = []
  readonly deletions: Problem[] = []
  readonly untracked: string[] = []
  readonly #start = performance.now()
  readonly #onDeed: OnDeed | undefined

  constructor(onDeed?: OnDeed) {
    this.#onDeed = onDeed
  }

  /** Counts what was done to a path. */
  did(deed: Deed, path: string, collection: string): void {
    this[deed]++
    this.#onDeed?.(deed, path, collection)
  }

  summary(): Summary {
    const seconds = Math.round(performance.now() - this.#start) / 1_000
    const { exported, imported, adopted, unchanged, removed, deleted, pending, bytes } = this
    return {
      exported,
      imported,
      adopted,
      unchanged,
      removed,
      deleted,
      pending,
      bytes,
      seconds,
      rowsPerSecond: Math.round(this.rows / Math.max(seconds, 0.001)),
      conflicts: byPath(this.conflicts),
      holds: byPath(this.holds),
      problems: byPath(this.problems),
      deletions: byPath(this.deletions),
      untracked: this.untracked.toSorted(),
    }
  }
}

/** Threads finish in any order; people read the same list each time. */
export function byPath<T extends { readonly path: string }>(items: readonly T[]): T[] {
  return items.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
}

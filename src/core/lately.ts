import type { Side } from '../types.ts'

/** How long a deletion counts, in milliseconds. */
const LATELY = 60_000

interface Loss {
  readonly collection: string
  readonly at: number
}

/**
 * What was deleted a short while ago because one side had lost it. Guards count it as missing: pauses between deletions do not make
 * an accident an intention. Each is forgotten after a minute, or when its path is on both sides again.
 *
 * @example
 * ```ts
 * const lately = new Lately()
 * lately.lose('tree', 'a.html', 'pages', 0)
 * lately.at(59_999).tree.get('pages') // 1
 * lately.at(60_000).tree.get('pages') // undefined
 * ```
 */
export class Lately {
  /** By path, in the order of their times. */
  readonly #losses: Readonly<Record<Side, Map<string, Loss>>> = { tree: new Map(), store: new Map() }

  /**
   * @param side the side that lost it first: `tree` where a row was deleted, `store` where a file was removed
   * @param now milliseconds that only grow
   */
  lose(side: Side, path: string, collection: string, now: number): void {
    this.regain(path)
    this.#losses[side].set(path, { collection, at: now })
  }

  /** A path is on both sides again. */
  regain(path: string): void {
    this.#losses.tree.delete(path)
    this.#losses.store.delete(path)
  }

  /** How many count now, by collection. */
  at(now: number): Record<Side, Map<string, number>> {
    return { tree: this.#count('tree', now), store: this.#count('store', now) }
  }

  #count(side: Side, now: number): Map<string, number> {
    const counts = new Map<string, number>()
    for (const [path, { collection, at }] of this.#losses[side]) {
      if (at + LATELY <= now) this.#losses[side].delete(path)
      else counts.set(collection, (counts.get(collection) ?? 0) + 1)
    }
    return counts
  }
}

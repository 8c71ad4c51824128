/** How long paths wait, in milliseconds. */
export interface Window {
  /** After its last change a path waits so long: whoever saves twice, or in two steps, is done then. */
  readonly settle: number
  /** After its first change no path waits longer, however often it changes. */
  readonly most: number
}

/**
 * Paths that changed and are not quiet yet. Each is given out when it has been quiet for the window (the trailing edge, so
 * that the last save always wins), or after the longest wait. Touching, taking and asking take time for the paths they are about,
 * not for all that wait.
 *
 * @example
 * ```ts
 * const settling = new Settling({ settle: 100, most: 1_000 })
 * settling.touch('a.html', 0)
 * settling.touch('a.html', 60)
 * settling.take(100, 500) // []
 * settling.take(160, 500) // ['a.html']
 * ```
 */
export class Settling {
  readonly #window: Window
  /** When each path changed last; in that order. */
  readonly #last = new Map<string, number>()
  /** When each path that waits changed first; in that order. */
  readonly #first = new Map<string, number>()
  /** Paths that are wanted now, whatever has happened to them since. */
  readonly #wanted = new Set<string>()

  constructor(window: Window) {
    this.#window = window
  }

  /** Whether paths are left that were waiting when somebody was in a hurry. */
  get hurried(): boolean {
    return this.#wanted.size > 0
  }

  /** Whether a path waits. */
  has(path: string): boolean {
    return this.#last.has(path) || this.#wanted.has(path)
  }

  /** A path changed. */
  touch(path: string, now: number): void {
    this.#last.delete(path)
    this.#last.set(path, now)
    if (!this.#first.has(path)) this.#first.set(path, now)
  }

  /** Nothing that waits now has to wait any longer. */
  hurry(): void {
    for (const path of this.#last.keys()) this.#wanted.add(path)
    this.#last.clear()
    this.#first.clear()
  }

  /**
   * Takes out what has waited long enough.
   *
   * @param most how many at the most
   * @param isQuiet asked of a path that seems to be: one that changed unnoticed goes on waiting
   */
  take(now: number, most: number, isQuiet: (path: string) => boolean = () => true): string[] {
    const taken: string[] = []
    for (const path of this.#wanted) {
      if (taken.length === most) return taken
      this.#wanted.delete(path)
      taken.push(path)
    }
    for (const [path, first] of this.#first) {
      if (taken.length === most || first + this.#window.most > now) break
      this.#drop(path)
      taken.push(path)
    }
    for (const [path, last] of this.#last) {
      if (taken.length === most || last + this.#window.settle > now) break
      if (isQuiet(path)) {
        this.#drop(path)
        taken.push(path)
      } else this.touch(path, now)
    }
    return taken
  }

  /** When `take` is going to have something, if nothing happens until then; `undefined` when nothing waits. */
  next(): number | undefined {
    if (this.#wanted.size > 0) return Number.NEGATIVE_INFINITY
    const [last] = this.#last.values()
    const [first] = this.#first.values()
    return last === undefined ? undefined : Math.min(last + this.#window.settle, first! + this.#window.most)
  }

  #drop(path: string): void {
    this.#last.delete(path)
    this.#first.delete(path)
  }
}

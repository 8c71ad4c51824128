import { isDropping } from './droppings.ts'
import { scopeOf, type Scope } from './scope.ts'

/** What a filter decides by: see `WatcherSettings`. */
export interface WatchRules {
  readonly suffix: string
  readonly ignore: readonly string[]
  readonly tracked: readonly string[]
}

/** A version control system's directory, or rowtree's own: they change all the time, and even a row's file in one is left to commands. */
const CLOSED = /^\.(?:git|hg|svn|rowtree)$/i

/**
 * Whether a change at a path is any of our business. It may take more than a cycle does, which asks for itself, but less only in
 * directories that no watcher looks into. A file below an excluded directory cannot be taken back, as in git: those need not be entered.
 *
 * @example
 * ```ts
 * const filter = new WatchFilter({ suffix: '.tmp', ignore: ['drafts/'], tracked: ['notes.bak'] })
 * filter.takes('a/x.html') // true
 * filter.takes('a/x.html~') // false
 * filter.takes('notes.bak') // true
 * filter.enters('drafts') // false
 * ```
 */
export class WatchFilter {
  readonly #suffix: string
  readonly #scope: Scope
  readonly #directories: Scope
  readonly #tracked: Set<string>

  constructor({ suffix, ignore, tracked }: WatchRules) {
    this.#suffix = suffix
    this.#scope = scopeOf({ ignore })
    this.#directories = scopeOf({ ignore })
    this.#tracked = new Set(tracked)
  }

  /** Whether a file takes part. */
  takes(path: string): boolean {
    // Most events of an export are about temps: the cheapest question first.
    if (path.endsWith(this.#suffix)) return this.#tracked.has(path)
    return this.#tracked.has(path) || (!isDropping(path) && this.#scope(path))
  }

  /** Whether a file below a directory may take part. */
  enters(directory: string): boolean {
    const name = directory.slice(directory.lastIndexOf('/') + 1)
    // A directory that an export is filling, before it gets its name.
    if (name.startsWith('.rowtree-') && name.endsWith(this.#suffix)) return false
    return !CLOSED.test(name) && this.#directories(`${directory}/`)
  }

  /** Adds paths that take part whatever they look like. */
  track(paths: readonly string[]): void {
    for (const path of paths) this.#tracked.add(path)
  }
}

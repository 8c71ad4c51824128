import { isAdministrative, isDropping } from './droppings.ts'
import { type Scope, scopeOf } from './scope.ts'

/** What a filter goes by. */
export interface WatchRules {
  /** What the names of rowtree's temps end with, such as `.tmp`. */
  readonly suffix: string
  /** Gitignore patterns of paths that take no part, in their order. */
  readonly ignore: readonly string[]
  /** Paths that take part although they look like temps or droppings: there are rows of this name. */
  readonly tracked: readonly string[]
}

/**
 * Whether a change at a path is any of our business. Paths are relative to the tree and `/`-separated.
 *
 * The patterns are stronger than a row's name: who ignores a path wants nothing to happen there, row or not.
 *
 * @example
 * ```ts
 * const filter = new WatchFilter({ suffix: '.tmp', ignore: ['*.map'], tracked: [] })
 * filter.takes('styles/dark.css') // true
 * filter.takes('styles/.dark.css.swp') // false
 * filter.enters('.git') // false
 * ```
 */
export class WatchFilter {
  readonly #suffix: string
  readonly #inScope: Scope
  readonly #tracked: Set<string>

  constructor({ suffix, ignore, tracked }: WatchRules) {
    this.#suffix = suffix
    this.#inScope = scopeOf({ ignore })
    this.#tracked = new Set(tracked)
  }

  /** Whether a file takes part. Temps are told first, by the end of their name alone: an export makes thousands of them. */
  takes(path: string): boolean {
    if (path.endsWith(this.#suffix) && !this.#tracked.has(path)) return false
    if ((isDropping(path) || this.#isInHome(path)) && !this.#tracked.has(path)) return false
    return this.#inScope(path)
  }

  /**
   * Whether anything below a directory may take part; true for the root, which is `''`. What the patterns exclude as a directory they
   * cannot take back below it, as in git.
   */
  enters(directory: string): boolean {
    if (directory === '') return true
    return !isAdministrative(directory) && !this.#isInHome(`${directory}/`) && this.#inScope(`${directory}/`)
  }

  /** Further paths that take part whatever they look like. */
  track(paths: Iterable<string>): void {
    for (const path of paths) this.#tracked.add(path)
  }

  /** Whether a path lies in a directory that an export is still filling under a temp name. */
  #isInHome(path: string): boolean {
    return path.includes('.rowtree-') && path.split('/').slice(0, -1).some((name) => name.startsWith('.rowtree-') && name.endsWith(this.#suffix))
  }
}

import { isDropping } from './droppings.ts'
import { scopeOf, type Scope } from './scope.ts'

/** Whether a change at a path is any of our business. */
export class WatchFilter {
  readonly #suffix: string
  readonly #scope: Scope
  readonly #directories: Scope
  readonly #tracked: Set<string>

  constructor({ suffix, ignore, tracked }: { readonly suffix: string; readonly ignore: readonly string[]; readonly tracked: readonly string[] }) {
    this.#suffix = suffix
    this.#scope = scopeOf({ ignore })
    this.#directories = scopeOf({ ignore })
    this.#tracked = new Set(tracked)
  }

  takes(path: string): boolean {
    if (path.endsWith(this.#suffix)) return this.#tracked.has(path)
    return this.#tracked.has(path) || (!isDropping(path) && this.#scope(path))
  }

  enters(directory: string): boolean {
    const name = directory.slice(directory.lastIndexOf('/') + 1)
    if (name.startsWith('.rowtree-') && name.endsWith(this.#suffix)) return false
    return !/^\.(?:git|hg|svn|rowtree)$/i.test(name) && this.#directories(`${directory}/`)
  }

  track(paths: readonly string[]): void {
    for (const path of paths) this.#tracked.add(path)
  }
}

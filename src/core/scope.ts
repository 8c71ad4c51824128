import ignore, { type Ignore } from 'ignore'

/** Whether a relative path takes part. */
export type Scope = (path: string) => boolean

/** Patterns in the language of .gitignore. */
export interface ScopePatterns {
  /** When not empty, only paths that match one of these take part. */
  readonly only?: readonly string[]
  /** Paths that match one of these do not take part. */
  readonly ignore?: readonly string[]
}

/**
 * Builds a scope. `*.css` matches at any depth, `styles/` a whole directory, `/a/*.html` only
 * files directly in `a`, and a later `!pattern` takes an earlier one back.
 *
 * @example
 * ```ts
 * scopeOf({ only: ['styles/'] })('styles/Default/global.css') // true
 * ```
 */
export function scopeOf(patterns: ScopePatterns): Scope {
  const only = patterns.only?.length ? matcher(patterns.only) : undefined
  const ignored = patterns.ignore?.length ? matcher(patterns.ignore) : undefined
  if (!only && !ignored) return () => true
  return (path) => (!only || only(path)) && !ignored?.(path)
}

/** Paths after which the memory is given back. */
const FORGET_AFTER = 10_000

function matcher(patterns: readonly string[]): Scope {
  const compile = (): Ignore => ignore({ ignorecase: false }).add([...patterns])
  let rules = compile()
  let asked = 0
  return (path) => {
    // The library remembers every path that it was asked about.
    if (++asked % FORGET_AFTER === 0) rules = compile()
    return rules.ignores(path)
  }
}

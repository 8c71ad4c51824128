/**
 * Whether temp files that end so are found again by a sweep, on every system: a dot, then letters, digits, `.`, `_`
 * or `-`, 16 characters at most. No dot at the end: Windows drops it, and a temp would be its own target.
 *
 * @example
 * ```ts
 * isTempSuffix('.tmp') // true
 * ```
 */
export function isTempSuffix(suffix: string): boolean {
  return /^\.[A-Za-z0-9._-]{0,14}[A-Za-z0-9_-]$/.test(suffix)
}

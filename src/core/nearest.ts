import { distance } from 'fastest-levenshtein'

/** Measuring takes time in proportion to both lengths, and a longer name is no typing mistake. */
const LONGEST = 64

/**
 * The name that a typing mistake may have meant, if one is close.
 *
 * @example
 * ```ts
 * nearestOf('boby', ['title', 'body']) // 'body'
 * ```
 */
export function nearestOf(name: string, candidates: readonly string[]): string | undefined {
  if (name.length > LONGEST) return undefined
  let nearest: string | undefined
  let least = Math.min(2, Math.floor(name.length / 2)) + 1
  for (const candidate of candidates) {
    const steps = distance(name.toLowerCase(), candidate.toLowerCase())
    if (steps < least) [nearest, least] = [candidate, steps]
  }
  return nearest
}

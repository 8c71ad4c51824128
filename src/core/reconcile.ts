import type { Action, Digest } from '../types.ts'

/**
 * Decides what has to happen at one path so that store and tree agree again.
 *
 * Each side is the digest of its content, or `undefined` where that side has nothing.
 * Only what both sides last agreed on (`baseline`) tells an edit from a deletion:
 * the side that still equals the baseline is the one that may be changed.
 *
 * @example
 * ```ts
 * reconcile(old, edited, old) // 'export': only the row changed
 * reconcile(old, edited, other) // 'conflict': both changed
 * ```
 */
export function reconcile(
  baseline: Digest | undefined,
  store: Digest | undefined,
  tree: Digest | undefined,
): Action {
  if (store === tree) return baseline === store ? 'none' : 'adopt'
  if (store === baseline) return tree === undefined ? 'delete-row' : 'import'
  if (tree === baseline) return store === undefined ? 'remove-file' : 'export'
  return 'conflict'
}

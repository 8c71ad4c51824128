import type { Side } from '../types.ts'
import type { Guards, Verdict } from './guards.ts'
import { resolveCommand } from './remedy.ts'

/**
 * How much one side has lost of a collection. A path without an entry in the baseline counts only where it is about to be deleted all the
 * same, because that side is preferred.
 */
export interface Losses {
  /** Paths that are gone from that side, whatever the other one has there. */
  readonly missing: number
  /** All entries of the collection, and the other paths that count. */
  readonly total: number
  /** How many of the missing were deleted on the other side as well, a short while ago. By default 0. */
  readonly lately?: number | undefined
}

/** Why nothing of a collection is deleted. */
export interface DeletionHold extends Losses {
  readonly code: 'mass-deletion' | 'tree-emptied'
  /** The side that lost them. */
  readonly side: Side
  /** What the counts are about; `undefined` for all collections. */
  readonly collection: string | undefined
  readonly maxDelete: Guards['maxDelete']
}

/**
 * Decides which collections lost so much that an accident is likelier than an intention: an unmounted disk, a wrong branch, a
 * truncated table. Where everything is gone, however little that is, all are held; otherwise those that lost more than
 * `maxDelete`. A share is rounded down but allows at least one, unless it is 0.
 *
 * @param side the side that lost them: `tree` where rows would be deleted, `store` where files would be removed
 * @returns the holds by collection
 * @example
 * ```ts
 * guardDeletions('tree', new Map([['pages', { missing: 3, total: 8 }]]), DEFAULT_GUARDS).has('pages') // true: 2 may be gone
 * ```
 */
export function guardDeletions(side: Side, losses: ReadonlyMap<string, Losses>, { maxDelete }: Guards): Map<string, DeletionHold> {
  let missing = 0
  let total = 0
  for (const loss of losses.values()) {
    missing += loss.missing
    total += loss.total
  }
  const holds = new Map<string, DeletionHold>()
  for (const [collection, loss] of losses) {
    if (missing === total && total > 0) {
      const code = side === 'tree' ? 'tree-emptied' : 'mass-deletion'
      holds.set(collection, { code, side, collection: undefined, missing, total, maxDelete })
    } else if (loss.missing > allowed(loss.total, maxDelete)) {
      holds.set(collection, { code: 'mass-deletion', side, collection, ...loss, maxDelete })
    }
  }
  return holds
}

/** What a hold means for one path of its collection. */
export function deletionVerdict(path: string, hold: DeletionHold): Verdict {
  const { code, side, collection, missing, total, lately = 0, maxDelete } = hold
  const [what, thing] = side === 'tree' ? [`delete the row of ${path}`, 'file'] : [`remove ${path}`, 'row']
  const state =
    collection === undefined
      ? `every expected ${thing} is gone (${count(total)})`
      : `${count(missing)} of ${count(total)} ${thing}s of ${collection} are gone${lately > 0 ? ` (${count(lately)} of them a short while ago)` : ''}, more than guards.maxDelete (${limit(maxDelete)}) allows`
  return { code, message: `Cannot ${what}: ${state}. Restore them, or confirm with: ${resolveCommand(path, side)}` }
}

/** What it means for a path that the tree was found empty before, and still lacks files of its collection. */
export function stillEmptiedVerdict(path: string): Verdict {
  const state = 'the tree was found without any tracked file, and others are still missing'
  return { code: 'tree-emptied', message: `Cannot delete the row of ${path}: ${state}. Restore them, or confirm with: ${resolveCommand(path, 'tree')}` }
}

function allowed(total: number, maxDelete: Guards['maxDelete']): number {
  if ('count' in maxDelete) return maxDelete.count
  // 29 % of 100 is 28.999999999999996 in floating point.
  return maxDelete.share === 0 ? 0 : Math.max(1, Math.floor(total * maxDelete.share + 1e-9))
}

function limit(maxDelete: Guards['maxDelete']): string {
  return 'count' in maxDelete ? count(maxDelete.count) : `${Number((maxDelete.share * 100).toFixed(4))}%`
}

function count(items: number): string {
  return items.toLocaleString('en-US')
}

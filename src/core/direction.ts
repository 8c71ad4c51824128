import type { Action, Side } from '../types.ts'

/** Where changes may go. */
export type Direction = 'export' | 'import' | 'sync'

/** Who wins where both sides changed: nobody, one side, or both as far as their changes do not touch. */
export type OnConflict = 'keep' | Side | 'merge'

/** What happens at one path: an action, `merge` for a conflict that may be merged, or `pending` where the path is left alone. */
export type Step = Action | 'merge' | 'pending'

/** What a person allowed beyond the safe default. */
export interface Licence {
  readonly direction: Direction
  /** Remove files whose rows are gone. Default: they stay, pending. */
  readonly prune: boolean
  /** Delete rows whose files are gone. Default: they stay, pending. */
  readonly delete: boolean
  /** This side wins wherever the two differ; what the other one held goes to history. */
  readonly prefer: Side | undefined
  readonly onConflict: OnConflict
  /** Under `export`: leave a file that is gone, where a plain export writes it again. */
  readonly leaveMissing?: boolean
}

/** Which sides have something at a path. */
export interface Presence {
  readonly row: boolean
  readonly file: boolean
}

/**
 * Narrows an action to what a person asked for and allowed. A direction never changes the other side, and nothing is
 * deleted without its flag, whoever is preferred: what that leaves out is pending, and a conflict stays one.
 *
 * @example
 * ```ts
 * stepFor('import', { row: true, file: true }, { ...licence, direction: 'export' }) // 'pending'
 * ```
 */
export function stepFor(action: Action, present: Presence, licence: Licence): Step {
  if (action === 'none' || action === 'adopt' || action === 'hold') return action
  const left = action === 'conflict' ? 'conflict' : 'pending'
  const winner = licence.prefer ?? (action === 'conflict' ? licence.onConflict : changed(action, licence))
  if (winner === 'keep') return left
  if (winner === 'merge') return licence.direction === 'sync' && present.row && present.file ? 'merge' : left
  return makeLike(winner, present, licence) ?? left
}

/** The side whose change is carried over where only one changed. */
function changed(action: Exclude<Action, 'none' | 'adopt' | 'hold' | 'conflict'>, { direction, leaveMissing }: Licence): Side {
  // An export writes a missing file again: it asks for what the rows say.
  if (action === 'delete-row') return direction === 'export' && !leaveMissing ? 'store' : 'tree'
  return action === 'import' ? 'tree' : 'store'
}

/** The step after which the other side is as this one; `undefined` where that is not allowed. */
function makeLike(side: Side, { row, file }: Presence, licence: Licence): Action | undefined {
  if (licence.direction === (side === 'store' ? 'import' : 'export')) return undefined
  if (side === 'store') return row ? 'export' : licence.prune ? 'remove-file' : undefined
  return file ? 'import' : licence.delete ? 'delete-row' : undefined
}

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
}

/** Which sides have something at a path. */
export interface Presence {
  readonly row: boolean
  readonly file: boolean
}

/**
 * Narrows an action to what a person asked for and allowed. A direction never changes the other side: what it
 * leaves out is pending, and a conflict that only the other side could settle stays one.
 *
 * @example
 * ```ts
 * stepFor('import', { row: true, file: true }, { ...licence, direction: 'export' }) // 'pending'
 * ```
 */
export function stepFor(action: Action, present: Presence, licence: Licence): Step {
  if (action === 'none' || action === 'adopt' || action === 'hold') return action
  if (licence.prefer) return winning(licence.prefer, present, licence)
  switch (action) {
    case 'export':
      return towards('tree', licence) ? 'export' : 'pending'
    case 'import':
      return towards('store', licence) ? 'import' : 'pending'
    case 'remove-file':
      return towards('tree', licence) && licence.prune ? 'remove-file' : 'pending'
    case 'delete-row':
      // An export writes a missing file again: it asks for what the rows say.
      if (licence.direction === 'export') return 'export'
      return licence.delete ? 'delete-row' : 'pending'
    case 'conflict':
      return settle(present, licence)
  }
}

function settle(present: Presence, licence: Licence): Step {
  const { onConflict, direction } = licence
  if (onConflict === 'keep') return 'conflict'
  if (onConflict === 'merge') return direction === 'sync' && present.row && present.file ? 'merge' : 'conflict'
  // The winner's content goes to the other side.
  if (!towards(onConflict === 'store' ? 'tree' : 'store', licence)) return 'conflict'
  const step = winning(onConflict, present, licence)
  return step === 'pending' ? 'conflict' : step
}

/** What makes the other side as this one is. */
function winning(side: Side, { row, file }: Presence, licence: Licence): Step {
  if (side === 'store') return row ? 'export' : licence.prune ? 'remove-file' : 'pending'
  return file ? 'import' : licence.delete ? 'delete-row' : 'pending'
}

function towards(side: Side, { direction }: Licence): boolean {
  return direction === 'sync' || direction === (side === 'tree' ? 'export' : 'import')
}

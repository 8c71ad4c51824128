import type { Action } from '../types.ts'

/** What an export does at one path: an action towards the tree, or `pending` where it leaves the path alone. */
export type ExportStep = 'none' | 'adopt' | 'export' | 'remove-file' | 'conflict' | 'pending'

/** What a person allowed the export beyond its safe default. */
export interface ExportLicence {
  /** Remove files whose rows are gone. Default: they stay, pending. */
  readonly prune: boolean
  /** Let the store win where the file was edited; the file's content goes to history. */
  readonly force: boolean
}

/**
 * Narrows an action to the direction of an export: what would change the store is pending,
 * except that a missing file is written again and that `force` prefers the store.
 */
export function towardsTree(action: Action, rowExists: boolean, licence: ExportLicence): ExportStep {
  switch (action) {
    case 'none':
    case 'adopt':
    case 'export':
      return action
    case 'delete-row':
      return 'export'
    case 'remove-file':
      return licence.prune ? 'remove-file' : 'pending'
    case 'conflict':
    case 'import':
      if (licence.force) return rowExists ? 'export' : towardsTree('remove-file', rowExists, licence)
      return action === 'conflict' ? 'conflict' : 'pending'
    case 'hold':
      return 'pending'
  }
}

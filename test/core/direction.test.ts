import { describe, expect, it } from 'vitest'
import { type ExportStep, towardsTree } from '../../src/core/direction.ts'
import type { Action } from '../../src/types.ts'

type Licensed = [plain: ExportStep, prune: ExportStep, force: ExportStep, both: ExportStep]

describe('towardsTree', () => {
  it.each<[action: Action, rowExists: boolean, steps: Licensed]>([
    ['none', true, ['none', 'none', 'none', 'none']],
    ['none', false, ['none', 'none', 'none', 'none']],
    ['adopt', true, ['adopt', 'adopt', 'adopt', 'adopt']],
    ['adopt', false, ['adopt', 'adopt', 'adopt', 'adopt']],
    ['export', true, ['export', 'export', 'export', 'export']],
    // A missing file is written again; it is deleted from the store only by an import.
    ['delete-row', true, ['export', 'export', 'export', 'export']],
    ['remove-file', false, ['pending', 'remove-file', 'pending', 'remove-file']],
    ['import', true, ['pending', 'pending', 'export', 'export']],
    // A file without a row: the store wins only by removing it, which takes both permissions.
    ['import', false, ['pending', 'pending', 'pending', 'remove-file']],
    ['conflict', true, ['conflict', 'conflict', 'export', 'export']],
    ['conflict', false, ['conflict', 'conflict', 'pending', 'remove-file']],
    ['hold', true, ['pending', 'pending', 'pending', 'pending']],
    ['hold', false, ['pending', 'pending', 'pending', 'pending']],
  ])('%s, row exists: %s', (action, rowExists, steps) => {
    const licences = [
      { prune: false, force: false },
      { prune: true, force: false },
      { prune: false, force: true },
      { prune: true, force: true },
    ]
    expect(licences.map((licence) => towardsTree(action, rowExists, licence))).toEqual(steps)
  })
})

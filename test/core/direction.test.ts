import { describe, expect, it, test } from 'vitest'
import { type Licence, type Presence, stepFor } from '../../src/core/direction.ts'
import type { Action } from '../../src/types.ts'
import { type Case, CASES, contentsOf, LICENCES } from './cases.ts'

const CAUTIOUS: Licence = { direction: 'sync', prune: false, delete: false, prefer: undefined, onConflict: 'keep' }

describe('stepFor', () => {
  // Examples to read; the table of cases has them all.
  it.each<[name: string, action: Action, present: string, licence: Partial<Licence>, step: string]>([
    ['a sync carries a row over', 'export', 'row and file', {}, 'export'],
    ['a sync carries a file over', 'import', 'row and file', {}, 'import'],
    ['an export leaves edited files', 'import', 'row and file', { direction: 'export' }, 'pending'],
    ['an import leaves edited rows', 'export', 'row and file', { direction: 'import' }, 'pending'],
    ['a missing file does not delete its row by itself', 'delete-row', 'row', {}, 'pending'],
    ['a missing file deletes its row when that is allowed', 'delete-row', 'row', { delete: true }, 'delete-row'],
    ['leave to remove files is no leave to delete rows', 'delete-row', 'row', { prune: true }, 'pending'],
    ['an export writes a missing file again', 'delete-row', 'row', { direction: 'export', delete: true }, 'export'],
    ['an export writes nothing for a tree that is preferred', 'delete-row', 'row', { direction: 'export', prefer: 'tree' }, 'pending'],
    ['an import does not bring a missing row back', 'remove-file', 'file', { direction: 'import', prune: true }, 'pending'],
    ['an import brings it back for a tree that is preferred', 'remove-file', 'file', { direction: 'import', prefer: 'tree' }, 'import'],
    ['a conflict stays', 'conflict', 'row and file', {}, 'conflict'],
    ['force lets the store win', 'conflict', 'row and file', { direction: 'export', prefer: 'store' }, 'export'],
    ['force removes no file without leave', 'conflict', 'file', { direction: 'export', prefer: 'store' }, 'conflict'],
    ['force also takes an edit back that is no conflict', 'import', 'row and file', { direction: 'export', prefer: 'store' }, 'export'],
    ['a preference is stronger than the rule for conflicts', 'conflict', 'row and file', { prefer: 'store', onConflict: 'tree' }, 'export'],
    ['the rule for conflicts is for conflicts alone', 'import', 'row and file', { onConflict: 'store' }, 'import'],
    ['an export does not change rows to settle a conflict', 'conflict', 'row and file', { direction: 'export', onConflict: 'tree' }, 'conflict'],
    ['a merge changes both sides', 'conflict', 'row and file', { onConflict: 'merge' }, 'merge'],
    ['so an import does not merge', 'conflict', 'row and file', { direction: 'import', onConflict: 'merge' }, 'conflict'],
    ['there is nothing to merge with a deletion', 'conflict', 'row', { onConflict: 'merge', delete: true }, 'conflict'],
    ['a hold is held, whoever is preferred', 'hold', 'row and file', { prefer: 'tree' }, 'hold'],
  ])('%s', (_, action, present, licence, step) => {
    expect(stepFor(action, { row: present.includes('row'), file: present.includes('file') }, { ...CAUTIOUS, ...licence })).toBe(step)
  })

  describe.each(CASES)('$name ($sides)', (one) => {
    it.each(['export', 'import', 'sync'] as const)('%s', (direction) => {
      const licences = LICENCES.filter((licence) => licence.direction === direction)
      const steps = licences.map((licence) => `${stepFor(one.action, presenceOf(one), licence)}: ${JSON.stringify(licence)}`)
      expect(steps).toEqual(licences.map((licence) => `${expected(one, licence)}: ${JSON.stringify(licence)}`))
    })
  })

  it('is asked about everything that a person may ask for', () => {
    expect(new Set(LICENCES.map((licence) => JSON.stringify(licence))).size).toBe(3 * 2 * 2 * 3 * 4)
  })
})

/** What the table says. */
function expected({ action, plain, wins, merge }: Case, licence: Licence): string {
  const left = action === 'none' || action === 'adopt' ? action : action === 'conflict' ? 'conflict' : 'pending'
  const { direction, prefer } = licence
  const conflict = action === 'conflict' ? licence.onConflict : 'keep'
  if (!prefer && conflict === 'merge') return merge && direction === 'sync' ? 'merge' : left
  const winner = prefer ?? (conflict === 'store' || conflict === 'tree' ? conflict : undefined)
  if (winner === 'store' && direction === 'import') return left
  if (winner === 'tree' && direction === 'export') return left
  const [step, flag] = (winner ? wins[winner] : plain[direction]).split(' with ')
  return flag === undefined || licence[flag as 'prune' | 'delete'] ? step! : left
}

/** What every step takes, whatever led to it. */
const NEEDS: Partial<Record<string, (licence: Licence, present: Presence) => boolean>> = {
  'export': ({ direction }, { row }) => direction !== 'import' && row,
  'import': ({ direction }, { file }) => direction !== 'export' && file,
  'merge': ({ direction }, { row, file }) => direction === 'sync' && row && file,
  'remove-file': ({ direction, prune }, { row, file }) => direction !== 'import' && prune && file && !row,
  'delete-row': (licence, { row, file }) => licence.direction !== 'export' && licence.delete && row && !file,
}

test('a direction changes its own side only, deletes only with leave, and carries over only what is there', () => {
  const wrong = LICENCES.flatMap((licence) =>
    CASES.map((one) => ({ sides: one.sides, licence, step: stepFor(one.action, presenceOf(one), licence), present: presenceOf(one) })).filter(
      ({ step, present }) => NEEDS[step]?.(licence, present) === false,
    ),
  )
  expect(wrong).toEqual([])
})

function presenceOf({ sides }: Case): Presence {
  const [, store, tree] = contentsOf(sides)
  return { row: store !== undefined, file: tree !== undefined }
}

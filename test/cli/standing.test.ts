import { describe, expect, it } from 'vitest'
import { standing } from '../../src/cli/standing.ts'
import type { State, Status, StatusItem } from '../../src/types.ts'

const NONE: Readonly<Record<State, number>> = {
  'in-sync': 0,
  'store-changed': 0,
  'tree-changed': 0,
  'conflict': 0,
  'held': 0,
  'store-only': 0,
  'tree-only': 0,
  'untracked': 0,
}

/** A status of these items, with their counts. */
function statusOf(items: readonly StatusItem[], inSync: number): Status {
  const counts = { ...NONE, 'in-sync': inSync }
  for (const { state } of items) counts[state] += 1
  return { counts, items, problems: [], seconds: 0.1 }
}

const EVERY_KIND: readonly StatusItem[] = [
  { path: 'a.css', state: 'conflict', action: 'conflict', code: 'changed-on-both-sides', message: 'a.css and its row both changed' },
  { path: 'b.css', state: 'held', action: 'hold', code: 'file-emptied', message: 'The file is empty' },
  { path: 'bb.css', state: 'held', action: 'hold', code: 'undone', message: 'Cannot sync bb.css: an undo took this change back' },
  { path: 'bm.css', state: 'held', action: 'hold', code: 'misplaced', message: 'Cannot import bm.css: the file of its row belongs at m/bm.css. Move it there' },
  { path: 'c.css', state: 'store-changed', action: 'export' },
  { path: 'd.css', state: 'store-only', action: 'delete-row', code: 'file-deleted', message: 'd.css is gone' },
  { path: 'e.css', state: 'store-only', action: 'export' },
  { path: 'f.css', state: 'tree-changed', action: 'import' },
  { path: 'g.css', state: 'tree-only', action: 'import' },
  { path: 'h.css', state: 'tree-only', action: 'remove-file', code: 'row-deleted', message: 'the row of h.css is gone' },
  { path: 'i\x1b\n.txt', state: 'untracked', action: 'none' },
]

it('is one count when all is well', () => {
  expect(standing(statusOf([], 991))).toEqual(['991 in sync'])
  expect(standing(statusOf([], 0))).toEqual(['0 in sync'])
})

it('groups what is not, first what waits for a person', () => {
  expect(standing(statusOf(EVERY_KIND, 1_982))).toEqual([
    'Conflicts: both sides changed',
    '  (rowtree diff <path>, then rowtree resolve <path> --prefer store|tree|merge)',
    '  C a.css and its row both changed',
    '',
    'Held back until you decide',
    '  (rowtree resolve <path> --prefer store|tree)',
    '  H b.css: The file is empty',
    '  H bb.css: an undo took this change back',
    '',
    'Misplaced: these files belong elsewhere',
    '  (move each file to its place; no command settles it)',
    '  H bm.css: the file of its row belongs at m/bm.css. Move it there',
    '',
    'Changed in the tree',
    '  (rowtree import takes it to the store)',
    '  M f.css',
    '',
    'New in the tree',
    '  (rowtree import makes rows of it)',
    '  A g.css',
    '',
    'Deleted in the tree',
    '  (rowtree import --delete deletes the rows, rowtree export restores the files)',
    '  D d.css',
    '',
    'Changed in the store',
    '  (rowtree export takes it to the tree)',
    '  M c.css',
    '',
    'New in the store',
    '  (rowtree export makes files of it)',
    '  A e.css',
    '',
    'Deleted in the store',
    '  (rowtree export --prune removes the files)',
    '  D h.css',
    '',
    'Untracked: files that fit no collection',
    '  (they are left alone)',
    '  ? i^[^J.txt',
    '',
    '1 conflict · 3 held · 1 changed in the tree · 2 only in the tree · 1 changed in the store · 2 only in the store · 1 untracked · 1,982 in sync',
  ])
})

it('has a group for every state and action', () => {
  const states: readonly State[] = ['store-changed', 'tree-changed', 'conflict', 'held', 'store-only', 'tree-only', 'untracked']
  const actions = ['none', 'adopt', 'export', 'import', 'remove-file', 'delete-row', 'conflict', 'hold'] as const
  for (const state of states) {
    for (const action of actions) {
      expect(standing(statusOf([{ path: 'the path', state, action }], 0)).filter((line) => line.includes('the path'))).toHaveLength(1)
    }
  }
})

describe('a long group', () => {
  const many = Array.from({ length: 1_025 }, (_, index): StatusItem => ({ path: `${index}.css`, state: 'tree-changed', action: 'import' }))

  it('is cut', () => {
    const lines = standing(statusOf(many, 0))
    expect(lines.filter((line) => line.startsWith('  M '))).toHaveLength(20)
    expect(lines.slice(-3)).toEqual(['  and 1,005 more; --json lists all', '', '1,025 changed in the tree · 0 in sync'])
  })

  it('is whole for those who ask', () => {
    const lines = standing(statusOf(many, 0), { all: true })
    expect(lines.filter((line) => line.startsWith('  M '))).toHaveLength(1_025)
    expect(lines.some((line) => line.includes('more;'))).toBe(false)
  })
})

it('colours by what happened', () => {
  const painted = standing(statusOf(EVERY_KIND, 0), { paint: (style, text) => `<${String(style)} ${text}>` })
  for (const line of ['<bold New in the tree>', '<dim   (rowtree import makes rows of it)>', '  <green A> g.css', '  <red C> a.css and its row both changed']) {
    expect(painted).toContain(line)
  }
})

import { describe, expect, it } from 'vitest'
import { type CycleCommand, remedies, summaryLine } from '../../src/cli/summary.ts'
import type { Problem, ProblemCode, Summary } from '../../src/types.ts'

const NOTHING: Summary = {
  exported: 0,
  imported: 0,
  adopted: 0,
  unchanged: 0,
  removed: 0,
  deleted: 0,
  pending: 0,
  bytes: 0,
  seconds: 0.214,
  rowsPerSecond: 4_700,
  conflicts: [],
  holds: [],
  problems: [],
  deletions: [],
  untracked: [],
}

function problem(code: ProblemCode): Problem {
  return { path: 'a', code, message: 'a' }
}

describe('the line', () => {
  it.each<{ command: CycleCommand; done: Partial<Summary>; line: string }>([
    { command: 'export', done: {}, line: '0 exported · 0 unchanged · 0.21 s (4,700 rows/s)' },
    { command: 'import', done: {}, line: '0 imported · 0 unchanged · 0.21 s (4,700 rows/s)' },
    { command: 'sync', done: {}, line: '0 imported · 0 exported · 0 unchanged · 0.21 s (4,700 rows/s)' },
    { command: 'resolve', done: {}, line: 'nothing to resolve · 0.21 s' },
    { command: 'export', done: { exported: 991, imported: 1 }, line: '991 exported · 1 imported · 0 unchanged · 0.21 s (4,700 rows/s)' },
    { command: 'import', done: { imported: 20, deleted: 1_000 }, line: '20 imported · 0 unchanged · 1,000 deleted · 0.21 s (4,700 rows/s)' },
    { command: 'sync', done: { imported: 20, exported: 5, removed: 2 }, line: '20 imported · 5 exported · 0 unchanged · 2 removed · 0.21 s (4,700 rows/s)' },
    { command: 'resolve', done: { exported: 2, conflicts: [problem('merge-unclean')] }, line: '2 exported · 1 conflict · 0.21 s' },
    {
      command: 'export',
      done: { adopted: 1, pending: 2, holds: [problem('file-emptied')], problems: [problem('read-failed'), problem('read-failed')] },
      line: '0 exported · 1 adopted · 0 unchanged · 2 pending · 1 hold · 2 problems · 0.21 s (4,700 rows/s)',
    },
  ])('of $command: $line', ({ command, done, line }) => {
    expect(summaryLine(command, { ...NOTHING, ...done })).toBe(line)
  })
})

describe('the remedies', () => {
  const gone = { pending: 2, deletions: [problem('row-deleted'), problem('file-deleted')] }

  it.each<{ command: CycleCommand; done: Partial<Summary>; lines: string[] }>([
    { command: 'export', done: {}, lines: [] },
    {
      command: 'export',
      done: { pending: 2 },
      lines: ['An export leaves 2 pending changes in the tree alone:', 'rowtree import brings the store up to date, --force lets the store win.'],
    },
    {
      command: 'import',
      done: { pending: 1 },
      lines: ['An import leaves 1 pending change in the store alone:', 'rowtree export brings the tree up to date, --force lets the tree win.'],
    },
    { command: 'sync', done: gone, lines: [] },
    {
      command: 'import',
      done: { ...gone, pending: 1_002 },
      lines: ['An import leaves 1,000 pending changes in the store alone:', 'rowtree export brings the tree up to date, --force lets the tree win.'],
    },
    { command: 'sync', done: { conflicts: [problem('changed-on-both-sides')] }, lines: ['rowtree diff <path> shows a conflict, rowtree resolve <path> settles it.'] },
    { command: 'resolve', done: { conflicts: [problem('merge-unclean')] }, lines: [] },
    { command: 'sync', done: { untracked: ['a\n.txt'] }, lines: ['1 file fits no collection: a^J.txt'] },
    { command: 'import', done: { untracked: [...'abcdefg'] }, lines: ['7 files fit no collection: a, b, c, d, e and 2 more'] },
  ])('of $command with $done', ({ command, done, lines }) => {
    expect(remedies(command, { ...NOTHING, ...done })).toEqual(lines)
  })
})

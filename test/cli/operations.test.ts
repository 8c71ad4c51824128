import { describe, expect, it } from 'vitest'
import { operationLines } from '../../src/cli/operations.ts'
import { undoneLines } from '../../src/cli/undo.ts'
import { sizeOf } from '../../src/cli/words.ts'
import type { Undone } from '../../src/options.ts'

it('lists operations in columns, in local time', () => {
  const at = new Date(2025, 10, 21, 22, 8, 3).getTime()
  expect(
    operationLines([
      { id: 12, at, command: 'import', records: 1_234, bytes: 4_213, undoneBy: undefined },
      { id: 9, at, command: 'sync', records: 1, bytes: 0, undoneBy: 12 },
    ]),
  ).toEqual(['12  2025-11-21 22:08:03  import  1,234 paths  4.2 KB', ' 9  2025-11-21 22:08:03  sync        1 path      0 B  taken back by 12'])
  expect(operationLines([])).toEqual([])
})

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_000, '1.0 KB'],
  [123_456, '123 KB'],
  [5_000_000, '5.0 MB'],
  [2e15, '2000 TB'],
])('writes %d bytes as %s', (bytes, text) => {
  expect(sizeOf(bytes)).toBe(text)
})

describe('what an undo did', () => {
  const nothing: Undone = { operation: 12, dryRun: false, rows: [], files: [], conflicts: [], problems: [], seconds: 0.012 }

  it('is told by side', () => {
    expect(undoneLines({ ...nothing, rows: ['a.css', 'b\x1b.css'], files: ['c.css'] })).toEqual([
      '  row   a.css',
      '  row   b^[.css',
      '  file  c.css',
      'operation 12 taken back: 2 rows restored · 1 file restored · 0.01 s',
    ])
  })

  it('may be nothing', () => {
    const conflicts = [{ path: 'a.css', code: 'changed-meanwhile', message: 'a.css changed since' }] as const
    expect(undoneLines({ ...nothing, conflicts, dryRun: true })).toEqual(['dry run: nothing of operation 12 could be taken back: 1 conflict · 0.01 s'])
  })

  it('is cut where it is long', () => {
    const lines = undoneLines({ ...nothing, files: Array.from({ length: 25 }, (_, index) => `${index}.css`) })
    expect(lines).toHaveLength(22)
    expect(lines[20]).toBe('  and 5 more; --json lists all')
  })
})

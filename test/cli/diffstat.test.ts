import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Change, diffstat } from '../../src/cli/diffstat.ts'

const CHANGES: readonly Change[] = [
  { path: 'a.css', binary: false, added: 2, removed: 1 },
  { path: 'templates/Default/footer_of_the_whole_board.html', binary: false, added: 420, removed: 1 },
  { path: 'b.png', binary: true, added: 0, removed: 0 },
  { path: 'x/y.html', binary: false, added: 0, removed: 37 },
]

it.each([
  {
    columns: 80,
    lines: [
      ' a.css                                            |   3 +-',
      ' templates/Default/footer_of_the_whole_board.html | 421 ++++++++++++++++++++++-',
      ' b.png                                            | Bin',
      ' x/y.html                                         |  37 --',
      ' 4 files changed, 422 insertions(+), 39 deletions(-)',
    ],
  },
  {
    columns: 40,
    lines: [
      ' a.css                 |   3 +-',
      ' …the_whole_board.html | 421 +++++++++-',
      ' b.png                 | Bin',
      ' x/y.html              |  37 -',
      ' 4 files: +422 -39',
    ],
  },
  {
    columns: 20,
    lines: [' a.css   |   3 +-', ' …d.html | 421 +++-', ' b.png   | Bin', ' …y.html |  37 -', ' 4 files: +422 -39'],
  },
])('fits into $columns columns', ({ columns, lines }) => {
  expect(diffstat(CHANGES, columns)).toEqual(lines)
})

it.each([
  { added: 1, removed: 0, lines: [' a | 1 +', ' 1 file changed, 1 insertion(+)'] },
  { added: 0, removed: 1, lines: [' a | 1 -', ' 1 file changed, 1 deletion(-)'] },
  { added: 3, removed: 2, lines: [' a | 5 +++--', ' 1 file changed, 3 insertions(+), 2 deletions(-)'] },
  { added: 0, removed: 0, lines: [' a | 0', ' 1 file changed'] },
])('counts $added and $removed lines', ({ added, removed, lines }) => {
  expect(diffstat([{ path: 'a', binary: false, added, removed }], 80)).toEqual(lines)
})

it('colours what was added and what was removed', () => {
  const [line] = diffstat([{ path: 'a', binary: false, added: 2, removed: 1 }], 80, (style, text) => `<${String(style)} ${text}>`)
  expect(line).toBe(' a | 3 <green ++><red ->')
})

const change: fc.Arbitrary<Change> = fc.record({
  path: fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme-ascii' }).map((path) => path.replaceAll(/[ |]/g, '_')),
  binary: fc.boolean(),
  added: fc.nat(100_000),
  removed: fc.nat(100_000),
})

it('never reaches the last column and hides no change, whatever the numbers', () => {
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 5 }), fc.integer({ min: 30, max: 200 }), (changes, columns) => {
      const lines = diffstat(changes, columns)
      expect(lines).toHaveLength(changes.length + 1)
      for (const [index, { path, binary, added, removed }] of changes.entries()) {
        const line = lines[index]!
        expect(line.length).toBeLessThan(columns)
        const [, name, bar] = /^ (\S+) +\| +(?:\d+|Bin)(?: (\+*-*))?$/.exec(line)!
        expect(path.endsWith(name!.replace(/^…/, ''))).toBe(true)
        expect({ plus: bar?.includes('+') ?? false, minus: bar?.includes('-') ?? false }).toEqual({ plus: !binary && added > 0, minus: !binary && removed > 0 })
      }
    }),
  )
})

import { expect, it } from 'vitest'
import { Lately } from '../../src/core/lately.ts'
import type { Side } from '../../src/types.ts'

type Step = readonly [now: number, side: Side, path: string, collection?: string] | readonly [now: number, path: string]

it.each<[name: string, steps: readonly Step[], now: number, tree: Readonly<Record<string, number>>, store?: Readonly<Record<string, number>>]>([
  ['nothing', [], 0, {}],
  ['one', [[0, 'tree', 'a']], 59_999, { pages: 1 }],
  ['one that was a minute ago', [[0, 'tree', 'a']], 60_000, {}],
  ['each by its own time', [[0, 'tree', 'a'], [30_000, 'tree', 'b'], [50_000, 'tree', 'c']], 70_000, { pages: 2 }],
  ['by collection', [[0, 'tree', 'a'], [0, 'tree', 'b'], [0, 'tree', 'c', 'styles']], 1, { pages: 2, styles: 1 }],
  ['by side', [[0, 'tree', 'a'], [0, 'store', 'b'], [0, 'store', 'c']], 1, { pages: 1 }, { pages: 2 }],
  ['a path once, since it was deleted last', [[0, 'tree', 'a'], [50_000, 'tree', 'a']], 100_000, { pages: 1 }],
  ['a path on the side that lost it last', [[0, 'tree', 'a'], [1, 'store', 'a']], 2, {}, { pages: 1 }],
  ['no path that is on both sides again', [[0, 'tree', 'a'], [0, 'tree', 'b'], [1, 'a']], 2, { pages: 1 }],
])('counts %s', (_, steps, now, tree, store = {}) => {
  const lately = new Lately()
  for (const step of steps) {
    if (step.length === 2) lately.regain(step[1])
    else lately.lose(step[1], step[2], step[3] ?? 'pages', step[0])
  }
  const counts = lately.at(now)
  expect([Object.fromEntries(counts.tree), Object.fromEntries(counts.store)]).toEqual([tree, store])
})

import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { reconcile } from '../../src/core/reconcile.ts'
import type { Action } from '../../src/types.ts'
import { CASES, contentsOf } from './cases.ts'

describe('reconcile', () => {
  it.each(CASES)('$name ($sides): $action', ({ sides, action }) => {
    expect(reconcile(...contentsOf(sides))).toBe(action)
  })

  it('has a case for every way in which three sides can compare', () => {
    const letters = ['-', 'a', 'b', 'c']
    const all = letters.flatMap((baseline) => letters.flatMap((store) => letters.map((tree) => renamed(baseline + store + tree))))
    expect(CASES.map(({ sides }) => sides).sort()).toEqual([...new Set(all)].sort())
  })

  it('takes an empty content for a content', () => {
    expect(reconcile(undefined, '', undefined)).toBe('export')
    expect(reconcile('', undefined, '')).toBe('remove-file')
    expect(reconcile('', '', 'a')).toBe('import')
  })
})

/** The same comparison with its letters in the order of the alphabet. */
function renamed(sides: string): string {
  const letters = [...new Set(sides.replaceAll('-', ''))]
  return [...sides].map((letter) => (letter === '-' ? '-' : 'abc'[letters.indexOf(letter)])).join('')
}

const side = fc.constantFrom(undefined, 'a', 'b', 'c')
const sides = fc.tuple(side, side, side)

test('swapping the sides mirrors the action', () => {
  const mirrored: Partial<Record<Action, Action>> = {
    'export': 'import',
    'import': 'export',
    'remove-file': 'delete-row',
    'delete-row': 'remove-file',
  }
  fc.assert(
    fc.property(sides, ([baseline, store, tree]) => {
      const action = reconcile(baseline, store, tree)
      expect(reconcile(baseline, tree, store)).toBe(mirrored[action] ?? action)
    }),
  )
})

test('only equality matters', () => {
  const names = fc.uniqueArray(fc.string(), { minLength: 3, maxLength: 3 })
  fc.assert(
    fc.property(sides, names, ([baseline, store, tree], [a, b, c]) => {
      const other = (digest: string | undefined): string | undefined => (digest ? { a, b, c }[digest] : undefined)
      expect(reconcile(other(baseline), other(store), other(tree))).toBe(reconcile(baseline, store, tree))
    }),
  )
})

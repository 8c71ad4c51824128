import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { reconcile } from '../../src/core/reconcile.ts'
import type { Action } from '../../src/types.ts'

/** A letter is a content, a dash means that the side has nothing. */
const sideOf = (letter: string): string | undefined => (letter === '-' ? undefined : letter)

describe('reconcile', () => {
  // Letters say only what is equal to what: every combination is one of these.
  it.each<[name: string, baseline: string, store: string, tree: string, action: Action]>([
    ['nothing anywhere', '-', '-', '-', 'none'],
    ['a new row', '-', 'a', '-', 'export'],
    ['a new file', '-', '-', 'a', 'import'],
    ['the same content appeared on both sides', '-', 'a', 'a', 'adopt'],
    ['other contents appeared on both sides', '-', 'a', 'b', 'conflict'],
    ['deleted on both sides', 'a', '-', '-', 'adopt'],
    ['the file was deleted', 'a', 'a', '-', 'delete-row'],
    ['the row was deleted', 'a', '-', 'a', 'remove-file'],
    ['all the same', 'a', 'a', 'a', 'none'],
    ['only the row was edited', 'a', 'b', 'a', 'export'],
    ['only the file was edited', 'a', 'a', 'b', 'import'],
    ['both were edited alike', 'a', 'b', 'b', 'adopt'],
    ['both were edited, each in its way', 'a', 'b', 'c', 'conflict'],
    ['the row was edited, the file deleted', 'a', 'b', '-', 'conflict'],
    ['the row was deleted, the file edited', 'a', '-', 'b', 'conflict'],
  ])('%s (%s %s %s): %s', (_, baseline, store, tree, action) => {
    expect(reconcile(sideOf(baseline), sideOf(store), sideOf(tree))).toBe(action)
  })

  it('takes an empty content for a content', () => {
    expect(reconcile(undefined, '', undefined)).toBe('export')
    expect(reconcile('', undefined, '')).toBe('remove-file')
  })
})

const side = fc.constantFrom(undefined, 'a', 'b', 'c')
const sides = fc.tuple(side, side, side)

test('swapping the sides mirrors the action', () => {
  const mirrored: Partial<Record<Action, Action>> = {
    export: 'import',
    import: 'export',
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
      const renamed = (digest: string | undefined): string | undefined => (digest ? { a, b, c }[digest] : undefined)
      expect(reconcile(renamed(baseline), renamed(store), renamed(tree))).toBe(reconcile(baseline, store, tree))
    }),
  )
})

test('carried out, an action leaves nothing to do', () => {
  fc.assert(
    fc.property(sides, ([baseline, store, tree]) => {
      const after: Partial<Record<Action, [string | undefined, string | undefined, string | undefined]>> = {
        adopt: [store, store, tree],
        export: [store, store, store],
        'remove-file': [store, store, store],
        import: [tree, tree, tree],
        'delete-row': [tree, tree, tree],
      }
      const action = reconcile(baseline, store, tree)
      expect(reconcile(...(after[action] ?? [store, store, store]))).toBe('none')
      // Cut off before the baseline was told, the next cycle only tells it.
      const [, row, file] = after[action] ?? [baseline, baseline, baseline]
      expect(reconcile(baseline, row, file)).toMatch(/^(none|adopt)$/)
    }),
  )
})

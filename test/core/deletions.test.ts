import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { deletionVerdict, guardDeletions, type Losses } from '../../src/core/deletions.ts'
import { DEFAULT_GUARDS, type Guards } from '../../src/core/guards.ts'
import type { Side } from '../../src/types.ts'

const share = (value: number): Guards => ({ ...DEFAULT_GUARDS, maxDelete: { share: value } })
const count = (value: number): Guards => ({ ...DEFAULT_GUARDS, maxDelete: { count: value } })

/** `{ pages: '3/8' }`: 3 of 8 are gone. */
function lossesOf(texts: Readonly<Record<string, string>>): Map<string, Losses> {
  return new Map(
    Object.entries(texts).map(([collection, text]) => {
      const [missing, total] = text.split('/').map(Number)
      return [collection, { missing: missing!, total: total! }]
    }),
  )
}

describe('guardDeletions', () => {
  it.each<[name: string, losses: Readonly<Record<string, string>>, guards: Guards, held: Readonly<Record<string, string>>]>([
    ['there is nothing', { a: '0/0' }, DEFAULT_GUARDS, {}],
    ['no collection', {}, DEFAULT_GUARDS, {}],
    ['nothing is gone', { a: '0/8' }, DEFAULT_GUARDS, {}],
    ['a quarter is gone', { a: '2/8' }, DEFAULT_GUARDS, {}],
    ['more than a quarter', { a: '3/8' }, DEFAULT_GUARDS, { a: 'mass-deletion' }],
    ['a share is rounded down', { a: '2/11', b: '3/11' }, DEFAULT_GUARDS, { b: 'mass-deletion' }],
    ['a share allows one', { a: '1/2' }, DEFAULT_GUARDS, {}],
    ['a small share allows one', { a: '1/9', b: '2/9' }, share(0.001), { b: 'mass-deletion' }],
    ['a share of nothing allows none', { a: '1/9', b: '0/9' }, share(0), { a: 'mass-deletion' }],
    ['a share is not rounded down by floating point', { a: '29/100' }, share(0.29), {}],
    ['one more than that', { a: '30/100' }, share(0.29), { a: 'mass-deletion' }],
    ['a number', { a: '5/1000', b: '6/1000' }, count(5), { b: 'mass-deletion' }],
    ['the number nothing', { a: '1/9' }, count(0), { a: 'mass-deletion' }],
    ['collections are judged apart', { a: '1/2', b: '3/4', c: '0/90' }, DEFAULT_GUARDS, { b: 'mass-deletion' }],
    ['a whole collection, but not the tree', { a: '1/1', b: '0/1' }, DEFAULT_GUARDS, {}],
    ['the last file', { a: '1/1' }, DEFAULT_GUARDS, { a: 'tree-emptied' }],
    ['all files', { a: '1/1', b: '3/3', c: '0/0' }, DEFAULT_GUARDS, { a: 'tree-emptied', b: 'tree-emptied', c: 'tree-emptied' }],
    ['all files, whatever the limit', { a: '3/3' }, share(1), { a: 'tree-emptied' }],
    ['all files, whatever the number', { a: '3/3' }, count(3), { a: 'tree-emptied' }],
    ['all but one', { a: '3/3', b: '3/4' }, share(1), {}],
  ])('%s', (_, losses, guards, held) => {
    const codes = (side: Side): object =>
      Object.fromEntries([...guardDeletions(side, lossesOf(losses), guards)].map(([collection, { code }]) => [collection, code]))
    expect(codes('tree')).toEqual(held)
    // A store without rows is no empty tree; it is held for the same reasons.
    expect(codes('store')).toEqual(Object.fromEntries(Object.keys(held).map((collection) => [collection, 'mass-deletion'])))
  })
})

describe('deletionVerdict', () => {
  it.each<[side: Side, losses: Readonly<Record<string, string>>, guards: Guards, code: string, message: string]>([
    [
      'tree',
      { pages: '250/1000', rest: '1/9' },
      share(0.125),
      'mass-deletion',
      'Cannot delete the row of a b.html: 250 of 1,000 files of pages are gone, more than guards.maxDelete (12.5%) allows. ' +
        "Restore them, or confirm with: rowtree resolve 'a b.html' --prefer tree",
    ],
    [
      'store',
      { pages: '6/9' },
      count(5),
      'mass-deletion',
      'Cannot remove a b.html: 6 of 9 rows of pages are gone, more than guards.maxDelete (5) allows. ' +
        "Restore them, or confirm with: rowtree resolve 'a b.html' --prefer store",
    ],
    [
      'tree',
      { pages: '990/990', rest: '1/1' },
      count(5),
      'tree-emptied',
      "Cannot delete the row of a b.html: every expected file is gone (991). Restore them, or confirm with: rowtree resolve 'a b.html' --prefer tree",
    ],
    [
      'store',
      { pages: '2/2' },
      count(5),
      'mass-deletion',
      "Cannot remove a b.html: every expected row is gone (2). Restore them, or confirm with: rowtree resolve 'a b.html' --prefer store",
    ],
  ])('%s %j', (side, losses, guards, code, message) => {
    const hold = guardDeletions(side, lossesOf(losses), guards).get('pages')!
    expect(deletionVerdict('a b.html', hold)).toEqual({ code, message })
  })

  it('tells of what went a short while ago', () => {
    const hold = guardDeletions('tree', new Map([['a', { missing: 3, total: 8, lately: 2 }]]), DEFAULT_GUARDS).get('a')!
    expect(deletionVerdict('x', hold).message).toContain('3 of 8 files of a are gone (2 of them a short while ago), more than')
  })

  it('writes a share without the noise of floating point', () => {
    const hold = guardDeletions('tree', lossesOf({ a: '8/9' }), share(0.07)).get('a')!
    expect(deletionVerdict('x', hold).message).toContain('(7%)')
  })
})

test('who lost less is not held where others who lost more are not', () => {
  const loss = fc.nat(40).chain((total) => fc.nat(total).map((missing) => ({ missing, total })))
  const limit = fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }).map(share), fc.nat(40).map(count))
  fc.assert(
    fc.property(loss, limit, fc.nat(40), ({ missing, total }, guards, fewer) => {
      // The other collection keeps the tree from being empty.
      const heldAt = (gone: number): boolean =>
        guardDeletions('tree', new Map([['a', { missing: gone, total }], ['z', { missing: 0, total: 1 }]]), guards).has('a')
      expect(heldAt(Math.max(0, missing - fewer)) && !heldAt(missing)).toBe(false)
      expect(heldAt(0)).toBe(false)
    }),
  )
})

import { expect, it } from 'vitest'
import { Pending } from '../../src/sync/pending.ts'

it('leaves a file that was deleted and is being saved again to its settle window', () => {
  let changed: number | undefined
  let now = 0
  const pending = new Pending({ settle: 100, maxBatch: 10, ageOf: () => (changed === undefined ? undefined : now - changed) })
  pending.touch(['a', 'b'], now)
  expect(pending.take((now = 100))).toBeUndefined()
  // Those that vanish wait for a second, and one of them is saved again at its end.
  changed = now = 1_099
  pending.touch(['a'], now)
  expect(pending.take((now = 1_100))).toEqual({ kind: 'vanished', paths: ['b'], rows: new Set() })
  expect(pending.take((now = 1_199))).toEqual({ kind: 'changed', paths: ['a'], rows: new Set() })
  expect(pending.next()).toBeUndefined()
})

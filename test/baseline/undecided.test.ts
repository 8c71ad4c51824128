import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { Undecided } from '../../src/baseline/baseline.ts'
import { digestOf } from '../../src/digest.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { open } from './fixtures.ts'

const CONFLICT: Undecided = {
  path: 'b/ü.html',
  kind: 'conflict',
  code: 'changed-on-both-sides',
  message: 'b/ü.html differs',
  store: digestOf('store'),
  tree: digestOf('tree'),
  since: 1_700_000_000_000,
}
const HOLD: Undecided = { ...CONFLICT, path: 'a', kind: 'hold', code: 'file-emptied', store: undefined, tree: undefined, since: CONFLICT.since + 5 }

/** What is waiting after all of this was deferred, each in a command of its own. */
function deferred(all: readonly Undecided[], decided: readonly string[] = []): Map<string, Undecided> {
  const path = join(temporaryDirectory(), 'baseline.db')
  for (const one of all) {
    const baseline = open(path)
    baseline.begin()
    baseline.defer(one)
    baseline.commit()
    baseline.close()
  }
  const baseline = open(path)
  baseline.begin()
  for (const one of decided) baseline.decide(one)
  baseline.commit()
  const found = baseline.undecided()
  baseline.close()
  return found
}

it('gives back what waits for a person, in the order of paths', () => {
  expect([...deferred([CONFLICT, HOLD])]).toEqual([['a', HOLD], ['b/ü.html', CONFLICT]])
})

it('forgets what was decided, and does not mind what never waited', () => {
  expect(deferred([CONFLICT, HOLD], ['a', 'nowhere'])).toEqual(new Map([[CONFLICT.path, CONFLICT]]))
})

it('says since when a path waits for the same decision, with the newest of all else', () => {
  const later: Undecided = { ...CONFLICT, message: 'other words', store: undefined, tree: digestOf('edited'), since: CONFLICT.since + 1 }
  expect(deferred([CONFLICT, later]).get(CONFLICT.path)).toEqual({ ...later, since: CONFLICT.since })
})

it.each([
  ['kind', { kind: 'hold' }],
  ['code', { code: 'deleted-in-tree' }],
] as const)('counts anew when the %s is another', (_, other) => {
  const later: Undecided = { ...CONFLICT, ...other, since: CONFLICT.since + 1 }
  expect(deferred([CONFLICT, later]).get(CONFLICT.path)).toEqual(later)
})

it('rolls back', () => {
  const baseline = open(join(temporaryDirectory(), 'baseline.db'))
  baseline.begin()
  baseline.defer(HOLD)
  baseline.commit()
  baseline.begin()
  baseline.decide(HOLD.path)
  baseline.defer(CONFLICT)
  baseline.rollback()
  expect(baseline.undecided()).toEqual(new Map([[HOLD.path, HOLD]]))
  baseline.close()
})

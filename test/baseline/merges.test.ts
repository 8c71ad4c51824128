import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { Merge } from '../../src/baseline/baseline.ts'
import { digestOf } from '../../src/digest.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { open } from './fixtures.ts'

const MARKED: Merge = { path: 'b/ü.html', store: digestOf('store'), tree: digestOf('tree'), marked: digestOf('marked'), result: undefined }
const TORN: Merge = { ...MARKED, path: 'a', marked: undefined, result: digestOf('both') }

it('keeps the merges that are not done, one a path, until they are forgotten', () => {
  const path = join(temporaryDirectory(), 'baseline.db')
  const run = (...work: ((baseline: ReturnType<typeof open>) => void)[]): Map<string, Merge> => {
    const baseline = open(path)
    baseline.begin()
    for (const one of work) one(baseline)
    baseline.commit()
    const merges = baseline.merges()
    baseline.close()
    return merges
  }
  expect([...run((baseline) => baseline.noteMerge(MARKED), (baseline) => baseline.noteMerge(TORN))]).toEqual([['a', TORN], [MARKED.path, MARKED]])
  const later: Merge = { ...MARKED, store: digestOf('newer'), marked: undefined, result: digestOf('both') }
  expect(run((baseline) => baseline.noteMerge(later)).get(MARKED.path)).toEqual(later)
  expect(run((baseline) => baseline.forgetMerge(MARKED.path), (baseline) => baseline.forgetMerge('nowhere'))).toEqual(new Map([['a', TORN]]))
})

it('rolls back', () => {
  const baseline = open(join(temporaryDirectory(), 'baseline.db'))
  baseline.begin()
  baseline.noteMerge(MARKED)
  baseline.checkpoint()
  baseline.forgetMerge(MARKED.path)
  baseline.noteMerge(TORN)
  baseline.rollback()
  expect([...baseline.merges().values()]).toEqual([MARKED])
  baseline.close()
})

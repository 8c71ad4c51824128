import { mkdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import type { Baseline } from '../../src/baseline/baseline.ts'
import { suspectsOf } from '../../src/sync/suspects.ts'
import { lstat } from '../../src/tree/stat.ts'
import { enter, entry, open, storedAt } from '../baseline/fixtures.ts'
import { temporaryDirectory } from '../support/temporary.ts'

/** A tree whose files are what its baseline says, as their stats prove. */
function proven(paths: readonly string[]): { root: string; baseline: Baseline } {
  const root = temporaryDirectory()
  const baseline = open(':memory:')
  onTestFinished(() => baseline.close())
  baseline.begin()
  for (const path of paths) {
    writeFileSync(join(root, path), path)
    enter(baseline, { [path]: path })
    reenter(baseline, root, path, true)
  }
  return { root, baseline }
}

function reenter(baseline: Baseline, root: string, path: string, settled: boolean): void {
  const { size, mtime, inode } = lstat(join(root, path))!
  baseline.put({ ...entry(path, storedAt(baseline, path)!), stat: { size, mtime, inode }, settled }, baseline.find([path]).get(path))
}

it('what its stat proves to be unchanged needs no cycle, and all else does', () => {
  const paths = ['same', 'longer', 'gone', 'directory', 'link', 'racy', 'undecided']
  const { root, baseline } = proven(paths)
  writeFileSync(join(root, 'longer'), 'longer and longer')
  for (const path of ['gone', 'directory', 'link']) rmSync(join(root, path))
  mkdirSync(join(root, 'directory'))
  symlinkSync('same', join(root, 'link'))
  reenter(baseline, root, 'racy', false)
  baseline.defer({ path: 'undecided', kind: 'hold', code: 'undone', message: '', store: undefined, tree: undefined, since: 0 })
  expect(statSync(join(root, 'same')).isFile()).toBe(true)
  expect(suspectsOf({ root, baseline }, [...paths, 'unknown', 'same/below'])).toEqual(['longer', 'gone', 'directory', 'link', 'racy', 'undecided', 'unknown', 'same/below'])
})

it('a row that may have changed is compared whatever its file is', () => {
  const { root, baseline } = proven(['a', 'b'])
  expect(suspectsOf({ root, baseline }, ['a', 'b'], new Set(['b']))).toEqual(['b'])
})

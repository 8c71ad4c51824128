import { mkdirSync, renameSync, symlinkSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { site } from '../support/site.ts'

const A = 'north/page-000000.html'

it.each<[what: string, path: string, code: string]>([
  ['a file', A, 'target-is-symlink'],
  ['a directory', 'north', 'directory-is-symlink'],
])('what an undo took back stays held while %s cannot be looked at', async (_, path, code) => {
  const { engine, root, file, setFile, row } = await site()
  const before = row(A)!
  setFile(A, 'edited\n')
  await engine.sync()
  expect(await engine.undo()).toMatchObject({ rows: [A] })
  expect(await engine.sync()).toMatchObject({ imported: 0, holds: [{ path: A, code: 'undone' }] })
  const aside = join(root, '..', 'aside')
  mkdirSync(aside)
  renameSync(join(root, path), join(aside, 'it'))
  symlinkSync(join(aside, 'it'), join(root, path))
  expect((await engine.sync()).problems.map((problem) => problem.code)).toContain(code)
  unlinkSync(join(root, path))
  renameSync(join(aside, 'it'), join(root, path))
  expect(await engine.sync()).toMatchObject({ imported: 0, holds: [{ path: A, code: 'undone' }] })
  expect([row(A), file(A)]).toEqual([before, 'edited\n'])
})

import { mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { site } from '../support/site.ts'
import { sql } from '../support/tables.ts'

it.each<[what: string, path: string, left: string]>([
  ['files', 'north/page-000000.html', 'south/page-000001.html'],
  ['a directory', 'north', 'south/page-000001.html'],
])('rows whose files cannot be looked at count among those that are gone: %s', async (_, path, left) => {
  const { engine, root, store, file } = await site()
  const before = file(left)
  // Of twelve rows three may be gone.
  sql(store, "delete from pages where slug in ('page-000000', 'page-000001', 'page-000002', 'page-000004')")
  const aside = join(root, '..', 'aside')
  mkdirSync(aside)
  renameSync(join(root, path), join(aside, 'it'))
  symlinkSync(join(aside, 'it'), join(root, path))
  expect(await engine.sync({ prune: true })).toMatchObject({ removed: 0 })
  expect(file(left)).toBe(before)
  rmSync(join(root, path))
  renameSync(join(aside, 'it'), join(root, path))
  expect(await engine.sync({ prune: true })).toMatchObject({ removed: 0, holds: Array.from({ length: 4 }, () => ({ code: 'mass-deletion' })) })
})

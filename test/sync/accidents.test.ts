import { existsSync, renameSync, symlinkSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { finished } from '../support/cli.ts'
import { CAN_TRACE } from '../support/mounts.ts'
import { source, startScript } from '../support/script.ts'
import { site } from '../support/site.ts'

const A = 'north/page-000000.html'
const B = 'south/page-000001.html'

it.skipIf(!CAN_TRACE)('an operation that was killed before the store took it has nothing to take back (needs strace)', async () => {
  const { directory, store, engine, row, setFile } = await site()
  const before = row(A)
  setFile(A, 'mine')
  const code = `
    import { openEngine } from '${source('index.ts')}'
    import { pagesConfig } from '${new URL('../support/tables.ts', import.meta.url).href}'
    await (await openEngine(pagesConfig(process.argv[2], { export: { fsync: 'off', workers: 0 } }))).import()`
  // The first write into the database itself: history is committed then, and the row is not.
  const killer = ['strace', '-f', '-qq', '-o', '/dev/null', '-P', store, '-e', 'inject=pwrite64,write:signal=SIGKILL']
  await finished(startScript(code, [directory], {}, killer))
  expect(await engine.status()).toMatchObject({ items: [{ path: A, state: 'tree-changed' }] })
  expect(await engine.operations()).toHaveLength(1)
  expect(row(A)).toBe(before)
  expect(await engine.undo()).toMatchObject({ rows: [], files: [], conflicts: [], problems: [] })
  expect(await engine.sync()).toMatchObject({ imported: 1, holds: [] })
  expect(row(A)).toBe('mine')
})

it('an undo writes nothing where the root of the tree is gone', async () => {
  const { engine, root, setRow, row } = await site()
  setRow(A, undefined)
  expect(await engine.sync({ prune: true })).toMatchObject({ removed: 1 })
  renameSync(root, `${root}.away`)
  expect(await engine.undo()).toMatchObject({ files: [], problems: [{ path: A, code: 'write-failed' }] })
  expect(existsSync(root)).toBe(false)
  expect((await engine.import({ delete: true, paths: [B] })).holds).toMatchObject([{ path: B, code: 'tree-emptied' }])
  expect(row(B)).toBeDefined()
  renameSync(`${root}.away`, root)
  expect(await engine.undo()).toMatchObject({ files: [A], problems: [] })
})

it('an emptied tree stays one although something new was exported into it', async () => {
  const { engine, root, setRow, row } = await site()
  for (const directory of ['north', 'south']) renameSync(join(root, directory), `${root}.${directory}`)
  setRow('west/new.html', 'new')
  expect(await engine.sync()).toMatchObject({ exported: 1 })
  expect((await engine.import({ delete: true, paths: [B] })).holds).toMatchObject([{ path: B }])
  expect((await engine.import({ delete: true, only: [A] })).holds).toMatchObject([{ path: A }])
  expect([row(A), row(B)]).toEqual([expect.any(String), expect.any(String)])
})

it('a symlink in the tree never stands for another path', async () => {
  const { engine, root, file, setFile } = await site()
  setFile(B, 'edited')
  unlinkSync(join(root, A))
  symlinkSync(`../${B}`, join(root, A))
  expect(engine.pathOf(join(root, A), '/')).toBe(A)
  expect((await engine.resolve([engine.pathOf(A, root)], { prefer: 'store' })).problems).toMatchObject([{ path: A, code: 'target-is-symlink' }])
  expect(file(B)).toBe('edited')
})

it('a directory that leads in a circle concerns only the paths below it', async () => {
  const { engine, root, row, setFile } = await site()
  symlinkSync('circle', join(root, 'circle'))
  setFile(A, 'edited')
  expect(await engine.import({ paths: ['circle/new.html', A] })).toMatchObject({ imported: 1, problems: [{ path: 'circle/new.html', errno: 'ELOOP' }] })
  expect(row(A)).toBe('edited')
})

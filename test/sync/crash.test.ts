import { rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openBaseline } from '../../src/baseline/sqlite.ts'
import { finished } from '../support/cli.ts'
import { CAN_TRACE } from '../support/mounts.ts'
import { source, startScript } from '../support/script.ts'
import { site } from '../support/site.ts'
import { samplePages } from '../support/tables.ts'

const A = 'north/page-000000.html'

it('goes on where a directory is gone while others are written', async () => {
  const { engine, root, setRow, file } = await site(samplePages(12), { export: { fsync: 'batch' } })
  rmSync(join(root, 'south'), { recursive: true })
  setRow(A, 'new\n')
  expect(await engine.sync()).toMatchObject({ exported: 1, problems: [] })
  expect(file(A)).toBe('new\n')
})

it('removes no file that was edited, whatever its stat says', async () => {
  const { engine, root, setRow, file } = await site()
  const path = join(root, A)
  utimesSync(path, 1_700_000_000, 1_700_000_000)
  await engine.sync()
  writeFileSync(path, 'y'.repeat(statSync(path).size))
  utimesSync(path, 1_700_000_000, 1_700_000_000)
  setRow(A, undefined)
  expect(await engine.sync({ prune: true })).toMatchObject({ removed: 0, conflicts: [{ path: A, code: 'deleted-in-store' }] })
  expect(file(A)).toMatch(/^y+$/)
})

describe('a process that is killed while it publishes', () => {
  it.skipIf(!CAN_TRACE)('has put into history what it replaced (needs strace)', async () => {
    const { directory, root, setRow, file } = await site()
    const before = file(A)
    setRow(A, 'new')
    const code = `
      import { openEngine } from '${source('index.ts')}'
      import { pagesConfig } from '${new URL('../support/tables.ts', import.meta.url).href}'
      await (await openEngine(pagesConfig(process.argv[2], { export: { fsync: 'off', workers: 0 } }))).export()`
    const killer = ['strace', '-f', '-qq', '-o', '/dev/null', '-P', join(root, A), '-e', 'inject=rename,renameat,renameat2:signal=SIGKILL']
    await finished(startScript(code, [directory], {}, killer))
    const baseline = openBaseline(join(directory, '.rowtree/baseline.db'), { tree: '../tree', durable: false, command: 'test' })
    const [operation] = baseline.operations(1)
    const [record] = baseline.records(operation!.id)
    expect(record).toMatchObject({ path: A, side: 'tree' })
    expect(Buffer.from(baseline.content(record!.before!)).toString()).toBe(before)
    baseline.close()
    expect([before, 'new']).toContain(file(A))
  })
})

import { existsSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openBaseline } from '../../src/baseline/sqlite.ts'
import { finished } from '../support/cli.ts'
import { startActor } from '../support/faults/acting.ts'
import { CONFIG, tempsBelow } from '../support/project.ts'
import { CAN_INJECT, Faults } from '../support/faults/index.ts'
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
  it.skipIf(!CAN_INJECT)('has put into history what it replaced (needs Linux and a C compiler)', async () => {
    const { directory, root, setRow, file } = await site()
    const before = file(A)
    setRow(A, 'new')
    const code = `
      import { openEngine } from '${source('index.ts')}'
      import { pagesConfig } from '${new URL('../support/tables.ts', import.meta.url).href}'
      await (await openEngine(pagesConfig(process.argv[2], { export: { fsync: 'off', workers: 0 } }))).export()`
    const faults = new Faults()
    faults.arm({ root: join(root, A), calls: ['rename'], at: 1, fault: 'kill-before' })
    expect(await finished(startScript(code, [directory], { env: faults.env }))).toMatchObject({ signal: 'SIGKILL' })
    const baseline = openBaseline(join(directory, '.rowtree/baseline.db'), { tree: '../tree', durable: false, command: 'test' })
    const [operation] = baseline.operations(1)
    const [record] = baseline.records(operation!.id)
    expect(record).toMatchObject({ path: A, side: 'tree' })
    expect(Buffer.from(baseline.content(record!.before!)).toString()).toBe(before)
    baseline.close()
    expect([before, 'new']).toContain(file(A))
  })

  it('leaves no temp in the state directory', async () => {
    const { directory, engine } = await site()
    const actor = await startActor()
    await actor.kill()
    const temp = join(directory, '.rowtree', `.rowtree-${actor.pid.toString(36)}-1-0-0-0.tmp`)
    writeFileSync(temp, '')
    await engine.import({ paths: [A], dryRun: true })
    expect(existsSync(temp)).toBe(true)
    await engine.import({ paths: [A] })
    expect(existsSync(temp)).toBe(false)
  })
})

it('an undo that is killed between two batches is still an undo when it is run again', async () => {
  const pages = samplePages(600)
  const { directory, engine, root, row, setFile } = await site(pages)
  writeFileSync(join(directory, 'rowtree.yaml'), CONFIG)
  const paths = pages.map(({ site: where, slug }) => `${where}/${slug}.html`)
  for (const path of paths) setFile(path, 'edited')
  expect(await engine.import()).toMatchObject({ imported: 600 })
  const actor = await startActor()
  await actor.tell({ do: 'die', at: 'rows-committed', time: 2 })
  expect(await actor.tell({ do: 'operate', directory, operation: 'undo' })).toBeUndefined()
  expect(await engine.undo({ operation: 1 })).toMatchObject({ conflicts: [], problems: [] })
  // The files still hold what was undone.
  expect(await engine.sync()).toMatchObject({ imported: 0, exported: 0, problems: [] })
  expect(paths.filter((path) => row(path) === 'edited')).toEqual([])
  expect(tempsBelow(root)).toEqual([])
})

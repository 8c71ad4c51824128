import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { CONFIG, type Project, project } from '../support/project.ts'
import { type Actor, startActor } from '../support/faults/acting.ts'
import { type Call, CAN_INJECT, CHANGING, Faults, type Noted } from '../support/faults/index.ts'
import { runScript, source } from '../support/script.ts'
import { sql } from '../support/tables.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { orderFaults } from './order.ts'

interface Stage {
  readonly place: Project
  readonly actor: Actor
  readonly faults: Faults
}

async function stageOf(config: string): Promise<Stage> {
  const place = project(undefined, config)
  const faults = new Faults()
  return { place, actor: await startActor(faults.env), faults }
}

/** Runs an operation, and tells the calls that change something. */
async function callsOf({ place, actor, faults }: Stage, operation: 'export' | 'import' | 'sync' | 'undo', options: object = {}): Promise<Noted[]> {
  faults.arm({ root: place.directory, calls: CHANGING })
  const answer = await actor.tell({ do: 'operate', directory: place.directory, operation, options: { workers: 0, ...options } })
  expect(answer).toMatchObject({ ok: true, value: { conflicts: [], problems: [] } })
  return faults.log()
}

/** Finds the first of such calls, such as `fsync tree`. */
function indexIn(calls: readonly Noted[]): (call: string) => number {
  const lines = calls.map(({ call, path }) => `${call} ${path}`)
  return (call) => {
    expect(lines).toContain(call)
    return lines.indexOf(call)
  }
}

describe.skipIf(!CAN_INJECT)('what is on the disk before what (needs Linux and a C compiler)', () => {
  it.each(['file', 'batch'])('in an export, --fsync %s', async (mode) => {
    const stage = await stageOf(CONFIG.replace('fsync: off', `fsync: ${mode}`))
    const first = await callsOf(stage, 'export')
    expect(orderFaults(first)).toEqual([])
    expect(first.filter(({ call, path }) => call === 'rename' && path.startsWith('tree/'))).toHaveLength(2)
    // The directories themselves, of which the project's directory tells.
    for (const made of ['mkdir tree', 'mkdir .rowtree']) expect(first.slice(indexIn(first)(made)).map(({ call, path }) => `${call} ${path}`)).toEqual(expect.arrayContaining(['fsync ']))
    sql(stage.place.database, "update pages set body = 'changed' where slug in ('page-000000', 'page-000001'); insert into pages values ('north', 'new', 'new'); delete from pages where slug = 'page-000003'")
    const later = await callsOf(stage, 'export', { prune: true })
    expect(orderFaults(later)).toEqual([])
    const calls = later.filter(({ path }) => path.startsWith('tree/') && path.endsWith('.html') && !path.includes('/.rowtree-'))
    expect(calls.map(({ call }) => call)).toEqual(expect.arrayContaining(['link', 'rename', 'unlink']))
    expect(orderFaults(await callsOf(stage, 'undo'))).toEqual([])
  })

  it('in an export that only removes', async () => {
    const stage = await stageOf(CONFIG.replace('fsync: off', 'fsync: batch'))
    await callsOf(stage, 'export')
    sql(stage.place.database, "delete from pages where slug = 'page-000004'")
    const calls = await callsOf(stage, 'export', { prune: true })
    expect(orderFaults(calls)).toEqual([])
    expect(calls.map(({ call, path }) => `${call} ${path}`)).toContain('unlink tree/north/page-000004.html')
  })

  it('in an import', async () => {
    const stage = await stageOf(CONFIG.replace('fsync: off', 'fsync: batch'))
    await callsOf(stage, 'export')
    writeFileSync(join(stage.place.tree, 'north/page-000000.html'), 'edited')
    rmSync(join(stage.place.tree, 'south/page-000003.html'))
    const calls = await callsOf(stage, 'import', { delete: true })
    expect(orderFaults(calls)).toEqual([])
    const at = indexIn(calls)
    // What the store is going to hold, and what it is not, is so in the tree, whatever the editor flushed.
    expect(at('fsync tree/north/page-000000.html')).toBeLessThan(at('unlink site.sqlite-journal'))
    expect(at('fsync tree/south')).toBeLessThan(at('unlink site.sqlite-journal'))
    // Without this a journal that is back after a power failure takes the rows back.
    expect(calls.slice(at('unlink site.sqlite-journal')).map(({ call, path }) => `${call} ${path}`)).toContain('fsync ')
  })

  it('in a sync that finds both sides equal', async () => {
    const stage = await stageOf(CONFIG.replace('fsync: off', 'fsync: batch'))
    await callsOf(stage, 'export')
    writeFileSync(join(stage.place.tree, 'north/page-000000.html'), 'same')
    rmSync(join(stage.place.tree, 'south/page-000003.html'))
    sql(stage.place.database, "update pages set body = 'same' where slug = 'page-000000'; delete from pages where slug = 'page-000003'")
    const calls = await callsOf(stage, 'sync')
    const at = indexIn(calls)
    for (const path of ['tree/north/page-000000.html', 'tree/south']) expect(at(`fsync ${path}`)).toBeLessThan(at('fsync .rowtree/baseline.db'))
  })

  it('in a merge', async () => {
    const stage = await stageOf(`${CONFIG.replace('fsync: off', 'fsync: batch')}onConflict: merge\n`)
    sql(stage.place.database, "update pages set body = 'one' || char(10) || 'two' || char(10) || 'three' || char(10) where slug = 'page-000000'")
    await callsOf(stage, 'export')
    sql(stage.place.database, "update pages set body = 'ONE' || char(10) || 'two' || char(10) || 'three' || char(10) where slug = 'page-000000'")
    writeFileSync(join(stage.place.tree, 'north/page-000000.html'), 'one\ntwo\nTHREE\n')
    const calls = await callsOf(stage, 'sync')
    expect(orderFaults(calls)).toEqual([])
    expect(calls.some(({ call, path }) => call === 'rename' && path === 'tree/north/page-000000.html')).toBe(true)
  })

  it('in writeFileAtomic', async () => {
    const directory = temporaryDirectory()
    const faults = new Faults()
    faults.arm({ root: directory, calls: ['write', 'fsync', 'rename', 'mkdir'] })
    const code = `
      import { writeFileAtomic } from '${source('atomic.ts')}'
      await writeFileAtomic(process.argv[2] + '/a/b/file', 'text')
      console.log('true')`
    await runScript(code, [directory], { env: faults.env })
    const calls = faults.log().map(({ call, path }) => `${call} ${path.replace(/\.rowtree-.*/, 'temp')}`)
    expect(calls).toEqual(['mkdir a', 'mkdir a/b', 'write a/b/temp', 'fsync a/b/temp', 'rename a/b/file', 'fsync a/b', 'fsync a', 'fsync '])
  })
})

/** A cycle that replaces one file, call by call. */
const SOUND = [
  'write tree/.rowtree-1.tmp', 'fsync tree/.rowtree-1.tmp',
  'write .rowtree/baseline.db-journal', 'fsync .rowtree/baseline.db', 'truncate .rowtree/baseline.db-journal',
  'rename tree/a.html', 'fsync tree',
  'fsync .rowtree/baseline.db', 'truncate .rowtree/baseline.db-journal',
  'write site.sqlite-journal', 'fsync .rowtree/baseline.db', 'truncate .rowtree/baseline.db-journal', 'unlink site.sqlite-journal', 'truncate .rowtree/baseline.db-journal',
]

function asLog(lines: readonly string[]): Noted[] {
  return lines.map((line) => ({ call: line.split(' ', 1)[0] as Call, path: line.slice(line.indexOf(' ') + 1), isStruck: false }))
}

it('finds nothing wrong with a sound order', () => {
  expect(orderFaults(asLog(SOUND))).toEqual([])
})

it.each<[without: string, at: number, fault: string]>([
  ['the flush of the file', 1, 'tree/.rowtree-1.tmp has a name before it is on the disk'],
  ['the flush of the directory', 6, 'tree is not flushed before the baseline knows tree/a.html'],
  ['the flush of history', 3, 'tree/a.html is overwritten before history is on the disk'],
  ['the flush of history of rows', 10, 'the store commits before history is on the disk'],
  ['the commit of history of rows', 11, 'the store commits before history is on the disk'],
])('finds out without %s', (_, at, fault) => {
  expect(orderFaults(asLog(SOUND.toSpliced(at, 1)))).toEqual([fault])
})

/**
 * Export from a database server and import into it, by rowtree, in turns with what the driver alone takes: its plain SELECT of the same rows, and one
 * transaction of prepared updates. The part of an export that is not the database is that of the same rows from SQLite, without their reading.
 * Usage: server.ts DIR KIND SQLITE_DATABASE ROWS EDITED_ROWS ROUNDS
 */
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { type Engine, openEngine } from '../../src/index.ts'
import { openStore } from '../../src/store/open.ts'
import { config, editAll, pathOf } from '../data.ts'
import { median } from '../rounds.ts'
import { server } from '../servers.ts'

const [directory, kind, database, rows, edited, count] = process.argv.slice(2) as [string, 'mysql' | 'postgres', string, string, string, string]
const rounds = Number(count)
const seconds: Record<string, number[]> = {}

async function timed(figure: string, round: number, work: () => Promise<unknown>): Promise<void> {
  const start = performance.now()
  await work()
  // The first round pays for code that is run for the first time.
  if (round > 0) (seconds[figure] ??= []).push((performance.now() - start) / 1_000)
}

function settingsFor(name: string, url: string): ReturnType<typeof config> {
  const settings = config(join(directory, name), database, 'off', 'auto')
  return { ...settings, store: { ...settings.store, url } }
}

function clear({ tree, state }: ReturnType<typeof config>): void {
  rmSync(tree, { recursive: true, force: true })
  rmSync(state, { recursive: true, force: true })
}

async function exportAll(engine: Engine): Promise<void> {
  const { exported } = await engine.export()
  if (exported !== Number(rows)) throw new Error(`${exported} rows were exported`)
}

// Export: all rows.
const all = await server(kind, Number(rows))
const remote = settingsFor('remote', all.url)
const local = settingsFor('local', `sqlite:${database}`)
const [engine, sqlite] = [await openEngine(remote), await openEngine(local)]
const store = await openStore({ ...local.store, tls: undefined, directory, collections: local.collections, mybb: local.mybb })
for (let round = 0; round <= rounds; round++) {
  clear(remote)
  clear(local)
  await all.settle()
  await timed('select', round, () => all.select())
  await timed('export', round, () => exportAll(engine))
  await timed('sqliteExport', round, () => exportAll(sqlite))
  await timed('sqliteRead', round, async () => {
    for await (const chunk of store.read()) if (chunk.rows.length === 0) throw new Error('a chunk is empty')
  })
}
await Promise.all([engine.close(), sqlite.close(), store.close()])
await all.drop()

// Import: all rows of a smaller table.
const some = await server(kind, Number(edited))
const settings = settingsFor('edited', some.url)
const importer = await openEngine(settings)
await importer.export()
for (let round = 0; round <= rounds; round++) {
  editAll(settings.tree, Number(edited), 2 * round)
  await some.settle()
  await timed('import', round, async () => {
    const { imported } = await importer.import()
    if (imported !== Number(edited)) throw new Error(`${imported} files were imported`)
  })
  editAll(settings.tree, Number(edited), 2 * round + 1)
  await some.settle()
  await timed('updates', round, async () => {
    const changed = Array.from({ length: Number(edited) }, (_, index): [string, string, string] => {
      const path = pathOf(index)
      const [site, name] = path.split('/') as [string, string]
      return [readFileSync(join(settings.tree, path), 'utf8'), site, name.slice(0, -'.html'.length)]
    })
    await some.update(changed)
  })
  // Both sides are equal now, and rowtree learns it.
  await importer.import()
}
await importer.close()
await some.drop()

const middle = Object.fromEntries(Object.entries(seconds).map(([figure, values]) => [figure, median(values)])) as Record<string, number>
process.stdout.write(`${JSON.stringify({ ...middle, files: middle['sqliteExport']! - middle['sqliteRead']! })}\n`)

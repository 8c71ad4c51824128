/**
 * Export from a database server and import into it, by rowtree, in turns with what the driver alone takes: its plain SELECT of the same rows, and one
 * transaction of prepared updates. The part of an export that is not the database is that of the same rows from SQLite, without their reading.
 */
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Config, type Engine, openEngine } from '../../src/index.ts'
import { openStore } from '../../src/store/open.ts'
import { course, demand, tell } from '../course.ts'
import { config, editAll, pathOf } from '../data.ts'
import { median } from '../figures.ts'
import { server } from '../servers.ts'
import { turns } from '../turns.ts'

const { directory, kind, store: database, rows, edited, rounds } = course<{ kind: 'mysql' | 'postgres'; store: string; rows: number; edited: number; rounds: number }>()

function settingsFor(name: string, url: string): Config {
  const settings = config(join(directory, name), database, 'off', 'auto')
  return { ...settings, store: { ...settings.store, url } }
}

function clear({ tree, state }: Config): void {
  rmSync(tree, { recursive: true, force: true })
  rmSync(state, { recursive: true, force: true })
}

async function exportAll(engine: Engine): Promise<void> {
  demand((await engine.export()).exported, rows, 'exported')
}

// Export: all rows.
const all = await server(kind, rows)
const remote = settingsFor('remote', all.url)
const local = settingsFor('local', `sqlite:${database}`)
const [engine, sqlite] = [await openEngine(remote), await openEngine(local)]
const store = await openStore({ ...local.store, tls: undefined, directory, collections: local.collections, mybb: local.mybb })
const exports = await turns({
  select: { before: () => all.settle(), run: async () => demand((await all.select()).length, rows, 'selected') },
  export: { before: () => clear(remote), run: () => exportAll(engine) },
  sqliteExport: { before: () => clear(local), run: () => exportAll(sqlite) },
  sqliteRead: {
    async run() {
      for await (const chunk of store.read()) if (chunk.rows.length === 0) throw new Error('a chunk is empty')
    },
  },
}, rounds)
await Promise.all([engine.close(), sqlite.close(), store.close()])
await all.drop()

// Import: all rows of a smaller table.
const some = await server(kind, edited)
const settings = settingsFor('edited', some.url)
const importer = await openEngine(settings)
await importer.export()
const imports = await turns({
  import: {
    async before(round) {
      editAll(settings.tree, edited, 2 * round)
      await some.settle()
    },
    run: async () => demand((await importer.import()).imported, edited, 'imported'),
  },
  updates: {
    async before(round) {
      editAll(settings.tree, edited, 2 * round + 1)
      await some.settle()
    },
    async run() {
      const changed = Array.from({ length: edited }, (_, index): [string, string, string] => {
        const path = pathOf(index)
        const [site, name] = path.split('/') as [string, string]
        return [readFileSync(join(settings.tree, path), 'utf8'), site, name.slice(0, -'.html'.length)]
      })
      await some.update(changed)
    },
    // Both sides are equal now, and rowtree learns it.
    after: async () => void (await importer.import()),
  },
}, rounds)
await importer.close()
await some.drop()

const files = median(exports.sqliteExport.later) - median(exports.sqliteRead.later)
tell({ select: exports.select.later, export: exports.export.later, files, import: imports.import.later, updates: imports.updates.later })

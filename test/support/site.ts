import { existsSync, mkdirSync, readFileSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { onTestFinished } from 'vitest'
import { type ConfigInput, type Engine, openEngine } from '../../src/index.ts'
import { createPages, type Page, pagesConfig, samplePages, sql } from './tables.ts'
import { temporaryDirectory } from './temporary.ts'

/** A store of pages and a tree, exported once. */
export interface Site {
  readonly directory: string
  readonly store: string
  readonly root: string
  readonly engine: Engine
  row(path: string): string | undefined
  setRow(path: string, body: string | undefined): void
  file(path: string): string | undefined
  setFile(path: string, content: string | Uint8Array | undefined): void
}

/** Sets a site up for the running test. A file that is set gets a time that no other has. */
export async function site(pages: readonly Page[] = samplePages(12), input: Partial<ConfigInput> = {}): Promise<Site> {
  const directory = temporaryDirectory()
  const store = createPages(directory, pages)
  const config = pagesConfig(directory, { export: { fsync: 'off' }, ...input })
  const engine = await openEngine(config)
  onTestFinished(() => engine.close())
  await engine.export()
  const root = config.tree
  let time = 1_800_000_000
  return {
    directory,
    store,
    root,
    engine,
    row(path) {
      const db = new DatabaseSync(store, { readOnly: true })
      // A session may be committing just now.
      db.exec('pragma busy_timeout = 5000')
      const row = db.prepare('select body from pages where site = ? and slug = ?').get(...keyOf(path))
      db.close()
      return row?.['body'] as string | undefined
    },
    setRow(path, body) {
      const [where, slug] = keyOf(path)
      sql(store, body === undefined
        ? `delete from pages where site = ${quote(where)} and slug = ${quote(slug)}`
        : `insert or replace into pages values (${quote(where)}, ${quote(slug)}, ${quote(body)})`)
    },
    file: (path) => (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : undefined),
    setFile(path, content) {
      const absolute = join(root, path)
      if (content === undefined) return unlinkSync(absolute)
      mkdirSync(dirname(absolute), { recursive: true })
      writeFileSync(absolute, content)
      utimesSync(absolute, ++time, time)
    },
  }
}

function keyOf(path: string): [site: string, slug: string] {
  return path.replace(/\.html$/, '').split('/') as [string, string]
}

function quote(value: string): string {
  return `'${value.replaceAll("'", "''")}'`
}

import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { type Config, type ConfigInput, resolveConfig } from '../../src/index.ts'

/** A row of the sample table. */
export interface Page {
  readonly site: string
  readonly slug: string
  readonly body: string | Uint8Array | null
}

/** Creates `site.sqlite` with a table `pages` that holds these rows. */
export function createPages(directory: string, pages: readonly Page[]): string {
  const path = join(directory, 'site.sqlite')
  sql(path, 'create table pages (site text, slug text, body text, primary key (site, slug))')
  insertPages(path, pages)
  return path
}

export function insertPages(path: string, pages: readonly Page[]): void {
  const db = new DatabaseSync(path)
  const insert = db.prepare('insert or replace into pages values (?, ?, ?)')
  db.exec('begin')
  for (const { site, slug, body } of pages) insert.run(site, slug, body)
  db.exec('commit')
  db.close()
}

export function sql(path: string, statements: string): void {
  const db = new DatabaseSync(path)
  // A session may be committing just now.
  db.exec('pragma busy_timeout = 5000')
  db.exec(statements)
  db.close()
}

/** Pages of two sites, the same each time. */
export function samplePages(count: number, bytes = 200): Page[] {
  return Array.from({ length: count }, (_, index) => ({
    site: index % 2 === 0 ? 'north' : 'south',
    slug: `page-${String(index).padStart(6, '0')}`,
    body: `<h1>${index}</h1>\n${'lorem ipsum '.repeat(bytes / 12)}\n`,
  }))
}

/** The config of a tree `tree` for `site.sqlite` in this directory. */
export function pagesConfig(directory: string, input: Partial<ConfigInput> = {}): Config {
  return resolveConfig(
    {
      store: { url: 'sqlite:site.sqlite' },
      tree: './tree',
      collections: { pages: { table: 'pages', key: ['site', 'slug'], path: '{site}/{slug}.html', content: 'body' } },
      ...input,
    },
    directory,
  )
}

import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type Config, resolveConfig } from '../src/index.ts'
import type { FsyncMode } from '../src/types.ts'

/** Files in one directory, in every contender. */
export const FILES_A_DIRECTORY = 500

/** Bytes of one content. */
export const BYTES = 2_048

/** One row in so many is changed where few are. */
export const EVERY = 100

/** The content of row `index`: text that looks like text, another for each row, the same each time. */
export function contentOf(index: number, bytes: number = BYTES): string {
  return `<h1>Page ${index}</h1>\n`.padEnd(64, '.').concat('Lorem ipsum dolor sit amet, consetetur. '.repeat(Math.ceil(bytes / 40))).slice(0, bytes)
}

export function directoryOf(index: number): string {
  return `site-${String(Math.floor(index / FILES_A_DIRECTORY)).padStart(5, '0')}`
}

/** The relative path of the file of row `index`. */
export function pathOf(index: number): string {
  return `${directoryOf(index)}/page-${String(index).padStart(7, '0')}.html`
}

/** What `editAll` makes of it. */
export function editOf(index: number, round: number): string {
  return contentOf(index).replace('Page', `Round ${round} of`).slice(0, BYTES)
}

/** Writes every file anew, as an editor would that replaces a word in all of them. */
export function editAll(tree: string, rows: number, round: number): void {
  for (let index = 0; index < rows; index++) {
    if (index % FILES_A_DIRECTORY === 0) mkdirSync(join(tree, directoryOf(index)), { recursive: true })
    writeFileSync(join(tree, pathOf(index)), editOf(index, round))
  }
}

/** Changes every so-manieth row, as another program would, to something new in each round. */
export function changeRows(store: string, every: number, round: number): void {
  const db = new DatabaseSync(store)
  const mark = `<!-- round ${String(round).padStart(6, '0')} -->`
  db.prepare('update pages set body = ? || substr(body, ?) where rowid % ? = 0').run(mark, mark.length + 1, every)
  db.close()
}

/** A database of `rows` rows in this directory, made once. */
export function database(directory: string, rows: number): string {
  const path = join(directory, `rows-${rows}.sqlite`)
  if (existsSync(path)) return path
  const db = new DatabaseSync(path)
  db.exec('pragma synchronous = off; create table pages (site text, slug text, body text, primary key (site, slug)); begin')
  const insert = db.prepare('insert into pages values (?, ?, ?)')
  for (let index = 0; index < rows; index++) {
    insert.run(directoryOf(index), `page-${String(index).padStart(7, '0')}`, contentOf(index))
  }
  db.exec('commit')
  db.close()
  return path
}

/** A config that exports the database into `<directory>/tree`. */
export function config(directory: string, store: string, fsync: FsyncMode, workers: number | 'auto'): Config {
  return resolveConfig(
    {
      store: { url: `sqlite:${store}` },
      tree: join(directory, 'tree'),
      state: join(directory, 'state'),
      export: { fsync, workers },
      collections: { pages: { table: 'pages', key: ['site', 'slug'], path: '{site}/{slug}.html', content: 'body' } },
    },
    directory,
  )
}

import { copyFileSync, existsSync, linkSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite'
import { parse } from 'yaml'
import { openBaseline } from '../../src/baseline/sqlite.ts'
import type { Stored } from '../../src/baseline/baseline.ts'
import type { Side } from '../../src/types.ts'

/** Pages are plain texts, items are rows of two columns. Not all of them are there from the start. */
export const PATHS = [
  'north/a.html', 'north/b.html', 'north/c.html', 'north/d.html', 'south/a.html', 'south/b.html', 'south/c.html',
  'items/1.yaml', 'items/2.yaml', 'items/3.yaml',
] as const
export type Path = (typeof PATHS)[number]
const ABSENT: ReadonlySet<string> = new Set(['north/d.html', 'items/3.yaml'])

const CONFIG = `onConflict: CHOICE
store: { url: sqlite:site.sqlite }
tree: ./tree
export: { fsync: off, workers: 0 }
collections:
  pages: { table: pages, key: [site, slug], path: '{site}/{slug}.html', content: body }
  items: { table: items, key: [id], path: 'items/{id}.yaml', content: [name, note] }
`

/** A content of a file is its bytes, a letter each; that of a page's row, too. An item's row is the JSON of its columns. */
export type Contents = ReadonlyMap<string, string>

/** Both sides as somebody sees them who does not know rowtree. */
export interface Sides {
  readonly store: Contents
  readonly tree: Contents
  /** Paths of which nobody can tell whether they have a file: something else is there, or on the way. */
  readonly blocked: ReadonlySet<string>
}

/** What stands in for a file, or for a directory on the way to it. */
export type Obstacle = 'directory' | 'symlink' | 'dangling' | 'parent-file' | 'parent-loop' | 'parent-elsewhere'

export function isItem(path: string): boolean {
  return path.startsWith('items/')
}

export function collectionOf(path: string): string {
  return isItem(path) ? 'items' : 'pages'
}

/** What a file says: an item's words do not matter. */
export function meaningOf(path: string, bytes: string | undefined): string | undefined {
  if (bytes === undefined || !isItem(path)) return bytes
  try {
    const { name, note } = parse(Buffer.from(bytes, 'latin1').toString()) as Record<string, unknown>
    if (name !== undefined && note !== undefined) return JSON.stringify({ name, note })
  } catch {
    // It is no YAML.
  }
  return `no item: ${bytes}`
}

/** A content as it reads in a sentence. */
export function quoted(content: string | undefined): string {
  return content === undefined ? 'nothing' : JSON.stringify(content.length > 60 ? `${content.slice(0, 40)}…${content.slice(-15)}` : content)
}

/** A project on the disk, looked at and changed with nothing of rowtree. Its directory may be replaced by what a crash left. */
export class Place {
  readonly directory: string
  #times = 0
  /** What was set aside, with what takes its place and where it belongs. */
  #obstacle: { readonly at: string; readonly aside: string | undefined } | undefined
  #unmounted = false

  constructor(directory: string, onConflict: string) {
    this.directory = directory
    mkdirSync(join(directory, 'outside'), { recursive: true })
    mkdirSync(join(directory, 'tree'))
    writeFileSync(join(directory, 'outside', 'a.html'), 'outside')
    writeFileSync(join(directory, 'rowtree.yaml'), CONFIG.replace('CHOICE', onConflict))
    // Small pages, so that a table has many of them and a read can fail midway.
    this.#sql(`pragma page_size = 512; create table pages (site text, slug text, body text, primary key (site, slug));
      create table items (id integer primary key, name text, note text)`)
    for (const path of PATHS) if (!ABSENT.has(path)) this.writeRow(path, isItem(path) ? JSON.stringify({ name: `Item ${path}`, note: null }) : textOf('first', path))
  }

  get database(): string {
    return join(this.directory, 'site.sqlite')
  }

  get tree(): string {
    return join(this.directory, 'tree')
  }

  look(): Sides {
    const tree = new Map<string, string>()
    const blocked = new Set<string>()
    for (const path of PATHS) {
      const found = this.#fileAt(path)
      if (found === 'blocked') blocked.add(path)
      else if (found !== undefined) tree.set(path, found)
    }
    return { store: this.rows(), tree, blocked }
  }

  rows(): Map<string, string> {
    return this.#withDatabase((db) => {
      const rows = new Map<string, string>()
      for (const { site, slug, body } of db.prepare('select * from pages').all()) rows.set(`${String(site)}/${String(slug)}.html`, latin(body!))
      for (const { id, name, note } of db.prepare('select * from items').all()) rows.set(`items/${String(id)}.yaml`, JSON.stringify({ name, note }))
      return rows
    })
  }

  /** @returns `false` where somebody holds the database */
  writeRow(path: string, content: string | undefined): boolean {
    const [site, slug] = path.replace(/\.\w+$/, '').split('/') as [string, string]
    const [table, where, key] = isItem(path) ? ['items', 'id = ?', [Number(slug)]] as const : ['pages', 'site = ? and slug = ?', [site, slug]] as const
    const values = content === undefined ? [] : isItem(path) ? Object.values(JSON.parse(content) as Record<string, string | null>) : [Buffer.from(content, 'latin1').toString()]
    try {
      this.#withDatabase((db) => {
        if (content === undefined) return db.prepare(`delete from ${table} where ${where}`).run(...key)
        return db.prepare(`insert or replace into ${table} values (${[...key, ...values].map(() => '?').join(', ')})`).run(...key, ...values)
      })
      return true
    } catch (error) {
      if (/locked|busy/.test(String(error))) return false
      throw error
    }
  }

  /**
   * A person's write. No two of one run leave the same time, since what restores a file's size and its time is not seen by anybody.
   *
   * @returns `false` where there is an obstacle
   */
  writeFile(path: string, content: string | undefined, how: { readonly time: 'now' | 'past' | 'future'; readonly replaces: boolean } = { time: 'now', replaces: false }): boolean {
    const file = join(this.tree, path)
    if (this.#fileAt(path) === 'blocked' || !existsSync(this.tree)) return false
    if (content === undefined) {
      rmSync(file, { force: true })
      return true
    }
    mkdirSync(dirname(file), { recursive: true })
    const bytes = Buffer.from(content, 'latin1')
    if (how.replaces) {
      writeFileSync(`${file}~`, bytes)
      renameSync(`${file}~`, file)
    } else writeFileSync(file, bytes)
    const time = (how.time === 'past' ? 1_000_000_000 : 4_000_000_000) + ++this.#times
    if (how.time !== 'now') utimesSync(file, time, time)
    return true
  }

  renameFile(from: string, to: string): boolean {
    if ([from, to].some((path) => this.#fileAt(path) === 'blocked') || this.#fileAt(from) === undefined) return false
    mkdirSync(dirname(join(this.tree, to)), { recursive: true })
    renameSync(join(this.tree, from), join(this.tree, to))
    return true
  }

  /** Puts something in the way, and what was there aside. */
  block(path: string, obstacle: Obstacle): boolean {
    if (this.#obstacle || this.#unmounted || !existsSync(this.tree)) return false
    const at = join(this.tree, obstacle.startsWith('parent-') ? dirname(path) : path)
    mkdirSync(dirname(at), { recursive: true })
    const aside = existsSync(at) ? join(this.directory, 'aside') : undefined
    if (aside !== undefined) renameSync(at, aside)
    if (obstacle === 'directory') mkdirSync(join(at, 'inner'), { recursive: true })
    else if (obstacle === 'parent-file') writeFileSync(at, 'in the way')
    else symlinkSync({ symlink: join(this.directory, 'outside', 'a.html'), dangling: 'nowhere', 'parent-loop': at, 'parent-elsewhere': join(this.directory, 'outside') }[obstacle], at)
    this.#obstacle = { at, aside }
    return true
  }

  unblock(): boolean {
    if (!this.#obstacle || this.#unmounted) return false
    const { at, aside } = this.#obstacle
    this.#obstacle = undefined
    rmSync(at, { recursive: true, force: true })
    if (aside !== undefined) renameSync(aside, at)
    return true
  }

  /** Whether the obstacle is as it was put, and nothing outside of the tree was touched. */
  faults(): string[] {
    const faults: string[] = []
    if (readFileSync(join(this.directory, 'outside', 'a.html'), 'utf8') !== 'outside') faults.push('outside/a.html, which is not in the tree, was changed')
    for (const name of readdirSync(join(this.directory, 'outside'))) if (name !== 'a.html') faults.push(`outside/${name} was made outside of the tree`)
    if (this.#obstacle && !this.#unmounted && !lstatSync(this.#obstacle.at, { throwIfNoEntry: false })) faults.push(`${this.#obstacle.at}, which somebody put there, is gone`)
    return faults
  }

  /** The disk of the tree is not mounted: its mount point is gone or empty. */
  unmount(leaves: 'nothing' | 'empty'): boolean {
    if (this.#unmounted) return false
    renameSync(this.tree, join(this.directory, 'disk'))
    if (leaves === 'empty') mkdirSync(this.tree)
    return (this.#unmounted = true)
  }

  mount(): boolean {
    if (!this.#unmounted) return false
    rmSync(this.tree, { recursive: true, force: true })
    renameSync(join(this.directory, 'disk'), this.tree)
    this.#unmounted = false
    return true
  }

  get isUnmounted(): boolean {
    return this.#unmounted
  }

  /** Renames the table of pages, which nobody finds then. */
  hideTable(isHidden: boolean): void {
    this.#sql(isHidden ? 'alter table pages rename to hidden' : 'alter table hidden rename to pages')
  }

  /**
   * Zeroes a page of the database, which SQLite notices when it gets there.
   *
   * @returns puts it back where nobody wrote the page since
   */
  corrupt(share: number): () => void {
    const bytes = readFileSync(this.database)
    const page = 1 + Math.floor(share * (bytes.length / 512 - 1))
    const [start, end] = [page * 512, page * 512 + 512]
    const kept = Buffer.from(bytes.subarray(start, end))
    writeFileSync(this.database, bytes.fill(0, start, end))
    return () => {
      const now = readFileSync(this.database)
      if (now.subarray(start, end).every((byte) => byte === 0)) writeFileSync(this.database, Buffer.concat([now.subarray(0, start), kept, now.subarray(end)]))
    }
  }

  /**
   * What a SIGKILL would leave now, as the directory `into`: what was written is in the page cache, which outlives a process. Files of the tree
   * are linked and not copied, so that their inodes and times are the same: nobody writes them in place after this.
   */
  image(into: string): void {
    copyInto(this.directory, into)
  }

  /** Everything that was ever overwritten or deleted by rowtree, as `side path=content`. */
  history(): { readonly kept: ReadonlySet<string>; readonly operations: readonly number[] } {
    const kept = new Set<string>()
    const file = join(this.directory, '.rowtree', 'baseline.db')
    if (!existsSync(file)) return { kept, operations: [] }
    const baseline = openBaseline(file, { tree: '../tree', durable: false, command: 'test' })
    try {
      const read = (stored: Stored): string => latin(baseline.content(stored))
      const operations = baseline.operations(1_000_000).map(({ id }) => id)
      for (const id of operations) {
        for (const { side, path, before } of baseline.records(id)) {
          if (before) kept.add(keptAs(side, path, side === 'store' ? meaningOf(path, read(before))! : read(before)))
        }
      }
      return { kept, operations }
    } finally {
      baseline.close()
    }
  }

  #fileAt(path: string): string | 'blocked' | undefined {
    const parts = path.split('/')
    for (let depth = 1; depth < parts.length; depth++) {
      const parent = lstatSync(join(this.tree, ...parts.slice(0, depth)), { throwIfNoEntry: false })
      if (!parent) return undefined
      if (!parent.isDirectory()) return 'blocked'
    }
    const entry = lstatSync(join(this.tree, path), { throwIfNoEntry: false })
    if (!entry) return undefined
    return entry.isFile() ? latin(readFileSync(join(this.tree, path))) : 'blocked'
  }

  #sql(statements: string): void {
    this.#withDatabase((db) => db.exec(statements))
  }

  #withDatabase<T>(work: (db: DatabaseSync) => T): T {
    const db = new DatabaseSync(this.database)
    try {
      // Nobody here waits for a disk that is going to be gone.
      db.exec('pragma synchronous = off')
      return work(db)
    } finally {
      db.close()
    }
  }
}

/** Not by a recursive listing, which follows links to directories. */
function copyInto(from: string, into: string): void {
  mkdirSync(into)
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, copy] = [join(from, entry.name), join(into, entry.name)]
    if (entry.isDirectory()) copyInto(source, copy)
    else if (/\.(?:sqlite|db)/.test(entry.name)) copyFileSync(source, copy)
    else linkSync(source, copy)
  }
}

export function keptAs(side: Side, path: string, content: string): string {
  return `${side} ${path}=${content}`
}

/** A text of which lines can be changed apart. */
export function textOf(mark: string, path: string): string {
  return `<h1>${mark}</h1>\n${path}\n<p>lorem ipsum</p>\ndolor sit amet\n<p>${mark}</p>\n`
}

function latin(value: SQLOutputValue | Uint8Array): string {
  return Buffer.from(value as string | Uint8Array).toString('latin1')
}

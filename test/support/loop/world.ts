import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { openBaseline } from '../../../src/baseline/sqlite.ts'
import { type Config, type ConfigInput, type Engine, openEngine, resolveConfig } from '../../../src/index.ts'
import { createPages } from '../tables.ts'
import { temporaryDirectory } from '../temporary.ts'
import type { Disk } from './index.ts'
import type { Random } from '../random.ts'

/** What may lie on the disk that loses power, or in memory, where it outlives everything. */
export type Part = 'tree' | 'state' | 'store'

/** What both sides hold, by path; temps are left out. */
export interface Sight {
  readonly files: ReadonlyMap<string, string>
  readonly rows: ReadonlyMap<string, string>
}

const SITES = ['north', 'south', 'east', 'west'] as const

/** A store, a tree and a baseline, some of them on a disk that loses power, and the person who works with them. */
export class World {
  readonly #disk: Disk
  readonly #random: Random
  /** Which parts are on the disk. */
  readonly parts: readonly Part[]
  readonly config: Config
  /** Where a `rowtree.yaml` with that config is. */
  readonly directory: string
  readonly #tree: string
  readonly #state: string
  readonly #store: string
  /** All that a person ever wrote at a path. */
  readonly #written = new Map<string, Set<string>>()
  /** What has to be at each path when all is done. */
  readonly expected: Map<string, string> = new Map()
  #count = 0

  constructor(disk: Disk, random: Random, parts: readonly Part[], input: Partial<ConfigInput>) {
    this.#disk = disk
    this.#random = random
    this.parts = parts
    this.directory = temporaryDirectory()
    const at = (part: Part): string => join(parts.includes(part) ? disk.path : this.directory, part)
    ;[this.#tree, this.#state, this.#store] = [at('tree'), at('state'), join(at('store'), 'site.sqlite')]
    for (const part of ['tree', 'state', 'store'] as const) rmSync(at(part), { recursive: true, force: true })
    mkdirSync(at('store'), { recursive: true })
    createPages(at('store'), [])
    const config: ConfigInput = {
      store: { url: `sqlite:${this.#store}` },
      tree: this.#tree,
      state: this.#state,
      guards: { maxDelete: '100%' },
      collections: { pages: { table: 'pages', key: ['site', 'slug'], path: '{site}/{slug}.html', content: 'body' } },
      ...input,
    }
    this.config = resolveConfig(config, this.directory)
    // JSON is YAML.
    writeFileSync(join(this.directory, 'rowtree.yaml'), JSON.stringify(config))
  }

  async withEngine<T>(work: (engine: Engine) => Promise<T>): Promise<T> {
    const engine = await openEngine(this.config)
    try {
      return await work(engine)
    } finally {
      await engine.close()
    }
  }

  /** A text that nobody wrote before, mostly of a few kilobytes. */
  text(path: string, bytes: number = this.#size()): string {
    const words = Array.from({ length: 8 }, () => this.#random.next().toString(36).slice(2, 9)).join(' ')
    const text = `<h1>${path} ${++this.#count}</h1>\n${`${words}\n`.repeat(bytes / words.length)}`
    const written = this.#written.get(path) ?? new Set()
    this.#written.set(path, written.add(text))
    return text
  }

  #size(): number {
    const share = this.#random.next()
    if (share < 0.1) return this.#random.below(40)
    if (share < 0.7) return this.#random.below(8_192)
    if (share < 0.95) return this.#random.below(40_000)
    return this.#random.below(300_000)
  }

  isWritten(path: string, text: string): boolean {
    return this.#written.get(path)?.has(text) ?? false
  }

  /**
   * What a person changes in one cycle, each path on one side only.
   *
   * @param flushed whether the disk has all of it; many editors leave that to the system
   */
  change(sides: readonly ('row' | 'file')[], flushed: boolean): void {
    const rows: [path: string, body: string | undefined][] = []
    // The first one stays: a side that has lost everything is held, which is another matter.
    const [first] = this.expected.keys()
    for (const path of this.expected.keys()) {
      if (!this.#random.chance(0.3)) continue
      const body = this.#random.chance(0.2) && path !== first ? undefined : this.text(path)
      if (this.#random.of(sides) === 'row') rows.push([path, body])
      else this.#setFile(path, body)
      this.#expect(path, body)
    }
    for (let count = this.#random.below(12); count >= 0; count--) {
      // Now and then a directory that is new.
      const site = this.#random.chance(0.3) ? `site${++this.#count}` : this.#random.of(SITES)
      const path = `${site}/new-${++this.#count}.html`
      const body = this.text(path)
      if (this.#random.of(sides) === 'row') rows.push([path, body])
      else this.#setFile(path, body)
      this.#expect(path, body)
    }
    this.#setRows(rows)
    if (flushed) this.#disk.flush()
  }

  /** Saves some file as editors do, in place or over it by a rename, and leaves the rest to the system. */
  save(): [path: string, body: string] {
    const path = this.#random.of([...this.expected.keys()])
    const body = this.text(path)
    const absolute = join(this.#tree, path)
    const inPlace = this.#random.chance(0.5)
    writeFileSync(inPlace ? absolute : `${absolute}~`, body)
    if (!inPlace) renameSync(`${absolute}~`, absolute)
    this.#expect(path, body)
    return [path, body]
  }

  #expect(path: string, body: string | undefined): void {
    if (body === undefined) this.expected.delete(path)
    else this.expected.set(path, body)
  }

  #setRows(rows: readonly [path: string, body: string | undefined][]): void {
    const db = new DatabaseSync(this.#store)
    db.exec('begin')
    for (const [path, body] of rows) {
      const [site, slug] = path.replace(/\.html$/, '').split('/') as [string, string]
      if (body === undefined) db.prepare('delete from pages where site = ? and slug = ?').run(site, slug)
      else db.prepare('insert or replace into pages values (?, ?, ?)').run(site, slug, body)
    }
    db.exec('commit')
    db.close()
  }

  #setFile(path: string, body: string | undefined): void {
    const absolute = join(this.#tree, path)
    if (body === undefined) return unlinkSync(absolute)
    mkdirSync(dirname(absolute), { recursive: true })
    writeFileSync(absolute, body)
  }

  look(): Sight {
    return { files: this.#files(), rows: this.#rows() }
  }

  #files(): Map<string, string> {
    const files = new Map<string, string>()
    if (!existsSync(this.#tree)) return files
    for (const entry of readdirSync(this.#tree, { withFileTypes: true, recursive: true })) {
      const absolute = join(entry.parentPath, entry.name)
      const path = absolute.slice(this.#tree.length + 1)
      if (entry.isFile() && !path.split('/').some((name) => name.startsWith('.rowtree-'))) files.set(path, readFileSync(absolute, 'utf8'))
    }
    return files
  }

  #rows(): Map<string, string> {
    const db = new DatabaseSync(this.#store)
    const rows = db.prepare('select site, slug, body from pages').all() as { site: string; slug: string; body: string }[]
    db.close()
    return new Map(rows.map(({ site, slug, body }) => [`${site}/${slug}.html`, body]))
  }

  /** All that history can give back, by path. */
  history(): Map<string, Set<string>> {
    const kept = new Map<string, Set<string>>()
    if (!existsSync(join(this.#state, 'baseline.db'))) return kept
    const baseline = openBaseline(join(this.#state, 'baseline.db'), { tree: relative(this.#state, this.#tree), durable: false, command: 'test' })
    for (const { id } of baseline.operations(1_000)) {
      for (const { path, before } of baseline.records(id)) {
        const texts = kept.get(path) ?? new Set()
        if (before) kept.set(path, texts.add(Buffer.from(baseline.content(before)).toString()))
      }
    }
    baseline.close()
    return kept
  }
}

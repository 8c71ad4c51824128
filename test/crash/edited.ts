import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { openBaseline } from '../../src/baseline/sqlite.ts'
import { digestOf } from '../../src/digest.ts'
import { CONFIG } from '../support/project.ts'
import { createPages } from '../support/tables.ts'
import { groundIn, pageOf, pathOf, textOf } from './scene.ts'
import { listOf, livingSidesOf, type Sides, sidesOf, TEMP } from '../support/sides.ts'
import { withEngine } from '../support/with-engine.ts'

/** A path, and where a person edits it. */
type Editing = 'file' | 'row' | 'both'

const PATHS = Array.from({ length: 24 }, (_, index) => pathOf(index))
const EDITED: readonly Editing[] = ['file', 'row', 'both']

/** A project whose files and rows a person edits all the time, while sessions come and go. */
export class Edited {
  readonly directory: string
  /** What was ever written at a path, and what was there at first. */
  readonly #written = new Map<string, Set<string>>()
  /** The last that a person wrote to each side. */
  readonly #last: { readonly file: Map<string, string>; readonly row: Map<string, string> } = { file: new Map(), row: new Map() }
  /** What rowtree may have replaced since, because a person wrote to the other side: it has to be there still, or in history. */
  readonly #owed = new Map<string, Set<string>>()
  /** Paths and digests of what history was seen to hold, up to this operation. */
  readonly #kept = new Set<string>()
  #operation = 0
  #count = 0

  private constructor(directory: string) {
    this.directory = directory
    for (const path of PATHS) this.#written.set(path, new Set([textOf(path, 'old')]))
  }

  /** Exported once. */
  static async in(directory: string): Promise<Edited> {
    mkdirSync(directory)
    writeFileSync(join(directory, 'rowtree.yaml'), CONFIG)
    createPages(directory, PATHS.map((path) => pageOf(path, textOf(path, 'old'))))
    await withEngine(directory, (engine) => engine.export())
    return new Edited(directory)
  }

  /** A person saves a file or changes a row, or a program a dozen of them. */
  edit(random: () => number): void {
    const ground = groundIn(this.directory)
    const amount = random() < 0.1 ? 12 : 1
    for (let done = 0; done < amount; done++) {
      const index = Math.floor(random() * PATHS.length)
      const path = PATHS[index]!
      const editing = EDITED[index % EDITED.length]!
      const side = editing === 'both' ? (random() < 0.5 ? 'file' : 'row') : editing
      const text = textOf(path, `${side} ${++this.#count}`)
      if (editing !== 'both') this.#owe(path, side)
      this.#written.get(path)!.add(text)
      this.#last[side].set(path, text)
      if (side === 'file') ground.setFile(path, text)
      else ground.setRow(path, text)
    }
  }

  /** What breaks the promise while no process runs here, in words. Nothing is changed by looking. */
  losses(): string[] {
    const now = sidesOf(this.directory)
    return [...this.#halfWritten(now), ...this.#forgotten(now)]
  }

  /** Paths that a person edits on one side alone, and whose sides are not the same by now; that side is to be preferred. */
  behind(): { readonly path: string; readonly prefer: 'tree' | 'store' }[] {
    const { files, rows } = livingSidesOf(this.directory)
    return PATHS.flatMap((path, index) => {
      const editing = EDITED[index % EDITED.length]!
      if (editing === 'both') return []
      const wanted = this.#last[editing].get(path) ?? textOf(path, 'old')
      return files.get(path) === wanted && rows.get(path) === wanted ? [] : [{ path, prefer: editing === 'file' ? 'tree' : 'store' }]
    })
  }

  /** What a cycle leaves lying around. */
  remains(): string[] {
    return listOf(this.directory).filter((path) => TEMP.test(path)).map((path) => `${path} is left`)
  }

  #halfWritten({ files, rows }: Sides): string[] {
    return [['file', files], ['row', rows]].flatMap(([side, contents]) => [...contents as Map<string, string>].flatMap(([path, content]) => {
      return this.#written.get(path)?.has(content) ? [] : [`${path}: its ${side as string} holds what nobody wrote: ${JSON.stringify(content.slice(0, 40))}`]
    }))
  }

  #owe(path: string, side: 'file' | 'row'): void {
    const other = side === 'row' ? readFileSync(join(this.directory, 'tree', path), 'utf8') : rowAt(this.directory, path)
    this.#owed.set(path, (this.#owed.get(path) ?? new Set<string>()).add(other))
  }

  #forgotten({ files, rows }: Sides): string[] {
    this.#readHistory()
    const isSomewhere = (path: string, content: string): boolean => {
      return files.get(path) === content || rows.get(path) === content || this.#kept.has(`${path} ${digestOf(Buffer.from(content))}`)
    }
    const forgotten = (['file', 'row'] as const).flatMap((side) => [...this.#last[side]].flatMap(([path, content]) => {
      return isSomewhere(path, content) ? [] : [`${path}: what a person wrote to its ${side} is nowhere, nor in history: ${content.slice(0, 20)}`]
    }))
    const replaced = [...this.#owed].flatMap(([path, contents]) => [...contents].filter((content) => !isSomewhere(path, content)).map((content) => {
      return `${path}: what was replaced is not in history: ${content.slice(0, 20)}`
    }))
    // What lies on a side still may be replaced later.
    for (const [path, contents] of this.#owed) for (const content of contents) if (files.get(path) !== content && rows.get(path) !== content) contents.delete(content)
    return [...forgotten, ...replaced]
  }

  /** Reads a copy: what a killed process left is for rowtree to put in order. */
  #readHistory(): void {
    const copy = `${this.directory}.state`
    cpSync(join(this.directory, '.rowtree'), copy, { recursive: true })
    const baseline = openBaseline(join(copy, 'baseline.db'), { tree: '../tree', durable: false, command: 'judge' })
    try {
      const operations = baseline.operations(10_000).filter(({ id }) => id >= this.#operation)
      for (const { id } of operations) for (const { path, before } of baseline.records(id)) if (before) this.#kept.add(`${path} ${before.digest}`)
      this.#operation = operations[0]?.id ?? this.#operation
    } finally {
      baseline.close()
      rmSync(copy, { recursive: true })
    }
  }
}

function rowAt(directory: string, path: string): string {
  const db = new DatabaseSync(join(directory, 'site.sqlite'))
  try {
    db.exec('pragma busy_timeout = 5000')
    const { site, slug } = pageOf(path, '')
    return db.prepare('select body from pages where site = ? and slug = ?').get(site, slug)!['body'] as string
  } finally {
    db.close()
  }
}

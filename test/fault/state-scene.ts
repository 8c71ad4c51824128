import { copyFileSync, existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { openBaseline } from '../../src/baseline/sqlite.ts'
import { decodeFields } from '../../src/core/codec.ts'
import { digestOf } from '../../src/digest.ts'
import { type Engine, openEngine, RowtreeError } from '../../src/index.ts'
import { filesBelow } from '../support/project.ts'
import { createPages, pagesConfig, samplePages, sql } from '../support/tables.ts'
import { temporaryDirectory } from '../support/temporary.ts'

/** What both sides hold, by path. A structured row is told by its values, in whatever words its file says them. */
type Sides = { readonly rows: ReadonlyMap<string, string>; readonly files: ReadonlyMap<string, string> }

const COLLECTIONS = {
  pages: { table: 'pages', key: ['site', 'slug'], path: '{site}/{slug}.html', content: 'body' },
  cards: { table: 'cards', key: ['id'], path: 'cards/{id}.yaml', content: ['title', 'note'] },
}

const page = (number: number): string => `${number % 2 === 0 ? 'north' : 'south'}/page-${String(number).padStart(6, '0')}.html`
const where = (number: number): string => `where slug = 'page-${String(number).padStart(6, '0')}'`

/**
 * A store and a tree with a past, and with edits that no cycle has seen: of every kind one. `restore` brings it back, with the inodes and times that its
 * baseline knows, after whatever an operation made of it.
 */
export interface Scene {
  readonly directory: string
  readonly baseline: string
  /** The baseline's bytes, and older ones: before the first edits, after them. */
  readonly bytes: Buffer
  readonly older: readonly Buffer[]
  restore(): void
  open(): Promise<Engine>
  /** What an operation has lost, or made of nothing. */
  judge(deed: Deed): string[]
}

/** What was asked for, and how it ended. */
export interface Deed {
  readonly operation: string
  readonly error?: unknown
  /** What was damaged is history, or by what the baseline knows that a content is still needed: history may lose it, or give it back under another name. Nothing else may be lost. */
  readonly forgets?: boolean
}

/** Makes a scene in a directory of its own. */
export async function scene(): Promise<Scene> {
  const directory = temporaryDirectory()
  const store = createPages(directory, samplePages(16, 60))
  sql(store, `create table cards (id text primary key, title text, note text); insert into cards values ('a', 'A', 'one'), ('b', 'B', 'two'), ('c', 'C', null)`)
  const config = pagesConfig(directory, { export: { fsync: 'off', workers: 0 }, collections: COLLECTIONS })
  const { tree } = config
  const baseline = join(directory, '.rowtree', 'baseline.db')
  const older: Buffer[] = []
  const written = new Map<string, Set<string>>()
  const look = (): Sides => sidesOf(store, tree)
  const remember = (): void => {
    for (const side of Object.values(look())) for (const [path, content] of side) written.set(path, (written.get(path) ?? new Set()).add(content))
  }
  const put = (path: string, content: string): void => {
    mkdirSync(dirname(join(tree, path)), { recursive: true })
    writeFileSync(join(tree, path), content)
  }

  const engine = await openEngine(config)
  const step = async (work: () => Promise<unknown>): Promise<void> => {
    remember()
    await work()
    remember()
    older.push(readFileSync(baseline))
  }
  await step(() => engine.export())
  sql(store, `update pages set body = 'row v2' ${where(0)}; update pages set body = 'row v2' ${where(1)}; update cards set note = 'two v2' where id = 'b'`)
  await step(() => engine.export())
  put(page(1), 'file v3')
  put(page(2), 'file v2')
  put('cards/a.yaml', '# a comment\ntitle: "A v2"\nnote: one\n')
  await step(() => engine.import())
  sql(store, `delete from pages ${where(3)}`)
  rmSync(join(tree, page(4)))
  await step(() => engine.sync({ prune: true, delete: true }))
  put(page(5), 'file that is taken back')
  await step(() => engine.import())
  await step(() => engine.undo())
  sql(store, `update pages set body = 'row in conflict' ${where(6)}`)
  put(page(6), 'file in conflict')
  await step(() => engine.sync())
  await engine.close()

  // What nobody has seen yet.
  sql(store, `update pages set body = 'new row' ${where(7)}; update pages set body = 'new row' ${where(8)}; delete from pages ${where(9)};
    insert into pages values ('north', 'fresh', 'fresh row'); update cards set title = 'B v3' where id = 'b'`)
  put(page(8), 'new file')
  put(page(10), 'new file')
  put('south/fresh.html', 'fresh file')
  put('cards/c.yaml', 'title: C # kept\nnote: "file"\n')
  rmSync(join(tree, page(11)))
  remember()
  const before = look()
  const bytes = readFileSync(baseline)
  const keep = join(directory, 'kept')
  mkdirSync(keep)
  copyFileSync(store, join(keep, 'site.sqlite'))
  writeFileSync(join(directory, 'canary.html'), 'outside')
  const files = filesBelow(tree)
  for (const [index, path] of files.entries()) linkSync(join(tree, path), join(keep, String(index)))
  const outside = (): string => readdirSync(directory).filter((name) => !name.startsWith('site.sqlite-')).toSorted().join()
  const around = outside()

  return {
    directory,
    baseline,
    bytes,
    older,
    restore() {
      for (const path of [tree, join(directory, '.rowtree'), ...['', '-journal', '-wal', '-shm'].map((end) => store + end)]) rmSync(path, { recursive: true, force: true })
      copyFileSync(join(keep, 'site.sqlite'), store)
      for (const [index, path] of files.entries()) {
        mkdirSync(dirname(join(tree, path)), { recursive: true })
        linkSync(join(keep, String(index)), join(tree, path))
      }
      mkdirSync(join(directory, '.rowtree'), { mode: 0o700 })
      writeFileSync(baseline, bytes)
    },
    open: () => openEngine(config),
    judge({ operation, error, forgets = false }) {
      const losses: string[] = []
      if (error !== undefined && !(error instanceof RowtreeError && error.code !== 'usage' && /^Cannot [^\n]+: [^\n]+$/.test(error.message))) {
        losses.push(`it ended with ${error instanceof Error ? error.stack : String(error)}`)
      }
      const after = look()
      const isUndo = operation === 'undo'
      const takes = (side: 'store' | 'tree'): boolean => !operation.startsWith('resolve') || operation.endsWith(side)
      for (const path of new Set([...written.keys(), ...after.rows.keys(), ...after.files.keys()])) {
        const [row, file, oldRow, oldFile] = [after.rows.get(path), after.files.get(path), before.rows.get(path), before.files.get(path)]
        for (const [what, is] of [['row', row], ['file', file]] as const) {
          if (is === undefined || is === oldRow || is === oldFile || (isUndo && written.get(path)?.has(is))) continue
          if (isUndo && forgets && oldRow === undefined && oldFile === undefined && [...written.values()].some((contents) => contents.has(is))) continue
          losses.push(`${path}: the ${what} holds ${JSON.stringify(is.slice(0, 80))}, which ${written.get(path)?.has(is) ? 'is past' : 'nobody wrote there'}`)
        }
        if (UNSEEN.rows.has(path) && oldRow !== undefined && takes('store') && row !== oldRow && file !== oldRow) losses.push(`${path}: the edit of the row is gone`)
        if (UNSEEN.files.has(path) && oldFile !== undefined && takes('tree') && row !== oldFile && file !== oldFile) losses.push(`${path}: the edit of the file is gone`)
        if (!isUndo && oldRow !== undefined && row === undefined && (oldFile !== undefined || !/delete|resolve tree/.test(operation))) losses.push(`${path}: the row is gone`)
        if (!isUndo && oldFile !== undefined && file === undefined && (oldRow !== undefined || !/prune|resolve store/.test(operation))) losses.push(`${path}: the file is gone`)
      }
      if (error === undefined && !forgets) losses.push(...[...changedOf(before.rows, after.rows), ...changedOf(before.files, after.files)].flatMap(([path, content]) => {
        return path.endsWith('.html') && !isKept(baseline, content) ? [`${path}: history does not have what was there, ${JSON.stringify(content.slice(0, 40))}`] : []
      }))
      if (outside() !== around || readFileSync(join(directory, 'canary.html'), 'utf8') !== 'outside') losses.push(`something was written outside of the tree: ${outside()}`)
      return losses
    },
  }
}

/** Where somebody changed a side since the last cycle, or a conflict stands. */
const UNSEEN = {
  rows: new Set([6, 7, 8].map(page).concat('north/fresh.html', 'cards/b.yaml')),
  files: new Set([6, 8, 10].map(page).concat('south/fresh.html', 'cards/c.yaml')),
}

function changedOf(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): [path: string, content: string][] {
  return [...before].filter(([path, content]) => after.get(path) !== content)
}

/** Whether an undo could give a content back. */
function isKept(path: string, content: string): boolean {
  const digest = digestOf(content)
  const baseline = openBaseline(path, { tree: '../tree', durable: false, command: 'test' })
  try {
    return baseline.operations(100).some(({ id }) => {
      try {
        return baseline.records(id).some(({ before }) => before?.digest === digest && digestOf(baseline.content(before)) === digest)
      } catch (error) {
        // An operation of the past may be what is damaged.
        if (error instanceof RowtreeError) return false
        throw error
      }
    })
  } finally {
    baseline.close()
  }
}

function sidesOf(store: string, tree: string): Sides {
  const db = new DatabaseSync(store, { readOnly: true })
  const rows = new Map<string, string>()
  for (const { site, slug, body } of db.prepare('select site, slug, body from pages').all()) rows.set(`${site}/${slug}.html`, String(body))
  for (const { id, title, note } of db.prepare('select id, title, note from cards').all()) rows.set(`cards/${id}.yaml`, JSON.stringify([title, note]))
  db.close()
  const files = new Map<string, string>()
  for (const path of existsSync(tree) ? filesBelow(tree) : []) {
    const text = readFileSync(join(tree, path), 'utf8')
    const decoded = path.startsWith('cards/') ? decodeFields(text, ['title', 'note'], path) : undefined
    files.set(path, decoded && 'values' in decoded ? JSON.stringify(decoded.values) : text)
  }
  return { rows, files }
}

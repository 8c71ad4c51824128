import { cpSync, mkdirSync, readdirSync, rmdirSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { errnoOf } from '../../src/errors.ts'
import type { Engine } from '../../src/index.ts'
import type { Deed } from '../support/faults/actor.ts'
import { createPages, sql } from '../support/tables.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { withEngine } from '../support/with-engine.ts'

/** What a project is before an operation, and what the operation is. */
export interface Scene {
  readonly name: string
  readonly fsync: 'off' | 'batch' | 'file'
  readonly operation: Extract<Deed, { do: 'operate' }>['operation']
  readonly options?: object
  /** Bytes that every content is longer by. Default: none. */
  readonly bulk?: number
  /** What people did since both sides were the same; without it they never were. */
  change?(project: Prepared): Promise<void> | void
}

/** A project amid its preparation. */
interface Prepared {
  readonly directory: string
  setRow(path: string, body: string | undefined): void
  setFile(path: string, content: string | undefined): void
  /** Runs an engine that is opened for it. */
  with<T>(work: (engine: Engine) => Promise<T>): Promise<T>
}

const CONFIG = (fsync: Scene['fsync']): string => `store: { url: sqlite:site.sqlite }
tree: ./tree
export: { fsync: ${fsync}, workers: 0 }
onConflict: merge
guards: { maxDelete: 50% }
collections:
  pages: { table: pages, key: [site, slug], path: '{site}/{slug}.html', content: body }
`

const LINES = ['one', 'two', 'three', 'four', 'five']
const PATHS = ['north/a.html', 'north/b.html', 'north/c.html', 'south/d.html', 'south/e.html', 'south/f.html']

/** What a page holds, with some of its lines in other words. */
export function pageOf(path: string, changes: Readonly<Record<number, string>> = {}): string {
  return `${path}\n${LINES.map((line, index) => changes[index] ?? line).join('\n')}\n`
}

/** Everything that exports, imports, merges and takes back can meet, each with a file that a person edited meanwhile. */
function changed({ setRow, setFile }: Prepared): void {
  setRow('north/a.html', pageOf('north/a.html', { 0: 'of the row' }))
  setRow('north/new.html', 'a new row\n')
  setRow('east/deep.html', 'a row of a new directory\n')
  setRow('south/d.html', undefined)
  setFile('north/b.html', pageOf('north/b.html', { 4: 'of the file' }))
  setFile('south/new.html', 'a new file\n')
  setFile('south/e.html', undefined)
  // Both, far apart and at the same place.
  setRow('north/c.html', pageOf('north/c.html', { 0: 'of the row' }))
  setFile('north/c.html', pageOf('north/c.html', { 4: 'of the file' }))
  setRow('south/f.html', pageOf('south/f.html', { 2: 'of the row' }))
  setFile('south/f.html', pageOf('south/f.html', { 2: 'of the file' }))
}

/** The operations whose system calls are struck. */
export const SCENES: readonly Scene[] = [
  { name: 'a first export', fsync: 'off', operation: 'export' },
  { name: 'a first export that flushes each batch', fsync: 'batch', operation: 'export' },
  { name: 'a first export that flushes each file', fsync: 'file', operation: 'export' },
  { name: 'an export that replaces, adds and prunes', fsync: 'file', operation: 'export', options: { prune: true }, change: changed },
  { name: 'an export by force', fsync: 'batch', operation: 'export', options: { prune: true, force: true }, change: changed },
  { name: 'an import that edits, adds and deletes', fsync: 'off', operation: 'import', options: { delete: true }, change: changed },
  { name: 'an import that flushes', fsync: 'file', operation: 'import', options: { delete: true }, change: changed },
  { name: 'a sync with merges', fsync: 'off', operation: 'sync', options: { prune: true, delete: true }, change: changed },
  { name: 'a sync with merges that flushes', fsync: 'batch', operation: 'sync', options: { prune: true, delete: true }, change: changed },
  {
    name: 'an undo of an import',
    fsync: 'off',
    operation: 'undo',
    change: async (project) => {
      changed(project)
      await project.with((engine) => engine.import({ delete: true }))
    },
  },
  {
    name: 'an undo of a sync',
    fsync: 'file',
    operation: 'undo',
    change: async (project) => {
      changed(project)
      await project.with((engine) => engine.sync({ prune: true, delete: true }))
    },
  },
]

/** Makes the project of a scene once. */
export async function prepare(scene: Scene): Promise<string> {
  const directory = temporaryDirectory()
  writeFileSync(join(directory, 'rowtree.yaml'), CONFIG(scene.fsync))
  const whole = (content: string): string => content + 'It goes on like this.\n'.repeat((scene.bulk ?? 0) / 22)
  const store = createPages(directory, PATHS.map((path) => ({ ...keyOf(path), body: whole(pageOf(path)) })))
  const project: Prepared = {
    directory,
    with: (work) => withEngine(directory, work),
    setRow(path, body) {
      const { site, slug } = keyOf(path)
      sql(store, body === undefined ? `delete from pages where slug = '${slug}'` : `insert or replace into pages values ('${site}', '${slug}', '${whole(body)}')`)
    },
    setFile(path, content) {
      const absolute = join(directory, 'tree', path)
      if (content === undefined) return unlinkSync(absolute)
      mkdirSync(dirname(absolute), { recursive: true })
      writeFileSync(absolute, whole(content))
    },
  }
  if (!scene.change) return directory
  await project.with((engine) => engine.export())
  await scene.change(project)
  return directory
}

/** Puts a prepared project into a directory, in place of what a trial left there. Places where filesystems are mounted stay. */
export function stageAgain(prepared: string, at: string): void {
  for (const name of readdirSync(at)) clear(join(at, name))
  cpSync(prepared, at, { recursive: true, preserveTimestamps: true })
}

function clear(path: string): void {
  if (!statSync(path).isDirectory()) return rmSync(path)
  for (const name of readdirSync(path)) rmSync(join(path, name), { recursive: true })
  try {
    rmdirSync(path)
  } catch (error) {
    if (errnoOf(error) !== 'EBUSY') throw error
  }
}

function keyOf(path: string): { site: string; slug: string } {
  const [site, slug] = path.replace(/\.html$/, '').split('/')
  return { site: site!, slug: slug! }
}

import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { type Engine, openEngine, resolveConfig, type State, type Status, type Summary } from '../src/index.ts'
import { temporaryDirectory } from './support/temporary.ts'

const BOARD = new URL('../../shared/data/mybb-1.8.37/board.sqlite', import.meta.url)
const absent = !existsSync(BOARD)

/** What people did to a board's rows and files since its export. */
interface Day {
  readonly engine: Engine
  readonly edited: readonly string[]
  readonly deleted: readonly string[]
  readonly added: string
  readonly changed: readonly string[]
  readonly both: readonly string[]
  row(path: string): string | undefined
  /** The database's records of the templates that the set has itself, and of all stylesheets. */
  own(): unknown[]
  file(path: string): string | undefined
  setFile(path: string, content: string): void
  /** Each file as it was exported. */
  readonly exported: ReadonlyMap<string, string>
}

/** What the board calls a template. */
function title(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1, -'.html'.length)
}

/** A stock board, exported; then 20 files edited, 2 deleted, 1 added, 5 rows changed by SQL, 3 changed on both sides. */
async function day(): Promise<Day> {
  const directory = temporaryDirectory()
  const store = join(directory, 'board.sqlite')
  copyFileSync(BOARD, store)
  chmodSync(store, 0o644)
  const config = resolveConfig({ store: { url: 'sqlite:board.sqlite', preset: 'mybb' }, tree: './board', export: { fsync: 'off' } }, directory)
  const engine = await openEngine(config)
  expect(await engine.export()).toMatchObject({ exported: 991, problems: [] })

  const at = (path: string): string => join(config.tree, path)
  const file = (path: string): string | undefined => (existsSync(at(path)) ? readFileSync(at(path), 'utf8') : undefined)
  const setFile = (path: string, content: string): void => {
    mkdirSync(dirname(at(path)), { recursive: true })
    writeFileSync(at(path), content)
  }
  const all = (readdirSync(config.tree, { recursive: true }) as string[]).filter((path) => /\.\w+$/.test(path)).toSorted()
  const exported = new Map(all.map((path) => [path, file(path)!]))
  // A merge needs lines between the two changes.
  const long = all.filter((path) => path.endsWith('.html') && exported.get(path)!.split('\n').length > 8)
  const both = long.slice(0, 3)
  // Its own templates: those of the master set cannot be deleted.
  const own = ['index', 'header'].map((name) => all.find((path) => path.endsWith(`/${name}.html`))!)
  const rest = all.filter((path) => !both.includes(path) && !own.includes(path))
  const edited = [...rest.filter((path) => path.endsWith('.html')).slice(0, 17), ...rest.filter((path) => path.endsWith('.css')).slice(0, 3)]
  const changed = rest.filter((path) => path.endsWith('.html')).slice(100, 105)
  const added = join(dirname(own[0]!), 'index_added.html')

  const db = new DatabaseSync(store)
  const [{ sid }] = db.prepare('select sid from mybb_templatesets').all() as [{ sid: number }]
  const insert = db.prepare("insert into mybb_templates (title, template, sid, version, status, dateline) values (?, ?, ?, '1837', '', 0)")
  // What the admin panel does when a master template is edited; the board shows the same as before.
  for (const path of own) insert.run(title(path), exported.get(path)!, sid)
  const write = db.prepare('update mybb_templates set template = ? where title = ? and sid = -2')
  for (const path of changed) expect(write.run(`${exported.get(path)}<!-- theirs -->`, title(path)).changes).toBe(1)
  for (const path of both) expect(write.run(`${exported.get(path)}<!-- theirs -->`, title(path)).changes).toBe(1)
  db.close()

  for (const [index, path] of edited.entries()) setFile(path, `<!-- mine ${index} -->\r\n${exported.get(path)}`)
  for (const path of both) setFile(path, `<!-- mine -->\n${exported.get(path)}`)
  for (const path of own) unlinkSync(at(path))
  setFile(added, 'added by hand, without a newline  ')

  return { engine, edited, deleted: own, added, changed, both, row, own: ownRows, file, setFile, exported }

  function ownRows(): unknown[] {
    const reader = new DatabaseSync(store, { readOnly: true })
    const templates = reader.prepare('select * from mybb_templates where sid = ? order by tid').all(sid)
    const stylesheets = reader.prepare('select sid, name, tid, attachedto, stylesheet from mybb_themestylesheets order by sid').all()
    reader.close()
    return [...templates, ...stylesheets].map((record) => ({ ...record }))
  }

  /** What the board shows, found by SQL alone. */
  function row(path: string): string | undefined {
    const reader = new DatabaseSync(store, { readOnly: true })
    const shown = path.endsWith('.html')
      ? reader.prepare('select template as content from mybb_templates where title = ? and sid in (-2, -1, ?) order by sid desc').get(title(path), sid)
      : reader.prepare('select stylesheet as content from mybb_themestylesheets where name = ? and tid in (1, 2) order by tid desc').get(path.slice(path.lastIndexOf('/') + 1))
    reader.close()
    return shown?.['content'] as string | undefined
  }
}

const pathsOf = (list: Summary['conflicts']): string[] => list.map(({ path }) => path)
const inState = ({ items }: Status, state: State): string[] => items.filter((item) => item.state === state).map(({ path }) => path)

describe.skipIf(absent)(`a stock MyBB board on which both sides changed${absent ? ' (skipped: the board is not there)' : ''}`, () => {
  it('is told exactly', async () => {
    const { engine, edited, deleted, added, changed, both } = await day()
    const status = await engine.status()
    expect(status.problems).toEqual([])
    expect(inState(status, 'tree-changed')).toEqual(edited.toSorted())
    expect(inState(status, 'store-changed')).toEqual(changed.toSorted())
    expect(inState(status, 'conflict')).toEqual(both.toSorted())
    expect(inState(status, 'store-only')).toEqual(deleted.toSorted())
    expect(inState(status, 'tree-only')).toEqual([added])
    expect(status.counts).toEqual({
      'in-sync': 961, 'tree-changed': 20, 'store-changed': 5, conflict: 3, 'store-only': 2, 'tree-only': 1, held: 0, untracked: 0,
    })
    await engine.close()
  })

  it('is synced where one side changed, and once only', async () => {
    const { engine, edited, deleted, added, changed, both, row, file, exported } = await day()
    const summary = await engine.sync()
    expect(summary).toMatchObject({ imported: 21, exported: 5, deleted: 0, removed: 0, pending: 2, problems: [], holds: [] })
    expect(pathsOf(summary.conflicts)).toEqual(both.toSorted())
    expect(pathsOf(summary.deletions)).toEqual(deleted.toSorted())
    for (const path of [...edited, added, ...changed]) expect([path, row(path)]).toEqual([path, file(path)])
    for (const path of both) expect([row(path), file(path)]).toEqual([`${exported.get(path)}<!-- theirs -->`, `<!-- mine -->\n${exported.get(path)}`])
    for (const path of deleted) expect(row(path)).toBe(exported.get(path))

    const again = await engine.sync()
    expect(again).toMatchObject({ imported: 0, exported: 0, adopted: 0, pending: 2, problems: [] })
    expect(pathsOf(again.conflicts)).toEqual(both.toSorted())
    await engine.close()
  })

  it('is settled by each kind of decision', async () => {
    const { engine, both, deleted, row, file, exported } = await day()
    await engine.sync()
    const [first, second, third] = both as [string, string, string]
      expect(await engine.resolve([first], { prefer: 'store' })).toMatchObject({ exported: 1, conflicts: [] })
    expect([row(first), file(first)]).toEqual(Array(2).fill(`${exported.get(first)}<!-- theirs -->`))
    expect(await engine.resolve([second], { prefer: 'tree' })).toMatchObject({ imported: 1, conflicts: [] })
    expect([row(second), file(second)]).toEqual(Array(2).fill(`<!-- mine -->\n${exported.get(second)}`))
    expect(await engine.resolve([], { prefer: 'merge', all: true })).toMatchObject({ imported: 1, exported: 1, conflicts: [] })
    expect([row(third), file(third)]).toEqual(Array(2).fill(`<!-- mine -->\n${exported.get(third)}<!-- theirs -->`))
    // The set's own templates go; what they had hidden, the master's, shows up again.
    expect(await engine.sync({ delete: true })).toMatchObject({ deleted: 2, conflicts: [], deletions: [] })
    for (const path of deleted) expect(file(path)).toBe(row(path))
    expect(await engine.sync({ delete: true })).toMatchObject({ imported: 0, exported: 0, deleted: 0, adopted: 0, unchanged: 992, conflicts: [] })
    await engine.close()
  })

  it('is as it was after an undo', async () => {
    const { engine, edited, added, changed, row, own, file, exported } = await day()
    const before = own()
    const files = new Map([...edited, added].map((path) => [path, file(path)]))
    await engine.sync()
    const undone = await engine.undo()
    expect(undone).toMatchObject({ conflicts: [], problems: [] })
    expect([undone.rows.length, undone.files.length]).toEqual([21, 5])
    // Also without the copies that were made of master rows.
    expect(own()).toEqual(before)
    for (const path of edited) expect([path, row(path), file(path)]).toEqual([path, exported.get(path), files.get(path)])
    for (const path of changed) expect([path, file(path)]).toEqual([path, exported.get(path)])
    expect([row(added), file(added)]).toEqual([undefined, files.get(added)])
    // Nothing of it is done again by itself.
    const after = await engine.sync()
    expect(after).toMatchObject({ imported: 0, exported: 0, problems: [] })
    expect(after.holds).toHaveLength(26)
    const [undo] = await engine.operations(1)
    expect(await engine.undo({ operation: undo!.id })).toMatchObject({ conflicts: [], problems: [] })
    for (const path of edited) expect([path, row(path)]).toEqual([path, files.get(path)])
    await engine.close()
  })

  it('has its own templates again after an undo of their deletion, although it showed the same without them', async () => {
    const { engine, deleted, own } = await day()
    const before = own()
    expect(before.length).toBeGreaterThanOrEqual(2)
    await engine.import({ delete: true, paths: deleted })
    expect(own()).toHaveLength(before.length - 2)
    expect(await engine.undo()).toMatchObject({ rows: deleted.toSorted(), conflicts: [], problems: [] })
    expect(own()).toEqual(before)
    await engine.close()
  })
})

import { chmodSync, copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { projectIn } from '../support/project.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { HAS_TERMINAL } from '../support/terminal.ts'
import { has, lacking } from '../support/tools.ts'
import { openVim } from '../support/vim.ts'
import { watching } from '../support/watching.ts'

const BOARD = new URL('../../../shared/data/mybb-1.8.37/board.sqlite', import.meta.url)
const absent = !existsSync(BOARD)
const SETTLE = 30
const CONFIG = `store: { url: 'sqlite:board.sqlite', preset: mybb }
tree: ./board
export: { fsync: off }
`

/** Vim leaves what it is not told to change as it is: indentation, comments, a missing newline at the end. */
const SETTINGS = ['paste', 'nofixendofline']

it.skipIf(absent || !HAS_TERMINAL || !has('vim'))(
  `100 edits of a MyBB board through vim arrive in order, with nothing else changed${absent ? ' (skipped: the board is not there)' : ''}${lacking('vim', 'script')}`,
  async () => {
    const directory = temporaryDirectory()
    const store = join(directory, 'board.sqlite')
    copyFileSync(BOARD, store)
    chmodSync(store, 0o644)
    writeFileSync(join(directory, 'rowtree.yaml'), CONFIG)
    const board = projectIn(directory, store)
    expect(await board.run(['export'])).toMatchObject({ code: 0 })
    const tree = join(directory, 'board')
    const before = tablesOf(store)
    const exported = filesOf(tree)
    const paths = chosen([...exported.keys()])
    expect(paths).toHaveLength(100)
    const since = Math.floor(Date.now() / 1_000)

    const { events, send, done } = await watching(board, ['--json', '--settle', `${SETTLE}ms`, '--poll', 'off'])
    const batches = (): string[][] => events().filter(({ event }) => event === 'imported').map(({ paths: batch }) => batch as string[])
    const arrival = async (path: string): Promise<void> => void (await eventually(`${path} is imported`, () => batches().some((batch) => batch.includes(path))))
    const vim = await openVim(tree, paths[0]!, SETTINGS)
    for (const [index, path] of paths.slice(0, 60).entries()) {
      await vim.edit(path)
      await vim.save(`ggO${mark(path)}`)
      const saved = performance.now()
      // Half of them at a person's pace, half of them only just further apart than what counts as one save.
      if (index % 2 === 0) await arrival(path)
      else await eventually('the next save', () => performance.now() > saved + 2 * SETTLE)
    }
    await vim.quit()
    for (const path of paths.slice(60)) {
      const another = await openVim(tree, path, SETTINGS)
      await another.saveAndQuit(`ggO${mark(path)}`)
    }
    await arrival(paths.at(-1)!)
    send('SIGINT')
    expect(await done).toMatchObject({ code: 130 })

    const expected = new Map(exported)
    for (const path of paths) expected.set(path, `${mark(path)}${endOfLine(exported.get(path)!)}${exported.get(path)}`)
    expect(filesOf(tree)).toEqual(expected)
    expect(events().map(({ event }) => event).filter((event) => event !== 'imported' && event !== 'rescan')).toEqual(['ready', 'stopped'])
    expect(batches().flatMap((batch) => inOrderOf(paths, batch))).toEqual(paths)

    const { mybb_templates: templates, mybb_themestylesheets: stylesheets, ...rest } = tablesOf(store)
    const { mybb_templates: templatesBefore, mybb_themestylesheets: stylesheetsBefore, ...restBefore } = before
    // What the theme shows follows its stylesheets, and so does the copy of it.
    const list = String(rest['mybb_themes']!.find(({ tid }) => tid === 2)!['stylesheets'])
    expect(withoutLists(rest)).toEqual(withoutLists(restBefore))
    expect(rest['mybb_datacache']!.find(({ title }) => title === 'default_theme')!['cache']).toContain(`s:11:"stylesheets";s:${list.length}:"${list}"`)
    const edited = new Map(paths.map((path) => [path.slice(path.lastIndexOf('/') + 1), expected.get(path)!]))
    // Master templates stay; the set gets its own.
    expect(templates!.filter((row) => !isOwn(row))).toEqual(templatesBefore)
    const own = [...edited].filter(([name]) => name.endsWith('.html')).map(([name, template]) => {
      const title = name.slice(0, -'.html'.length)
      return { tid: expect.any(Number), title, template, sid: 1, version: '1837', status: '', dateline: expect.toSatisfy((time) => time >= since) }
    })
    expect(templates!.filter(isOwn)).toEqual(own)
    // The theme's own stylesheets are changed, and copies made of those that it inherits.
    const kept = stylesheetsBefore!.map((row) => (row['tid'] === 2 && edited.has(String(row['name'])) ? touched(row, edited, since) : row))
    const inherited = [...edited.keys()].flatMap((name) => stylesheetsBefore!.filter((row) => row['name'] === name && row['tid'] === 1))
    const sidOf = (name: unknown): unknown => stylesheets!.find((row) => row['name'] === name && row['tid'] === 2)!['sid']
    const copies = inherited.map((row) => ({ ...touched({ ...row, sid: sidOf(row['name']) }, edited, since), tid: 2 }))
    expect([kept.length, copies.length]).toEqual([17, 4])
    expect(stylesheets).toEqual([...kept, ...copies])
    const served = [...edited.keys()].filter((name) => name.endsWith('.css')).map((name) => `"css.php?stylesheet=${sidOf(name)}"`)
    expect(served.filter((path) => !list.includes(path))).toEqual([])
  },
  120_000,
)

/** Whether it belongs to the only set that people made. */
function isOwn(row: Row): boolean {
  return row['sid'] === 1
}

type Row = Readonly<Record<string, unknown>>

function touched(row: Row, edited: ReadonlyMap<string, string>, since: number): Row {
  // Without the board's directory it is served from its row.
  return { ...row, stylesheet: edited.get(String(row['name'])), cachefile: `css.php?stylesheet=${row['sid']}`, lastmodified: expect.toSatisfy((time) => time >= since) }
}

/** The tables without the default theme's list of stylesheets, and without the copy of that theme. */
function withoutLists({ mybb_themes: themes, mybb_datacache: cache, ...others }: Record<string, Row[]>): Record<string, Row[]> {
  return {
    ...others,
    mybb_themes: themes!.map((row) => (row['tid'] === 2 ? { ...row, stylesheets: '' } : row)),
    mybb_datacache: cache!.map((row) => (row['title'] === 'default_theme' ? { ...row, cache: '' } : row)),
  }
}

/** Templates of many groups, all stylesheets that the theme has itself, and some that it inherits, mixed. */
function chosen(paths: readonly string[]): string[] {
  const templates = paths.filter((path) => path.endsWith('.html'))
  const styles = paths.filter((path) => path.endsWith('.css')).slice(0, 14)
  const spread = Array.from({ length: 100 - styles.length }, (_, index) => templates[(index * 389) % templates.length]!)
  return spread.flatMap((path, index) => (index % 6 === 0 && index / 6 < styles.length ? [path, styles[index / 6]!] : [path]))
}

function mark(path: string): string {
  return path.endsWith('.css') ? `/* edit of ${path} */` : `<!-- edit of ${path} -->`
}

function endOfLine(content: string): string {
  return /^[^\n]*\r\n/.test(content) ? '\r\n' : '\n'
}

/** What was told together has no order. */
function inOrderOf(paths: readonly string[], batch: readonly string[]): string[] {
  return batch.toSorted((a, b) => paths.indexOf(a) - paths.indexOf(b))
}

function filesOf(tree: string): Map<string, string> {
  const paths = (readdirSync(tree, { recursive: true }) as string[]).filter((path) => /\.\w+$/.test(path)).toSorted()
  return new Map(paths.map((path) => [path, readFileSync(join(tree, path), 'utf8')]))
}

/** All rows of all tables. */
function tablesOf(store: string): Record<string, Row[]> {
  const db = new DatabaseSync(store, { readOnly: true })
  const names = db.prepare("select name from sqlite_master where type = 'table' order by name").all().map(({ name }) => String(name))
  const tables = names.map((name) => [name, db.prepare(`select * from "${name}" order by rowid`).all().map((row) => ({ ...row }))] as const)
  db.close()
  return Object.fromEntries(tables)
}

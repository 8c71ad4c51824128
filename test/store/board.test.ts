import { chmodSync, copyFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { temporaryDirectory } from '../support/temporary.ts'
import { contents, open, readAll } from './fixtures.ts'
import { SECONDS, done, importFiles, openBoard, type TestBoard } from './mybb-board.ts'

const BOARD = '../shared/data/mybb-1.8.37/board.sqlite'
const skipped = existsSync(BOARD) ? '' : ` (skipped: ${BOARD} is not there)`

function copyBoard(): { directory: string; file: string; database: DatabaseSync } {
  const directory = temporaryDirectory()
  const file = join(directory, 'store.db')
  copyFileSync(BOARD, file)
  chmodSync(file, 0o644)
  return { directory, file, database: new DatabaseSync(file) }
}

/** A copy with a second template set, which has three templates of its own. */
function copyWithTwoSets(): Promise<TestBoard> {
  const { file, database } = copyBoard()
  database.exec(`insert into mybb_templatesets values (2, 'Second');
    insert into mybb_templates (title, template, sid) values ('header', 'second header', 2), ('footer', 'second footer', 2), ('mine', 'mine', 2)`)
  database.close()
  return openBoard(file)
}

function inSet(path: string): boolean {
  return path.startsWith('template_sets/Default Templates/')
}

/** What the board shows, by title or name, found with SQL alone. */
function shown(database: DatabaseSync): { templates: Map<unknown, unknown>; stylesheets: Map<unknown, unknown> } {
  const templates = database.prepare(`select title as name, template as content from mybb_templates t where sid in (-2, -1, 1)
    and sid = (select max(sid) from mybb_templates where title = t.title and sid in (-2, -1, 1))`).all()
  const stylesheets = database.prepare(`select name, stylesheet as content from mybb_themestylesheets s where tid in (1, 2)
    and tid = (select max(tid) from mybb_themestylesheets where name = s.name and tid in (1, 2))`).all()
  return { templates: byName(templates), stylesheets: byName(stylesheets) }
}

function byName(rows: Record<string, unknown>[]): Map<unknown, unknown> {
  return new Map(rows.map(({ name, content }) => [name, content]))
}

describe.skipIf(skipped !== '')(`a stock board${skipped}`, () => {
  test.each([
    ['as installed', ''],
    ['customised', `insert into mybb_templates (title, template, sid) values ('header', 'own', 1), ('footer', 'global', -1);
      insert into mybb_themestylesheets (name, tid, attachedto, stylesheet) values ('css3.css', 2, '', 'own')`],
  ])('is read whole: %s', async (_, script) => {
    const { directory, database } = copyBoard()
    database.exec(script)
    const expected = shown(database)
    database.close()
    const store = await open(directory, { preset: 'mybb' })
    const { rows, problems } = await readAll(store)
    const found = (collection: string, first: string) =>
      rows.filter((row) => row.collection === collection && row.key[0] === first).map(({ key, content }) => [key[1], content])
    const templates = found('templates', 'Default Templates')
    const stylesheets = found('stylesheets', 'Default')

    expect(problems).toEqual([])
    expect([templates.length, stylesheets.length, rows.length, await store.count()]).toEqual([974, 17, 991, 991])
    expect(new Set(rows.map(({ path }) => path)).size).toBe(991)
    expect(new Map(templates as [string, string][])).toEqual(expected.templates)
    expect(new Map(stylesheets as [string, string][])).toEqual(expected.stylesheets)
  })

  test('has so many bytes, in the directories of their groups', async () => {
    const { directory, database } = copyBoard()
    database.close()
    const { rows } = await readAll(await open(directory, { preset: 'mybb' }))
    const paths = new Set(rows.map(({ path }) => path))
    expect(rows.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0)).toBe(549_366)
    for (const path of [
      'styles/Default/global.css',
      'styles/Default/color_black.css',
      'template_sets/Default Templates/Header Templates/header_welcomeblock_member.html',
      "template_sets/Default Templates/Who's Online Templates/online_today.html",
      'template_sets/Default Templates/Warning System Templates/warnings_warn.html',
      'template_sets/Default Templates/Ungrouped Templates/headerinclude.html',
      'template_sets/Default Templates/Ungrouped Templates/htmldoctype.html',
    ]) expect(paths).toContain(path)
  })
})

describe.skipIf(skipped !== '')(`a stock board is written${skipped}`, () => {
  test('in one set, for all its templates, and nowhere else', async () => {
    const { store, records } = await copyWithTwoSets()
    const others = 'select * from mybb_templates where sid <> 1'
    const sheets = 'select * from mybb_themestylesheets'
    const before = { shown: contents(await readAll(store)), rows: records(others), sheets: records(sheets) }
    const paths = Object.keys(before.shown).filter(inSet)
    expect(paths.length).toBe(974)
    const files = Object.fromEntries(paths.map((path) => [path, `${before.shown[path] as string}<!-- changed -->\r\n `]))

    expect(await importFiles(store, files)).toEqual(done(...Object.values(files)))
    const after = await readAll(store)
    expect(after.problems).toEqual([])
    expect(contents(after)).toEqual({ ...before.shown, ...files })
    expect({ rows: records(others), sheets: records(sheets) }).toEqual({ rows: before.rows, sheets: before.sheets })
    expect(records('select version, status, dateline, count(*) as n from mybb_templates where sid = 1 group by 1, 2, 3')).toEqual([
      { version: '1837', status: '', dateline: SECONDS, n: 974 },
    ])
  })

  test('and as it was when all changes are deleted again', async () => {
    const { store, records } = await copyWithTwoSets()
    const rows = records('select * from mybb_templates')
    const before = contents(await readAll(store))
    const paths = Object.keys(before).filter(inSet)
    await importFiles(store, Object.fromEntries(paths.map((path) => [path, `own ${path}`])))
    const gone = Object.fromEntries(paths.map((path) => [path, undefined]))
    expect(await importFiles(store, gone)).toEqual(done(...paths.map((path) => before[path] as string)))
    expect(contents(await readAll(store))).toEqual(before)
    expect(records('select * from mybb_templates')).toEqual(rows)
  })

  test('without a loss where templates end in white space', async () => {
    const { store, records } = await copyWithTwoSets()
    const before = contents(await readAll(store))
    const spaced = Object.entries(before).filter(([path, content]) => inSet(path) && /\s$/.test(content as string)) as [string, string][]
    expect(spaced.length).toBe(13)
    // The set's own row is an exact copy, and so it stays when something in front of the white space changes.
    const copies = Object.fromEntries(spaced.map(([path, content]) => [path, `x${content}`]))
    expect(await importFiles(store, copies)).toEqual(done(...Object.values(copies)))
    const originals = Object.fromEntries(spaced)
    expect(await importFiles(store, originals)).toEqual(done(...Object.values(originals)))
    expect(records(`select count(*) as n from mybb_templates own join mybb_templates master on own.title = master.title
      where own.sid = 1 and master.sid = -2 and cast(own.template as blob) = cast(master.template as blob)`)).toEqual([{ n: 13 }])
    expect(contents(await readAll(store))).toEqual(before)
  })

  test('in its stylesheets, own and inherited ones', async () => {
    const { store, records } = await copyWithTwoSets()
    const master = records('select * from mybb_themestylesheets where tid = 1')
    const before = contents(await readAll(store))
    const files = Object.fromEntries(Object.entries(before)
      .filter(([path]) => path.startsWith('styles/Default/'))
      .map(([path, content]) => [path, `${content as string}\n.own { }`]))
    expect(await importFiles(store, { ...files, 'styles/Default/new.css': '.new { }' })).toEqual(done(...Object.values(files), '.new { }'))
    expect(contents(await readAll(store))).toEqual({ ...before, ...files, 'styles/Default/new.css': '.new { }' })
    expect(records('select * from mybb_themestylesheets where tid = 1')).toEqual(master)
    expect(records(`select count(*) as n from mybb_themestylesheets own join mybb_themestylesheets master using (name)
      where own.tid = 2 and master.tid = 1 and own.attachedto = master.attachedto and own.cachefile = 'css.php?stylesheet=' || own.sid`)).toEqual([{ n: 7 }])
    expect(records('select count(*) as n from mybb_themestylesheets where tid = 2 and lastmodified = 1800000000')).toEqual([{ n: 18 }])
  })
})

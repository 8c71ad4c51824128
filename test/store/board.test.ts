import { chmodSync, copyFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { open, readAll, temporaryDirectory } from './fixtures.ts'

const BOARD = '../shared/data/mybb-1.8.37/board.sqlite'
const skipped = existsSync(BOARD) ? '' : ` (skipped: ${BOARD} is not there)`

function copyBoard(): { directory: string; database: DatabaseSync } {
  const directory = temporaryDirectory()
  const file = join(directory, 'store.db')
  copyFileSync(BOARD, file)
  chmodSync(file, 0o644)
  return { directory, database: new DatabaseSync(file) }
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

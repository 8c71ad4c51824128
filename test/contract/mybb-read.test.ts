import { describe, expect, test } from 'vitest'
import type { Finding } from '../../src/store/store.ts'
import { contents, failure, readAll } from '../store/fixtures.ts'
import { describeEach } from '../support/servers.ts'
import { enginesOf, makeBoard } from './mybb-board.ts'
import { openFresh, openOn, values } from './shelf.ts'

const SETS = "insert into mybb_templatesets (sid, title) values (1, 'One'), (2, 'Two');"
const templates = (...rows: string[]): string => `insert into mybb_templates (tid, title, template, sid) values ${rows.map((row) => `(${row})`).join(', ')};`
const THEMES = `insert into mybb_themes (tid, name, pid) values (1, 'Master', 0), (2, 'Default', 1), (3, 'Dark', 2), (4, 'Orphan', 99);
  insert into mybb_themestylesheets (sid, name, tid, attachedto, stylesheet) values
    (1, 'global.css', 1, '', 'master global'), (2, 'print.css', 1, '', 'master print'), (3, 'global.css', 2, '', 'default global'), (4, 'extra.css', 2, '', 'default extra'),
    (5, 'extra.css', 3, '', 'dark extra'), (6, 'dark.css', 3, '', 'dark'), (7, 'own.css', 4, '', 'orphan');`
const GROUP = 'Ungrouped Templates'

const vacant = (collection: string, ...key: string[]): Finding => ({ kind: 'vacant', collection, key, binary: false, structured: false })
const misplaced = (belongs: string): Finding => ({ kind: 'misplaced', belongs })
const unknown: Finding = { kind: 'unknown' }

describeEach('a board', (trial) => {
  // Reading is the same in all of them.
  describe.each(enginesOf(trial.kind).slice(0, 1))('of tables %s', (engine) => {
    test('has the templates that each set shows', async () => {
      const { store } = await makeBoard(trial, engine, `${SETS} ${templates("1, 'a', 'master a', -2", "2, 'b', 'master b', -2", "3, 'c', 'master c', -2", "4, 'd', 'master d', -2",
        "5, 'b', 'global b', -1", "6, 'c', 'global c', -1", "7, 'g', 'global g', -1", "8, 'c', 'own c', 1", "9, 'd', 'own d', 1", "10, 'own', 'own own', 2", "11, 'a', 'lost', 5", "12, 'lost', 'lost', 5")}`)
      const all = await readAll(store)
      expect(all.problems).toEqual([])
      expect(contents(all)).toEqual({
        [`template_sets/One/${GROUP}/a.html`]: 'master a', [`template_sets/One/${GROUP}/b.html`]: 'global b', [`template_sets/One/${GROUP}/c.html`]: 'own c',
        [`template_sets/One/${GROUP}/d.html`]: 'own d', [`template_sets/One/${GROUP}/g.html`]: 'global g',
        [`template_sets/Two/${GROUP}/a.html`]: 'master a', [`template_sets/Two/${GROUP}/b.html`]: 'global b', [`template_sets/Two/${GROUP}/c.html`]: 'global c',
        [`template_sets/Two/${GROUP}/d.html`]: 'master d', [`template_sets/Two/${GROUP}/g.html`]: 'global g', [`template_sets/Two/${GROUP}/own.html`]: 'own own',
      })
      expect(all.rows[0]).toMatchObject({ collection: 'templates', key: ['One', 'a'], path: `template_sets/One/${GROUP}/a.html` })
      expect(await store.count()).toBe(11)
      expect(store.describe(all.rows[0]!)).toBe('templates(set="One", title="a")')
    })

    test('tells titles apart exactly, and rows that differ are problems unless they are equal or hidden', async () => {
      const { store } = await makeBoard(trial, engine, `${SETS.replace(", (2, 'Two')", '')} ${templates("1, 'Header', 'master', -2", "2, 'header', 'own', 1", "3, 'hidden', 'x', -2", "4, 'hidden', 'y', -2", "5, 'hidden', 'own', 1",
        "6, 'same', 'same', 1", "7, 'same', 'same', 1", "8, 'twice', 'x', -2", "9, 'twice', 'one', 1", "10, 'twice', 'two', 1", "11, 'e', 'bare', 1", "12, 'é', 'accent', 1", "13, 'e ', 'space', 1")}`)
      const all = await readAll(store)
      expect(Object.fromEntries(all.rows.map(({ key, content }) => [key[1], content]))).toEqual({ Header: 'master', header: 'own', hidden: 'own', same: 'same', e: 'bare', é: 'accent', 'e ': 'space' })
      expect(all.problems).toEqual([{ path: `template_sets/One/${GROUP}/twice.html`, code: 'duplicate-row', message: 'Cannot read templates(set="One", title="twice"): ' +
        'tid 9 and tid 10 in mybb_templates differ, and the board may show either. Delete all but one' }])
    })

    test('has templates in the directories of their groups', async () => {
      const { store } = await makeBoard(trial, engine, `insert into mybb_templatesets (sid, title) values (1, 'S/1');
        insert into mybb_templategroups (gid, prefix, title) values (1, 'online', '<lang:group_online>'), (2, 'shop', 'Shop: all'), (3, 'shop', 'Later');
        ${templates("1, 'online_today', '', -2", "2, 'Shop_cart', '', -2", "3, 'shop', '', -2", "4, 'shopping', '', -2")}`)
      expect((await readAll(store)).rows.map(({ path }) => path).toSorted()).toEqual([
        "template_sets/S%2F1/Who's Online Templates/online_today.html", 'template_sets/S%2F1/Shop%3A all Templates/Shop_cart.html',
        'template_sets/S%2F1/Shop%3A all Templates/shop.html', `template_sets/S%2F1/${GROUP}/shopping.html`,
      ].toSorted())
    })

    test('has sets of one title, told apart by their keys', async () => {
      const { store } = await makeBoard(trial, engine, `insert into mybb_templatesets (sid, title) values (1, 'One'), (2, 'One'); ${templates("1, 'a', '', -2")}`)
      const { rows } = await readAll(store)
      expect(rows.map((row) => store.describe(row))).toEqual(['templates(set="One (sid 1)", title="a")', 'templates(set="One (sid 2)", title="a")'])
    })

    test.each([[false, 8], [true, 10]])('has the stylesheets that each theme shows (the master theme: %s)', async (master, count) => {
      const { store } = await makeBoard(trial, engine, THEMES, master)
      const all = await readAll(store)
      expect(contents(all)).toMatchObject({
        'styles/Dark/dark.css': 'dark', 'styles/Dark/extra.css': 'dark extra', 'styles/Dark/global.css': 'default global', 'styles/Dark/print.css': 'master print',
        'styles/Default/extra.css': 'default extra', 'styles/Default/global.css': 'default global', 'styles/Default/print.css': 'master print', 'styles/Orphan/own.css': 'orphan',
        ...(master && { 'styles/Master/global.css': 'master global', 'styles/Master/print.css': 'master print' }),
      })
      expect([all.rows.length, all.problems.length, await store.count()]).toEqual([count, 0, count])
    })

    test('has stylesheets of themes that descend from themselves', async () => {
      const { store } = await makeBoard(trial, engine, `insert into mybb_themes (tid, name, pid) values (2, 'A', 3), (3, 'B', 2), (4, 'C', 4);
        insert into mybb_themestylesheets (sid, name, tid, attachedto, stylesheet) values (1, 'a.css', 2, '', 'a'), (2, 'b.css', 3, '', 'b'), (3, 'c.css', 4, '', 'c')`)
      expect(contents(await readAll(store))).toEqual({ 'styles/A/a.css': 'a', 'styles/A/b.css': 'b', 'styles/B/a.css': 'a', 'styles/B/b.css': 'b', 'styles/C/c.css': 'c' })
    })

    test('finds every path that it reads, beyond what is looked up together', async () => {
      const { store } = await makeBoard(trial, engine, `${SETS} ${THEMES} ${templates(...values(700, (index) => `${index + 1}, 't${index}', 'content ${index}', -2`))}
        ${templates("801, 'twice', 'x', 2", "802, 'twice', 'y', 2", "803, 'T0', 'other case', 1")}`)
      const { rows, problems } = await readAll(store)
      expect([rows.length, problems.length]).toEqual([1409, 1])
      const paths = [...rows, ...problems].map(({ path }) => path)
      const expected = [...rows.map((row) => ({ kind: 'row', row })), ...problems.map((problem) => ({ kind: 'problem', problem }))]
      expect(await store.find(paths)).toEqual(expected)
      expect(await store.find(paths.toReversed())).toEqual(expected.toReversed())
      for await (const chunk of store.read()) {
        expect((await store.find(chunk.rows.map(({ path }) => path))).every(({ kind }) => kind === 'row')).toBe(true)
        break
      }
    })

    test('says what there is at a path without a row', async () => {
      const { store } = await makeBoard(trial, engine, `${SETS} ${THEMES} insert into mybb_templategroups (prefix, title) values ('header', '<lang:group_header>'); ${templates("1, 'header_a', 'master', -2")}`)
      const cases: readonly (readonly [string, Finding])[] = [
        ['template_sets/One/Header Templates/header_new.html', vacant('templates', 'One', 'header_new')],
        ['template_sets/One/Header Templates/Header_A.html', vacant('templates', 'One', 'Header_A')],
        ['template_sets/Two/Ungrouped Templates/header_new.html', misplaced('template_sets/Two/Header Templates/header_new.html')],
        ['template_sets/one/Header Templates/header_a.html', unknown],
        ['template_sets/One/Header Templates/header_a.htm', unknown],
        ['styles/Dark/new.css', vacant('stylesheets', 'Dark', 'new.css')],
        ['styles/Dark/Global.css', vacant('stylesheets', 'Dark', 'Global.css')],
        ['styles/Master/global.css', unknown],
        ['styles/Nobody/a.css', unknown],
        ['README.md', unknown],
      ]
      expect(await store.find(cases.map(([path]) => path))).toEqual(cases.map(([, finding]) => finding))
    })

    test('whose table is missing a column is refused', async () => {
      const { store } = await makeBoard(trial, engine)
      await store.close()
      await trial.execute('alter table mybb_themes drop column pid')
      const error = await failure(openOn(trial, { preset: 'mybb' }))
      expect(error).toMatchObject({ code: 'column-missing', message: expect.stringContaining('the table "mybb_themes" has no column "pid"') as string })
    })
  })

  test('with another prefix is told', async () => {
    await makeBoard(trial, 'InnoDB')
    const error = await failure(openOn(trial, { preset: 'mybb', prefix: 'my_' }))
    expect(error).toMatchObject({ code: 'table-missing', message: expect.stringContaining('the table "my_templates" does not exist. Set store.prefix to the board\'s table prefix: "mybb_"') as string })
    expect(await failure(openFresh(trial, '', { preset: 'mybb' }))).toMatchObject({ code: 'table-missing' })
  })
})

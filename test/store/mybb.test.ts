import { describe, expect, test } from 'vitest'
import { groupLookup } from '../../src/store/mybb/groups.ts'
import type { Store } from '../../src/store/store.ts'
import { contents, failure, makeDatabase, open, readAll } from './fixtures.ts'

const TABLES = `
  create table mybb_templates (tid integer primary key, title varchar(120) not null collate nocase, template text not null, sid smallint not null);
  create table mybb_templatesets (sid integer primary key, title varchar(120) not null);
  create table mybb_templategroups (gid integer primary key, prefix varchar(50) not null, title varchar(100) not null);
  create table mybb_themes (tid integer primary key, name varchar(100) not null, pid smallint not null);
  create table mybb_themestylesheets (sid integer primary key, name varchar(30) not null, tid smallint not null, stylesheet longtext not null);
`

async function openBoard(script: string, master = false): Promise<Store> {
  const { directory } = makeDatabase(TABLES + script)
  return open(directory, { preset: 'mybb', mybb: { master } })
}

describe('templates', () => {
  test('are those that each set shows', async () => {
    const store = await openBoard(`insert into mybb_templatesets values (1, 'One'), (2, 'Two'), (0, 'Zero');
      insert into mybb_templates values
        (1, 'a', 'master a', -2), (2, 'b', 'master b', -2), (3, 'c', 'master c', -2), (4, 'd', 'master d', -2),
        (5, 'b', 'global b', -1), (6, 'c', 'global c', -1), (7, 'g', 'global g', -1),
        (8, 'c', 'own c', 1), (9, 'd', 'own d', 1), (10, 'own', 'own own', 2),
        (11, 'a', 'lost', 5), (12, 'lost', 'lost', 5), (13, 'zero', 'lost', 0)`)
    const all = await readAll(store)
    const group = 'Ungrouped Templates'
    expect(contents(all)).toEqual({
      [`template_sets/One/${group}/a.html`]: 'master a',
      [`template_sets/One/${group}/b.html`]: 'global b',
      [`template_sets/One/${group}/c.html`]: 'own c',
      [`template_sets/One/${group}/d.html`]: 'own d',
      [`template_sets/One/${group}/g.html`]: 'global g',
      [`template_sets/Two/${group}/a.html`]: 'master a',
      [`template_sets/Two/${group}/b.html`]: 'global b',
      [`template_sets/Two/${group}/c.html`]: 'global c',
      [`template_sets/Two/${group}/d.html`]: 'master d',
      [`template_sets/Two/${group}/g.html`]: 'global g',
      [`template_sets/Two/${group}/own.html`]: 'own own',
    })
    expect(all.rows[0]).toEqual({
      collection: 'templates', key: ['One', 'a'], path: `template_sets/One/${group}/a.html`, content: 'master a',
    })
    expect(all.problems).toEqual([])
    expect(await store.count()).toBe(11)
  })

  test('are told apart by exact title, whatever the collation', async () => {
    const store = await openBoard(`insert into mybb_templatesets values (1, 'One');
      insert into mybb_templates values (1, 'Header', 'master', -2), (2, 'header', 'own', 1)`)
    expect(Object.values(contents(await readAll(store)))).toEqual(['master', 'own'])
  })

  test('that occur twice are problems, unless they are equal or hidden', async () => {
    const store = await openBoard(`insert into mybb_templatesets values (1, 'One');
      insert into mybb_templates values
        (1, 'hidden', 'x', -2), (2, 'hidden', 'y', -2), (3, 'hidden', 'own', 1),
        (4, 'same', 'same', 1), (5, 'same', 'same', 1),
        (6, 'twice', 'x', -2), (7, 'twice', 'one', 1), (8, 'twice', 'two', 1),
        (9, 'bytes', cast(x'61ff' as text), 1), (10, 'bytes', cast(x'61fe' as text), 1)`)
    const all = await readAll(store)
    expect(Object.values(contents(all))).toEqual(['own', 'same'])
    expect(all.problems.map(({ path, code }) => [path, code])).toEqual([
      ['template_sets/One/Ungrouped Templates/bytes.html', 'duplicate-row'],
      ['template_sets/One/Ungrouped Templates/twice.html', 'duplicate-row'],
    ])
    expect(all.problems[1]?.message).toBe('Cannot read templates(set="One", title="twice"): ' +
      'tid 7 and tid 8 in mybb_templates differ, and the board may show either. Delete all but one')
  })

  test('are exact, and their titles sound', async () => {
    const store = await openBoard(`insert into mybb_templatesets values (1, 'One');
      insert into mybb_templates values (1, 'bytes', cast(x'61ff' as text), 1), (2, 'cut', 'a' || char(0) || 'b', 1), (3, 'a' || char(0), '', 1)`)
    const all = await readAll(store)
    expect(all.rows.map(({ content }) => content)).toEqual([new Uint8Array([0x61, 0xff]), 'a\0b'])
    expect(all.problems.map(({ path, code }) => [path, code])).toEqual([['templates', 'unsupported-key']])
  })

  test('of two sets of one title have keys that tell them apart', async () => {
    const store = await openBoard(`insert into mybb_templatesets values (1, 'One'), (2, 'One'), (3, 'Three');
      insert into mybb_templates values (1, 'a', '', -2)`)
    const { rows } = await readAll(store)
    expect(rows.map((row) => [row.path, store.describe(row)])).toEqual([
      ['template_sets/One/Ungrouped Templates/a.html', 'templates(set="One (sid 1)", title="a")'],
      ['template_sets/One/Ungrouped Templates/a.html', 'templates(set="One (sid 2)", title="a")'],
      ['template_sets/Three/Ungrouped Templates/a.html', 'templates(set="Three", title="a")'],
    ])
  })

  test('are in the directory of their group', async () => {
    const store = await openBoard(`insert into mybb_templatesets values (1, 'S/1');
      insert into mybb_templategroups values (1, 'online', '<lang:group_online>'), (2, 'shop', 'Shop: all'), (3, 'shop', 'Later');
      insert into mybb_templates values (1, 'online_today', '', -2), (2, 'Shop_cart', '', -2), (3, 'shop', '', -2), (4, 'shopping', '', -2)`)
    expect((await readAll(store)).rows.map(({ path }) => path)).toEqual([
      "template_sets/S%2F1/Who's Online Templates/online_today.html",
      'template_sets/S%2F1/Shop%3A all Templates/Shop_cart.html',
      'template_sets/S%2F1/Shop%3A all Templates/shop.html',
      'template_sets/S%2F1/Ungrouped Templates/shopping.html',
    ].sort())
  })

  test.each([
    ['header_welcome', 'Header'], ['header', 'Header'], ['HEADER_x', 'Header'], ['headers_x', 'Ungrouped'],
    ['own_x', 'My Own'], ['unknown_x', 'Ungrouped'], ['empty_x', 'Ungrouped'], ['', 'Ungrouped'], ['_header', 'Ungrouped'],
  ])('%s is in %s', (template, title) => {
    const groupOf = groupLookup(new Map([
      ['header', '<lang:group_header>'], ['own', 'My Own'], ['unknown', '<lang:group_none>'], ['empty', ''],
    ]))
    expect(groupOf(template)).toBe(title)
  })
})

describe('stylesheets', () => {
  const themes = `insert into mybb_themes (tid, name, pid) values (1, 'Master', 0), (2, 'Default', 1), (3, 'Dark', 2), (4, 'Orphan', 99);
    insert into mybb_themestylesheets values
      (1, 'global.css', 1, 'master global'), (2, 'print.css', 1, 'master print'), (3, 'global.css', 2, 'default global'),
      (4, 'extra.css', 2, 'default extra'), (5, 'extra.css', 3, 'dark extra'), (6, 'dark.css', 3, 'dark'), (7, 'own.css', 4, 'orphan')`

  test('are those that each theme shows, without the master theme', async () => {
    const store = await openBoard(themes)
    const all = await readAll(store)
    expect(contents(all)).toEqual({
      'styles/Dark/dark.css': 'dark',
      'styles/Dark/extra.css': 'dark extra',
      'styles/Dark/global.css': 'default global',
      'styles/Dark/print.css': 'master print',
      'styles/Default/extra.css': 'default extra',
      'styles/Default/global.css': 'default global',
      'styles/Default/print.css': 'master print',
      'styles/Orphan/own.css': 'orphan',
    })
    expect(all.rows[0]).toMatchObject({ collection: 'stylesheets', key: ['Dark', 'dark.css'] })
    expect(await store.count()).toBe(8)
  })

  test('of the master theme come only when asked for', async () => {
    const all = await readAll(await openBoard(themes, true))
    expect(all.rows.length).toBe(10)
    expect(contents(all)).toMatchObject({ 'styles/Master/global.css': 'master global', 'styles/Master/print.css': 'master print' })
  })

  test('of themes that descend from themselves are found all the same', async () => {
    const store = await openBoard(`insert into mybb_themes (tid, name, pid) values (2, 'A', 3), (3, 'B', 2), (4, 'C', 4);
      insert into mybb_themestylesheets values (1, 'a.css', 2, 'a'), (2, 'b.css', 3, 'b'), (3, 'x.css', 2, 'xa'), (4, 'x.css', 3, 'xb'), (5, 'c.css', 4, 'c')`)
    expect(contents(await readAll(store))).toEqual({
      'styles/A/a.css': 'a', 'styles/A/b.css': 'b', 'styles/A/x.css': 'xa',
      'styles/B/a.css': 'a', 'styles/B/b.css': 'b', 'styles/B/x.css': 'xb',
      'styles/C/c.css': 'c',
    })
  })

  test('that occur twice are problems', async () => {
    const store = await openBoard(`insert into mybb_themes (tid, name, pid) values (2, 'A', 1);
      insert into mybb_themestylesheets values (1, 'a.css', 2, 'one'), (2, 'a.css', 2, 'two')`)
    expect((await readAll(store)).problems).toEqual([{
      path: 'styles/A/a.css',
      code: 'duplicate-row',
      message: 'Cannot read stylesheets(theme="A", name="a.css"): sid 1 and sid 2 in mybb_themestylesheets differ, and the board may show either. Delete all but one',
    }])
  })
})

describe('a database that is no board', () => {
  test.each([
    [TABLES, 'my_', 'the table "my_templates" does not exist. Set store.prefix to the board\'s table prefix: "mybb_"'],
    ['create table mybb_templates (tid, title, template, sid, version, status, dateline)', 'mybb_',
      'the table "mybb_templatesets" does not exist. Others of a board are there: give the user the rights to all of them, or correct store.prefix'],
    ['', 'mybb_', 'the table "mybb_templates" does not exist. No table of a board is there. Correct store.url, or store.prefix'],
  ])('is refused', async (script, prefix, state) => {
    const { directory, file } = makeDatabase(script)
    const error = await failure(open(directory, { preset: 'mybb', prefix }))
    expect(error).toMatchObject({ code: 'table-missing', message: `Cannot read the board from ${file}: ${state}`, path: file })
  })

  test('is refused when a column is missing', async () => {
    const { directory } = makeDatabase(`${TABLES} alter table mybb_themes drop column pid`)
    const error = await failure(open(directory, { preset: 'mybb' }))
    expect(error.code).toBe('column-missing')
    expect(error.message).toMatch(/the table "mybb_themes" has no column "pid"\. Did you mean "tid"\? Its columns are "tid", "name"$/)
  })
})

import { describe, expect, test } from 'vitest'
import type { Finding, Store } from '../../src/store/store.ts'
import { readAll } from './fixtures.ts'
import { makeBoard } from './mybb-board.ts'

async function openBoard(script: string, master = false): Promise<Store> {
  return (await makeBoard(script, { master })).store
}

async function findOne(store: Store, path: string): Promise<Finding> {
  const [finding, ...others] = await store.find([path])
  expect(others).toEqual([])
  return finding!
}

const vacant = (collection: string, ...key: string[]): Finding => ({ kind: 'vacant', collection, key, binary: false, structured: false })
const misplaced = (belongs: string): Finding => ({ kind: 'misplaced', belongs })

const BOARD = `insert into mybb_templatesets values (1, 'One'), (2, 'Two'), (-2, 'Master'), (4, 'S/4');
  insert into mybb_templategroups (prefix, title) values ('header', '<lang:group_header>'), ('shop', 'Shop: all');
  insert into mybb_templates (tid, title, template, sid) values
    (1, 'header_a', 'master a', -2), (2, 'header_b', 'master b', -2), (3, 'header_b', 'global b', -1), (4, 'header_b', 'own b', 1),
    (5, 'twice', 'x', 2), (6, 'twice', 'y', 2), (7, 'same', 'same', 2), (8, 'same', 'same', 2), (9, 'Header_A', 'other case', 1),
    (10, 'bytes', cast(x'61ff' as text), 1), (11, 'cut', 'a' || char(0) || 'b', 1), (12, 'shop_x', 'shop', -1), (13, 'empty', '', -2);
  insert into mybb_themes (tid, name, pid) values (1, 'Master', 0), (2, 'Default', 1), (3, 'Dark', 2);
  insert into mybb_themestylesheets (sid, name, tid, attachedto, stylesheet) values
    (1, 'a.css', 1, '', 'master a'), (2, 'b.css', 1, '', 'master b'), (3, 'b.css', 2, '', 'default b'), (4, 'odd', 2, '', 'odd'),
    (5, 'twice.css', 3, '', 'x'), (6, 'twice.css', 3, '', 'y'), (7, '${'long'.repeat(64)}', 3, '', '')`

describe('every path that is read is found', () => {
  test.each([['without the master theme', false], ['with it', true]])('%s', async (_, master) => {
    const store = await openBoard(BOARD, master)
    const { rows, problems } = await readAll(store)
    expect([rows.length, problems.length]).toEqual(master ? [27, 3] : [22, 3])
    const expected = [
      ...rows.map((row): Finding => ({ kind: 'row', row })),
      ...problems.map((problem): Finding => ({ kind: 'problem', problem })),
    ]
    const paths = [...rows, ...problems].map(({ path }) => path)
    expect(await store.find(paths)).toEqual(expected)
    expect(await store.find(paths.toReversed())).toEqual(expected.toReversed())
    for (const [index, path] of paths.entries()) expect(await findOne(store, path)).toEqual(expected[index])
  })

  test('also beyond what is looked up together', async () => {
    const store = await openBoard(`insert into mybb_templatesets values (1, 'One'), (2, 'Two');
      with recursive n(i) as (select 1 union all select i + 1 from n where i < 1200)
      insert into mybb_templates (title, template, sid) select 't' || i, 'content ' || i, -2 from n`)
    const { rows } = await readAll(store)
    expect(rows.length).toBe(2400)
    expect(await store.find(rows.map(({ path }) => path))).toEqual(rows.map((row) => ({ kind: 'row', row })))
  })

  test('while rows are being read', async () => {
    const store = await openBoard(BOARD)
    for await (const { rows } of store.read()) {
      expect(await store.find(rows.map(({ path }) => path))).toEqual(rows.map((row) => ({ kind: 'row', row })))
    }
  })

  test('of two sets with one title it is that of the first', async () => {
    const store = await openBoard(`insert into mybb_templatesets values (1, 'One'), (2, 'One');
      insert into mybb_templates (title, template, sid) values ('a', 'master', -2), ('a', 'own', 2), ('b', 'own', 2)`)
    const [a, b, c] = await store.find(['a', 'b', 'c'].map((title) => `template_sets/One/Ungrouped Templates/${title}.html`))
    expect(a).toMatchObject({ kind: 'row', row: { key: ['One (sid 1)', 'a'], content: 'master' } })
    expect(b).toMatchObject({ kind: 'row', row: { key: ['One (sid 2)', 'b'], content: 'own' } })
    expect(c).toMatchObject({ kind: 'vacant', key: ['One (sid 1)', 'c'] })
  })
})

describe('a path without a row', () => {
  const unknown: Finding = { kind: 'unknown' }

  test.each<[string, Finding]>([
    ['template_sets/One/Header Templates/header_new.html', vacant('templates', 'One', 'header_new')],
    ['template_sets/One/Header Templates/HEADER_B.html', vacant('templates', 'One', 'HEADER_B')],
    ['template_sets/Two/Header Templates/Header_A.html', vacant('templates', 'Two', 'Header_A')],
    ['template_sets/One/Ungrouped Templates/new.html', vacant('templates', 'One', 'new')],
    ['template_sets/S%2F4/Shop%3A all Templates/shop_new.html', vacant('templates', 'S/4', 'shop_new')],
    ['template_sets/One/Ungrouped Templates/header_a.html', misplaced('template_sets/One/Header Templates/header_a.html')],
    ['template_sets/One/Ungrouped Templates/header_new.html', misplaced('template_sets/One/Header Templates/header_new.html')],
    ['template_sets/One/header Templates/header_a.html', misplaced('template_sets/One/Header Templates/header_a.html')],
    ['template_sets/S%2F4/Nowhere Templates/shop_x.html', misplaced('template_sets/S%2F4/Shop%3A all Templates/shop_x.html')],
    ['template_sets/Three/Header Templates/header_a.html', unknown],
    ['template_sets/one/Header Templates/header_a.html', unknown],
    ['template_sets/Master/Header Templates/header_a.html', unknown],
    ['template_sets/One/Header Templates/header_a.htm', unknown],
    ['template_sets/One/Header/header_a.html', unknown],
    ['template_sets/One/header_a.html', unknown],
    ['styles/Default/new.css', vacant('stylesheets', 'Default', 'new.css')],
    ['styles/Default/A.css', vacant('stylesheets', 'Default', 'A.css')],
    ['styles/Default/new.CSS', unknown],
    ['styles/Default/notes.txt', unknown],
    ['styles/Nobody/a.css', unknown],
    ['styles/Master/a.css', unknown],
    ['styles/Default/more/a.css', unknown],
    ['README.md', unknown],
    ['', unknown],
  ])('%s', async (path, finding) => {
    expect(await findOne(await openBoard(BOARD), path)).toEqual(finding)
  })

  test('is vacant in the master theme where that takes part', async () => {
    expect(await findOne(await openBoard(BOARD, true), 'styles/Master/new.css')).toEqual(vacant('stylesheets', 'Master', 'new.css'))
  })

  test.each([
    ['template_sets/One/Ungrouped Templates/a%00.html', 'unsupported-key', 'templates(set="One", title="a\\u0000"): no row can be named after it'],
    ['template_sets/One/Ungrouped Templates/a%uD800.html', 'unsupported-key', 'it holds a NUL or an incomplete character. Rename the file'],
    ['template_sets/One/Ungrouped Templates/a\uFFFD.html', 'unsupported-key', 'holds U+FFFD'],
    [`template_sets/One/Ungrouped Templates/${'x'.repeat(255)}.html`, 'name-too-long', 'longer than 255 bytes'],
    ['styles/Dark/a%00.css', 'unsupported-key', 'stylesheets(theme="Dark", name="a\\u0000.css")'],
    [`styles/Dark/${'x'.repeat(255)}.css`, 'name-too-long', 'longer than 255 bytes'],
  ])('that no row could have is a problem: %s', async (path, code, words) => {
    const finding = await findOne(await openBoard(BOARD), path)
    expect(finding).toMatchObject({ kind: 'problem', problem: { path, code, message: expect.stringContaining(words) } })
  })
})

import { describe, expect, test } from 'vitest'
import type { Applied } from '../../src/store/store.ts'
import { contents, readAll } from './fixtures.ts'
import { BOARD, type Contents, done, everything, failed, importFiles, makeBoard, ONE, SETS, type TestBoard, VERSION } from './mybb-board.ts'

/** Imports files in one batch. Gives what came of it, and what the board shows differently since, in any set or theme. */
async function changedBy({ store }: TestBoard, files: Contents): Promise<{ applied: Applied; changed: Contents }> {
  const before = contents(await readAll(store))
  const applied = await importFiles(store, files)
  const all = await readAll(store)
  expect(all.problems).toEqual([])
  const after = contents(all)
  const paths = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((path) => before[path] !== after[path])
  return { applied, changed: Object.fromEntries(paths.map((path) => [path, after[path]])) }
}

describe('a template', () => {
  test.each([['t'.repeat(120)], ['é'.repeat(120)], ['🦊'.repeat(61)]])('has a title of up to 120 characters: %s', async (title) => {
    const { store } = await makeBoard(BOARD)
    expect(await importFiles(store, { [`${ONE}/${title}.html`]: 'x' })).toEqual(done('x'))
  })

  test.each([
    ['a new one', ''],
    ['a copy', `insert into mybb_templates (title, template, sid) values ('${'x'.repeat(121)}', 'master', -2)`],
  ])('with a longer title is refused: %s', async (_, script) => {
    const board = await makeBoard(BOARD + script)
    const before = everything(board)
    const path = `${ONE}/${'x'.repeat(121)}.html`
    expect(await importFiles(board.store, { [path]: 'x' })).toEqual(failed(path, 'row-refused',
      `Cannot write templates(set="One", title="${'x'.repeat(80)}…"): its name is 121 characters long, and MyBB keeps 120. Give it a shorter one`))
    expect(everything(board)).toEqual(before)
  })

  test('is written to one of two sets with one title', async () => {
    const board = await makeBoard(`insert into mybb_templatesets values (1, 'One'), (2, 'One');
      insert into mybb_templates (title, template, sid) values ('a', 'own', 2)`)
    expect(await importFiles(board.store, { [`${ONE}/a.html`]: 'second', [`${ONE}/b.html`]: 'first' })).toEqual(done('second', 'first'))
    expect(board.records('select title, template, sid from mybb_templates')).toEqual([
      { title: 'a', template: 'second', sid: 2 }, { title: 'b', template: 'first', sid: 1 },
    ])
  })
})

/** The versions of templates after they were written: of the master set, of all sets, own ones, a new one. */
async function versionsAfter(script: string): Promise<unknown[]> {
  const { store, records } = await makeBoard(SETS + script)
  const titles = ['a', 'b', 'c', 'own', 'new']
  const applied = await importFiles(store, Object.fromEntries(titles.map((title, index) => [`${ONE}/${title}.html`, `${index}`])))
  expect(applied.committed).toBe(true)
  return records('select version from mybb_templates where sid = 1 order by template').map(({ version }) => version)
}

describe('the version of a written template', () => {
  test('is that of the master one where the datacache is empty', async () => {
    // The set's own "own" has no master: it keeps its version, and "new" gets the column's default.
    expect(await versionsAfter(`${VERSION} delete from mybb_datacache;`)).toEqual(['1800', '1801', '1803', '1805', '0'])
  })

  test('may be a text', async () => {
    expect(await versionsAfter(`${VERSION} update mybb_datacache set cache = 'a:1:{s:12:"version_code";s:4:"1839";}';`)).toContain('1839')
  })
})

describe('a stylesheet', () => {
  test('takes the pages of one that is deleted in the same batch', async () => {
    const board = await makeBoard(BOARD)
    const changed = { 'styles/Default/b.css': 'master b', 'styles/Dark/b.css': 'mine' }
    expect(await changedBy(board, { 'styles/Dark/b.css': 'mine', 'styles/Default/b.css': undefined })).toEqual({ applied: done('mine', 'master b'), changed })
    expect(board.records("select attachedto from mybb_themestylesheets where tid = 3 and name = 'b.css'")).toEqual([{ attachedto: 'modcp.php' }])
  })

  test.each([
    ['styles/Default/a.css', 'theme="Default", name="a.css"', "the stylesheet belongs to MyBB's master theme"],
    ['styles/Dark/b.css', 'theme="Dark", name="b.css"', 'the stylesheet belongs to another theme (tid 2)'],
  ])('that the theme inherits is not deleted: %s', async (path, key, state) => {
    const board = await makeBoard(BOARD)
    const before = everything(board)
    const message = `Cannot write stylesheets(${key}): ${state}; it cannot be deleted, only changed`
    expect(await importFiles(board.store, { [path]: undefined })).toEqual(failed(path, 'row-refused', message))
    expect(everything(board)).toEqual(before)
  })

  test('of the master theme is deleted where it takes part', async () => {
    const board = await makeBoard(BOARD, { master: true })
    const path = 'styles/Master/a.css'
    expect(await importFiles(board.store, { [path]: undefined })).toEqual(done(undefined))
    expect(contents(await readAll(board.store))[path]).toBe(undefined)
    expect(board.records('select count(*) as n from mybb_themestylesheets where tid = 1')).toEqual([{ n: 1 }])
  })

  test('has a name of up to 30 characters', async () => {
    const { store } = await makeBoard(BOARD)
    expect(await importFiles(store, { [`styles/Dark/${'s'.repeat(26)}.css`]: 'x' })).toEqual(done('x'))
    const name = `${'s'.repeat(27)}.css`
    expect(await importFiles(store, { [`styles/Dark/${name}`]: 'x' })).toEqual(failed(`styles/Dark/${name}`, 'row-refused',
      `Cannot write stylesheets(theme="Dark", name="${name}"): its name is 31 characters long, and MyBB keeps 30. Give it a shorter one`))
  })
})

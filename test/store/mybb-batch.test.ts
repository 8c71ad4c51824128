import { describe, expect, test } from 'vitest'
import { digestOf } from '../../src/digest.ts'
import type { ProblemCode } from '../../src/types.ts'
import { changeAt, contents, failure, readAll } from './fixtures.ts'
import { BOARD, ONE, THEMES, done, everything, failed, importFiles, makeBoard, plain } from './mybb-board.ts'

/** Two sets with rows of the title `a`. */
function titled(...rows: [content: string, sid: number][]): string {
  const values = rows.map(([content, sid]) => `('a', '${content}', ${sid})`)
  return `insert into mybb_templatesets values (1, 'One'), (2, 'Two');
    insert into mybb_templates (title, template, sid) values ${values.join(', ')}`
}

describe('rows of one title', () => {
  const path = `${ONE}/a.html`
  test('that are equal and inherited become one', async () => {
    const board = await makeBoard(titled(['same', -2], ['same', -2]))
    expect(await importFiles(board.store, { [path]: 'new' })).toEqual(done('new'))
    expect(board.records('select template, sid from mybb_templates')).toEqual([
      { template: 'same', sid: -2 }, { template: 'same', sid: -2 }, { template: 'new', sid: 1 },
    ])
  })

  test('that differ since are a problem', async () => {
    const board = await makeBoard(titled(['same', 1], ['same', 1]))
    const change = await changeAt(board.store, path, 'new')
    board.database.exec("update mybb_templates set template = 'other' where tid = 2")
    const before = everything(board)
    expect(await board.store.apply([change], () => {})).toEqual(failed(path, 'duplicate-row', 'Cannot read templates(set="One", title="a"): ' +
      'tid 1 and tid 2 in mybb_templates differ, and the board may show either. Delete all but one'))
    expect(everything(board)).toEqual(before)
  })
})

const RENAMED = 'no template set or theme has this name any more. Export first'

describe('what the board changed meanwhile is left alone', () => {
  const files: [state: string, path: string, content: string | undefined, script: string][] = [
    ['the own row was edited', `${ONE}/c.html`, 'new', "update mybb_templates set template = 'theirs' where tid = 5"],
    ['the set was renamed', `${ONE}/c.html`, 'new', "update mybb_templatesets set title = 'Uno' where sid = 1"],
    ['the group got a directory', `${ONE}/c.html`, 'new', "insert into mybb_templategroups (prefix, title) values ('c', 'C')"],
    ['another set got the same title', `${ONE}/c.html`, 'new', "insert into mybb_templatesets values (3, 'One')"],
  ]

  test.each(files)('%s', async (_, path, content, script) => {
    const board = await makeBoard(BOARD)
    const changes = [await changeAt(board.store, path, content), await changeAt(board.store, `${ONE}/own.html`, 'mine')]
    board.database.exec(script)
    const before = board.records("select * from mybb_templates where title <> 'own' union all select * from mybb_themestylesheets")
    const own = changes[1]!.key.join() === 'One,own' && !script.includes('templatesets')
    const applied = await board.store.apply(changes, () => {})
    expect(applied).toEqual({
      committed: true, outcomes: [{ kind: 'changed' }, own ? { kind: 'done', written: true, digest: digestOf('mine') } : { kind: 'changed' }],
    })
    expect(board.records("select * from mybb_templates where title <> 'own' union all select * from mybb_themestylesheets")).toEqual(before)
  })

  test.each<[string, string, ProblemCode, string]>([
    ['the set was renamed', "update mybb_templatesets set title = 'Uno' where sid = 1", 'row-refused', RENAMED],
    ['another set got the same title', "insert into mybb_templatesets values (3, 'One')", 'row-refused', RENAMED],
    ['the group got a directory', "insert into mybb_templategroups (prefix, title) values ('new', 'New')", 'misplaced',
      "its group's directory is another one. Move the file to template_sets/One/New Templates/new.html"],
  ])('a new template has no place: %s', async (_, script, code, state) => {
    const board = await makeBoard(BOARD)
    const change = await changeAt(board.store, `${ONE}/new.html`, 'new')
    board.database.exec(script)
    const before = everything(board)
    expect(await board.store.apply([change], () => {})).toEqual(failed(`${ONE}/new.html`, code, `Cannot write templates(set="One", title="new"): ${state}`))
    expect(everything(board)).toEqual(before)
  })
})

describe('a batch', () => {
  test('of several sets and themes, beyond what is looked up together', async () => {
    const board = await makeBoard(`insert into mybb_templatesets values (1, 'One'), (2, 'Two'); ${THEMES}
      with recursive n(i) as (select 1 union all select i + 1 from n where i < 600)
      insert into mybb_templates (title, template, sid) select 't' || i, 'content ' || i, case when i % 3 = 0 then 1 else -2 end from n`)
    const master = board.records('select * from mybb_templates where sid = -2')
    const { rows } = await readAll(board.store)
    const changes = rows.map(({ path, collection, key, content }) => {
      return { path, collection, key, expected: digestOf(content), content: new TextEncoder().encode(`${path}\n`) }
    })
    const applied = await board.store.apply(changes, () => {})
    expect(plain(applied)).toEqual(done(...rows.map(({ path }) => `${path}\n`)))
    // 400 templates of each set, and three stylesheets, had been inherited.
    expect(applied.committed && applied.outcomes.filter((outcome) => outcome.kind === 'done' && outcome.created)).toHaveLength(803)
    expect(contents(await readAll(board.store))).toEqual(Object.fromEntries(rows.map(({ path }) => [path, `${path}\n`])))
    expect(board.records('select * from mybb_templates where sid = -2')).toEqual(master)
    expect(board.records('select sid, count(*) as n from mybb_templates group by 1')).toEqual([{ sid: -2, n: 400 }, { sid: 1, n: 600 }, { sid: 2, n: 400 }])
  })

  test('is not committed when a trigger keeps a row', async () => {
    const board = await makeBoard(`${BOARD} create trigger keep before update on mybb_templates when old.tid = 5 begin select raise(ignore); end;
      create trigger spare before delete on mybb_templates when old.tid = 5 begin select raise(ignore); end`)
    const before = everything(board)
    const state = 'Cannot write templates(set="One", title="c"): 0 rows were changed instead of 1. Look for a trigger or a rule'
    for (const content of ['new', undefined]) {
      const files = { [`${ONE}/own.html`]: 'changed', [`${ONE}/c.html`]: content }
      expect(await importFiles(board.store, files)).toEqual(failed(`${ONE}/c.html`, 'not-stored', state))
      expect(everything(board)).toEqual(before)
    }
  })

  test('is not committed when the database keeps another content', async () => {
    const board = await makeBoard(`${BOARD} create trigger cut after insert on mybb_templates begin
      update mybb_templates set template = rtrim(template) where tid = new.tid; end`)
    const before = everything(board)
    const applied = await importFiles(board.store, { [`${ONE}/a.html`]: 'new ' })
    expect(applied).toMatchObject({ committed: false, problem: { path: `${ONE}/a.html`, code: 'not-stored' } })
    expect(everything(board)).toEqual(before)
  })

  test('with a collection that a board does not have is refused', async () => {
    const board = await makeBoard(BOARD)
    const change = { ...await changeAt(board.store, `${ONE}/a.html`, 'x'), collection: 'pages' }
    const message = 'Cannot write pages("One", "a"): the store has no collection "pages" any more. Give it that collection again'
    expect(await board.store.apply([change], () => {})).toEqual(failed(`${ONE}/a.html`, 'row-refused', message))
  })

  test('needs columns that reading does not', async () => {
    const board = await makeBoard(`${BOARD} alter table mybb_templates drop column dateline`)
    const change = await changeAt(board.store, `${ONE}/a.html`, 'x')
    expect((await failure(board.store.apply([change], () => {}))).code).toBe('column-missing')
    board.database.exec("alter table mybb_templates add column dateline int not null default '0'")
    expect(plain(await board.store.apply([change], () => {}))).toEqual(done('x'))
  })
})

describe('contents are kept byte for byte', () => {
  test.each([
    ['CRLF', 'a\r\nb\r\n'], ['a BOM', '\uFEFFa'], ['spaces at the end', 'a \t\n\n '], ['no characters', ''], ['emoji', '🦊 é ﷽'],
    ['quotes', `'"\`$\{x}?1 :a\\`], ['a number', '007'], ['much', 'x'.repeat(200_000)],
  ])('%s', async (_, content) => {
    const board = await makeBoard(BOARD)
    const files = { [`${ONE}/a.html`]: content, [`${ONE}/c.html`]: content, [`${ONE}/new.html`]: content, 'styles/Dark/a.css': content }
    expect(await importFiles(board.store, files)).toEqual(done(content, content, content, content))
    expect(contents(await readAll(board.store))).toMatchObject(files)
    expect(board.records('select typeof(template) as type from mybb_templates').every(({ type }) => type === 'text')).toBe(true)
  })

  test('in a database of UTF-16', async () => {
    const board = await makeBoard(BOARD, { encoding: 'UTF-16le' })
    expect(board.records('pragma encoding')).toEqual([{ encoding: 'UTF-16le' }])
    const files = { [`${ONE}/c.html`]: 'é🦊', [`${ONE}/new.html`]: '' }
    expect(await importFiles(board.store, files)).toEqual(done('é🦊', ''))
    expect(contents(await readAll(board.store))).toMatchObject(files)
  })
})

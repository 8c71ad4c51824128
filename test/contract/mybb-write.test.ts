import { describe, expect, test } from 'vitest'
import type { Applied } from '../../src/store/store.ts'
import { changeAt, contents, readAll } from '../store/fixtures.ts'
import { type Contents, done, importFiles, kept, ONE, plain, SECONDS, SETS, VERSION } from '../store/mybb-board.ts'
import { putBack, remove } from '../store/put-back.ts'
import { eventually } from '../support/eventually.ts'
import { describeEach } from '../support/servers.ts'
import { type Board, enginesOf, makeBoard } from './mybb-board.ts'
import { openOn, refusalOf, somebody } from './shelf.ts'

const TEMPLATES = 'select tid, title, template, sid, version, status, dateline from mybb_templates'
const SHEETS = 'select sid, name, tid, attachedto, stylesheet, cachefile, lastmodified from mybb_themestylesheets'
const NOW = String(SECONDS)
const WRITTEN = { committed: true, outcomes: [{ kind: 'done', written: true }] }

/** Imports files in one batch. Gives what came of it, and what the board shows differently since, in any set or theme. */
async function changedBy({ store }: Board, files: Contents): Promise<{ applied: Applied; changed: Contents }> {
  const before = contents(await readAll(store))
  const applied = await importFiles(store, files)
  const all = await readAll(store)
  expect(all.problems).toEqual([])
  const after = contents(all)
  const paths = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((path) => before[path] !== after[path])
  return { applied, changed: Object.fromEntries(paths.map((path) => [path, after[path]])) }
}

describeEach('a board is written', (trial) => {
  const makeAny = (script?: string, master?: boolean): Promise<Board> => makeBoard(trial, enginesOf(trial.kind)[0]!, script, master)

  describe.each(enginesOf(trial.kind))('in tables %s:', (engine) => {
    const make = (script?: string, master?: boolean): Promise<Board> => makeBoard(trial, engine, script, master)

    test('a template of the set itself is updated', async () => {
      const board = await make()
      expect(await changedBy(board, { [`${ONE}/c.html`]: 'new c' })).toEqual({ applied: done('new c'), changed: { [`${ONE}/c.html`]: 'new c' } })
      expect(await board.rows(`${TEMPLATES} where tid = 5`)).toEqual([['5', 'c', 'new c', '1', '1837', '', NOW]])
      expect((await board.rows(TEMPLATES)).length).toBe(7)
    })

    test.each([['a', 'master'], ['b', 'global'], ['A', 'no']])('a template %s of the %s set is added to the set', async (title) => {
      const board = await make()
      const before = await board.rows(`${TEMPLATES} order by tid`)
      expect(await changedBy(board, { [`${ONE}/${title}.html`]: 'mine' })).toEqual({ applied: done('mine'), changed: { [`${ONE}/${title}.html`]: 'mine' } })
      expect(await board.rows(`${TEMPLATES} order by tid`)).toEqual([...before, ['8', title, 'mine', '1', '1837', '', NOW]])
    })

    test('a template is deleted, and the inherited one comes back', async () => {
      const board = await make()
      expect(await changedBy(board, { [`${ONE}/c.html`]: undefined })).toEqual({ applied: done('master c'), changed: { [`${ONE}/c.html`]: 'master c' } })
      expect(await changedBy(board, { [`${ONE}/own.html`]: undefined })).toEqual({ applied: done(undefined), changed: { [`${ONE}/own.html`]: undefined } })
      expect((await board.rows(`${TEMPLATES} order by tid`)).map(([tid]) => tid)).toEqual(['1', '2', '3', '4', '6'])
    })

    test.each([
      ['a', "the template belongs to MyBB's master set; it cannot be deleted, only changed"],
      ['b', 'the template belongs to all sets; it cannot be deleted, only changed'],
    ])('a template that the set inherits is not deleted: %s', async (title, state) => {
      const board = await make()
      const before = await board.everything()
      const path = `${ONE}/${title}.html`
      const message = `Cannot write templates(set="One", title="${title}"): ${state}`
      expect(refusalOf(await importFiles(board.store, { [path]: undefined }))).toEqual({ path, code: 'row-refused', message })
      expect(await board.everything()).toEqual(before)
    })

    test.runIf(trial.kind === 'mysql')('what a column cannot hold is refused in words, before anything is written', async () => {
      const board = await make()
      const before = await board.everything()
      const wide = 'is of three-byte UTF-8, which has no "😀". Remove that, or convert the table to utf8mb4'
      for (const [path, content, state] of [
        [`${ONE}/a.html`, 'a 😀', `the column "template" ${wide}`],
        [`${ONE}/c.html`, 'x'.repeat(65_536), 'the column "template" holds 65535 bytes, and its value takes 65536. Shorten it, or make the column larger'],
        ['styles/Default/b.css', '/* 😀 */', `the column "stylesheet" ${wide}`],
      ] as const) {
        const problem = refusalOf(await importFiles(board.store, { [path]: content }))
        expect(problem).toMatchObject({ path, code: 'unsupported-value', message: expect.stringContaining(`: ${state}`) as string })
      }
      expect(await board.everything()).toEqual(before)
    })

    test('a stylesheet of the theme itself is updated', async () => {
      const board = await make()
      expect(await changedBy(board, { 'styles/Default/b.css': 'new b' })).toEqual({ applied: done('new b'), changed: { 'styles/Default/b.css': 'new b', 'styles/Dark/b.css': 'new b' } })
      expect(await board.rows(`${SHEETS} where sid = 3`)).toEqual([['3', 'b.css', '2', 'modcp.php', 'new b', 'css.php?stylesheet=3', NOW]])
    })

    test.each([
      ['the master theme', 'Default', 'a.css', '2', 'usercp.php|private.php', { 'styles/Default/a.css': 'mine', 'styles/Dark/a.css': 'mine' }],
      ['its parent', 'Dark', 'b.css', '3', 'modcp.php', { 'styles/Dark/b.css': 'mine' }],
      ['nobody', 'Dark', 'new.css', '3', '', { 'styles/Dark/new.css': 'mine' }],
      ['nobody, though another case is there', 'Dark', 'B.css', '3', '', { 'styles/Dark/B.css': 'mine' }],
    ])('a stylesheet that the theme has from %s becomes its own', async (_, theme, name, tid, attachedto, changed) => {
      const board = await make()
      const before = await board.rows(`${SHEETS} order by sid`)
      expect(await changedBy(board, { [`styles/${theme}/${name}`]: 'mine' })).toEqual({ applied: done('mine'), changed })
      const after = await board.rows(`${SHEETS} order by sid`)
      expect(after.slice(0, -1)).toEqual(before)
      expect(after.at(-1)).toEqual(['5', name, tid, attachedto, 'mine', 'css.php?stylesheet=5', NOW])
    })

    test('a stylesheet is deleted, and the inherited one comes back', async () => {
      const board = await make()
      expect(await changedBy(board, { 'styles/Default/b.css': undefined })).toEqual({ applied: done('master b'), changed: { 'styles/Default/b.css': 'master b', 'styles/Dark/b.css': 'master b' } })
      expect(await changedBy(board, { 'styles/Dark/c.css': undefined })).toEqual({ applied: done(undefined), changed: { 'styles/Dark/c.css': undefined } })
    })

    test('equal rows of one title are written together', async () => {
      const script = `insert into mybb_templatesets values (1, 'One'), (2, 'Two');
        insert into mybb_templates (tid, title, template, sid) values (1, 'a', 'same', 1), (2, 'a', 'master', -2), (3, 'a', 'same', 1), (4, 'a', 'same', 2)`
      const board = await make(script)
      const rows = async (): Promise<unknown> => (await board.rows('select template from mybb_templates order by tid')).flat()
      expect(await importFiles(board.store, { [`${ONE}/a.html`]: 'new' })).toEqual(done('new'))
      expect(await rows()).toEqual(['new', 'master', 'new', 'same'])
      expect(await importFiles(board.store, { [`${ONE}/a.html`]: undefined })).toEqual(done('master'))
      expect(await rows()).toEqual(['master', 'same'])
    })

    const meanwhile: readonly (readonly [state: string, path: string, content: string | undefined, script: string])[] = [
      ['the own row was edited', `${ONE}/c.html`, 'new', "update mybb_templates set template = 'theirs' where tid = 5"],
      ['the own row was edited before it is deleted', `${ONE}/c.html`, undefined, "update mybb_templates set template = 'theirs' where tid = 5"],
      ['the own row was deleted', `${ONE}/c.html`, 'new', 'delete from mybb_templates where tid = 5'],
      ['the inherited row was edited', `${ONE}/a.html`, 'new', "update mybb_templates set template = 'theirs' where tid = 1"],
      ['the set got its own row', `${ONE}/a.html`, 'new', "insert into mybb_templates (title, template, sid) values ('a', 'theirs', 1)"],
      ['the title was taken', `${ONE}/new.html`, 'new', "insert into mybb_templates (title, template, sid) values ('new', 'theirs', -1)"],
      ['the set was renamed', `${ONE}/c.html`, 'new', "update mybb_templatesets set title = 'Uno' where sid = 1"],
      ['the group got a directory', `${ONE}/c.html`, 'new', "insert into mybb_templategroups (prefix, title) values ('c', 'C')"],
      ['the stylesheet was edited', 'styles/Dark/c.css', 'new', "update mybb_themestylesheets set stylesheet = 'theirs' where sid = 4"],
      ["the parent's stylesheet was edited", 'styles/Dark/b.css', 'new', "update mybb_themestylesheets set stylesheet = 'theirs' where sid = 3"],
    ]
    test.each(meanwhile)('what the board changed meanwhile is left alone: %s', async (_, path, content, script) => {
      const board = await make()
      const change = await changeAt(board.store, path, content)
      await board.run(script)
      const before = await board.everything()
      expect(await board.store.apply([change], () => {})).toEqual({ committed: true, outcomes: [{ kind: 'changed' }] })
      expect(await board.everything()).toEqual(before)
    })

    test('a batch tells what the rows held', async () => {
      const board = await make()
      const changes = [
        await changeAt(board.store, `${ONE}/a.html`, '1'), await changeAt(board.store, `${ONE}/new.html`, '2'),
        await changeAt(board.store, `${ONE}/c.html`, undefined), await changeAt(board.store, 'styles/Dark/c.css', '3'),
      ]
      let seen: unknown
      expect(plain(await board.store.apply(changes, (previous) => (seen = previous)))).toEqual(done('1', '2', 'master c', '3'))
      expect(seen).toEqual(['master a', undefined, 'own c', 'dark c'])
    })

    test.each([
      ['a template', `${ONE}/own.html`, ''],
      ['a template that hides another', `${ONE}/c.html`, ''],
      ['a template that says what it hides', `${ONE}/c.html`, "update mybb_templates set template = 'master c' where tid = 5"],
      ['a stylesheet', 'styles/Dark/c.css', "update mybb_themestylesheets set cachefile = 'css.php?stylesheet=4' where sid = 4"],
      ['a stylesheet that hides another', 'styles/Default/b.css', ''],
      ['all of several equal rows', `${ONE}/c.html`, "insert into mybb_templates (tid, title, template, sid, version, dateline) values (99, 'c', 'own c', 1, '9', 9)"],
      ['columns that a plugin added', `${ONE}/c.html`, "alter table mybb_templates add column plugin varchar(20); update mybb_templates set plugin = 'x' where tid > 3"],
    ])('what is deleted comes back as it was: %s', async (_, path, script) => {
      const board = await make()
      if (script !== '') await board.run(script)
      const before = await board.everything()
      expect(await putBack(board.store, await changeAt(board.store, path, undefined))).toMatchObject(WRITTEN)
      expect(await board.everything()).toEqual(before)
    })

    test('a template whose inherited one changed since does not come back', async () => {
      const board = await make()
      const back = await remove(board.store, await changeAt(board.store, `${ONE}/c.html`, undefined))
      await board.run("update mybb_templates set template = 'theirs' where tid = 4")
      const before = await board.everything()
      expect(await board.store.apply([back], () => {})).toEqual({ committed: true, outcomes: [{ kind: 'changed' }] })
      expect(await board.everything()).toEqual(before)
    })

    test('the token stays for own writing, and moves for that of the board', async () => {
      const board = await make()
      await importFiles(board.store, { [`${ONE}/c.html`]: 'first' })
      const before = await board.store.token()
      await importFiles(board.store, { [`${ONE}/c.html`]: 'second', [`${ONE}/a.html`]: 'copy', 'styles/Dark/a.css': 'copy' })
      expect(await board.store.token()).toBe(before)
      for (const script of ["update mybb_templates set template = 'theirs' where tid = 4", "update mybb_themestylesheets set stylesheet = 'theirs' where sid = 1", "update mybb_themes set name = 'Light' where tid = 3",
        "update mybb_templatesets set title = 'Uno' where sid = 1", "insert into mybb_templategroups (prefix, title) values ('own', 'Own')"]) {
        const last = await board.store.token()
        await board.run(script)
        expect([script, await board.store.token() === last]).toEqual([script, false])
      }
    })
  })

  test('a stylesheet that somebody else is just adding is listed too', async () => {
    const board = await makeBoard(trial, 'InnoDB')
    const other = await somebody(trial)
    await other.execute("begin; insert into mybb_themestylesheets (name, tid, attachedto, stylesheet) values ('theirs.css', 2, '', 'theirs')")
    const change = await changeAt(board.store, 'styles/Default/mine.css', 'mine')
    // Whoever asked for it has the tables looked at when the transaction begins.
    await board.store.token()
    const applied = board.store.apply([change], () => {})
    await eventually('the store waits', async () => (await trial.waiting()) > 0)
    await other.execute('commit')
    expect(await applied).toMatchObject(WRITTEN)
    const [[properties, list]] = (await board.rows('select properties, stylesheets from mybb_themes where tid = 2')) as [[string, string]]
    expect(['"mine.css"', '"theirs.css"'].filter((name) => !properties.includes(name))).toEqual([])
    expect(list).toContain('cache/themes/theme2/theirs.css')
  })

  test.runIf(trial.kind === 'mysql')('a copy of the default theme that could not be taken back counts, too', async () => {
    await makeBoard(trial, 'InnoDB')
    await trial.execute('alter table mybb_datacache engine = MyISAM; $before(update mybb_templates: raise closed on sundays);')
    const store = await openOn(trial, { preset: 'mybb' })
    expect(await importFiles(store, { 'styles/Dark/c.css': 'new', [`${ONE}/c.html`]: 'new' })).toMatchObject({ committed: true, outcomes: [{ kind: 'done' }, { kind: 'failed' }] })
  })

  describe('whatever its tables:', () => {
    test('what is as asked already is not written, and not copied', async () => {
      const board = await makeAny()
      const before = await board.everything()
      expect(await importFiles(board.store, { [`${ONE}/a.html`]: 'master a', [`${ONE}/c.html`]: 'own c', 'styles/Dark/a.css': 'master a' })).toEqual(kept('master a', 'own c', 'master a'))
      expect(await board.everything()).toEqual(before)
    })

    test('what was inherited is told to be created', async () => {
      const board = await makeAny()
      const changes = [await changeAt(board.store, `${ONE}/a.html`, 'x'), await changeAt(board.store, `${ONE}/c.html`, 'x'), await changeAt(board.store, 'styles/Dark/b.css', 'x')]
      const applied = await board.store.apply(changes, () => {})
      expect(applied.committed && applied.outcomes.map((outcome) => outcome.kind === 'done' && outcome.created === true)).toEqual([true, false, true])
    })

    test('titles and names have their limits', async () => {
      const board = await makeAny()
      for (const title of ['t'.repeat(120), 'é'.repeat(120)]) expect(await importFiles(board.store, { [`${ONE}/${title}.html`]: 'x' })).toEqual(done('x'))
      const sheet = `${'s'.repeat(27)}.css`
      const before = await board.everything()
      for (const path of [`${ONE}/${'x'.repeat(121)}.html`, `styles/Dark/${sheet}`]) {
        expect(refusalOf(await importFiles(board.store, { [path]: 'x' }))).toMatchObject(
          { path, code: 'row-refused', message: expect.stringMatching(/its name is (121|31) characters long, and MyBB keeps (120|30)\. Give it a shorter one$/) as string })
      }
      expect(await board.everything()).toEqual(before)
    })

    test.each([
      ['the board\'s', VERSION, ['1837', '1837', '1837', '1837', '1837']],
      ['that of the master one where the board has none', '', ['1800', '1801', '1803', '1805', '0']],
      ['that of the master one where the board\'s is not readable', `${VERSION} update mybb_datacache set cache = 'a:0:{}'`, ['1800', '1801', '1803', '1805', '0']],
    ])('the version of a written template is %s', async (_, script, versions) => {
      const board = await makeAny(SETS + script)
      const titles = ['a', 'b', 'c', 'own', 'new']
      expect(await importFiles(board.store, Object.fromEntries(titles.map((title, index) => [`${ONE}/${title}.html`, `${index}`])))).toMatchObject({ committed: true })
      expect((await board.rows('select version from mybb_templates where sid = 1 order by template')).flat()).toEqual(versions)
    })

    test('a stylesheet of the master theme is written where that takes part', async () => {
      const board = await makeAny(undefined, true)
      expect(await importFiles(board.store, { 'styles/Master/a.css': 'new', 'styles/Master/new.css': 'more' })).toEqual(done('new', 'more'))
      expect((await board.rows(`${SHEETS} where tid = 1 order by sid`)).map(([, name, , , text]) => [name, text])).toEqual([['a.css', 'new'], ['b.css', 'master b'], ['new.css', 'more']])
    })

    test('a batch of all sets and themes is done, beyond what is looked up together', async () => {
      const board = await makeAny(`insert into mybb_templatesets values (1, 'One'), (2, 'Two');
        insert into mybb_themes (tid, name, pid) values (1, 'Master', 0), (2, 'Default', 1); insert into mybb_themestylesheets (sid, name, tid, attachedto, stylesheet) values (1, 'a.css', 1, '', 'a');
        insert into mybb_templates (title, template, sid) values ${Array.from({ length: 240 }, (_, index) => `('t${index}', 'content ${index}', ${index % 3 === 0 ? 1 : -2})`).join(', ')}`)
      const { rows } = await readAll(board.store)
      const changes = await Promise.all(rows.map(async ({ path }) => ({ path, content: `${path}\n` })))
      const applied = await importFiles(board.store, Object.fromEntries(changes.map(({ path, content }) => [path, content])))
      expect(applied).toEqual(done(...rows.map(({ path }) => `${path}\n`)))
      expect(contents(await readAll(board.store))).toEqual(Object.fromEntries(rows.map(({ path }) => [path, `${path}\n`])))
      expect(await board.rows('select sid, count(*) from mybb_templates group by sid order by sid')).toEqual([['-2', '160'], ['1', '240'], ['2', '160']])
    })

    test('contents are kept byte for byte', async () => {
      const board = await makeAny()
      const texts = ['a\r\nb\r\n', '\uFEFFa', 'a \t\n\n ', '', 'é ﷽', `'"\`$x?1 :a\\ %s`, '007', 'x'.repeat(60_000)]
      for (const content of texts) {
        const files = { [`${ONE}/a.html`]: content, [`${ONE}/c.html`]: content, [`${ONE}/new.html`]: content, 'styles/Dark/a.css': content }
        expect(await importFiles(board.store, files)).toMatchObject({ committed: true })
        expect(contents(await readAll(board.store))).toMatchObject(files)
      }
    })

    test('a template that the table cannot hold is refused, and nothing is cut', async () => {
      const board = await makeAny()
      const before = await board.everything()
      for (const [content, holds] of [['🦊', trial.kind !== 'mysql'], ['x'.repeat(65_536), trial.kind !== 'mysql'], [new Uint8Array([0x61, 0xff]), trial.kind === 'sqlite'], ['a\0b', trial.kind !== 'postgres']] as const) {
        const refusal = refusalOf(await importFiles(board.store, { [`${ONE}/c.html`]: content }))
        expect([String(content).slice(0, 20), refusal === undefined, refusal?.path]).toEqual([String(content).slice(0, 20), holds, holds ? undefined : `${ONE}/c.html`])
        expect(contents(await readAll(board.store))[`${ONE}/c.html`]).toEqual(holds ? content : 'own c')
        await board.run("update mybb_templates set template = 'own c', version = '1804', status = 'old', dateline = 7 where tid = 5")
      }
      expect(await board.everything()).toEqual(before)
    })
  })

  test.skipIf(trial.kind === 'mysql')('a batch is taken back whole', async () => {
    const board = await makeBoard(trial, '')
    await board.run('$before(update mybb_templates: raise closed on sundays);')
    const before = await board.everything()
    expect(await importFiles(board.store, { [`${ONE}/a.html`]: 'copy', 'styles/Dark/c.css': 'new', [`${ONE}/c.html`]: 'new' })).toMatchObject({
      committed: false, problem: { path: `${ONE}/c.html`, code: 'row-refused', message: expect.stringContaining('closed on sundays') as string },
    })
    expect(await board.everything()).toEqual(before)
  })
})

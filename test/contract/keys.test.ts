import { describe, expect, test } from 'vitest'
import { digestOf } from '../../src/digest.ts'
import type { TableCollection } from '../../src/store/open.ts'
import { changeAt, collection, pages, put, readAll } from '../store/fixtures.ts'
import { describeEach, type Kind } from '../support/servers.ts'
import { heldBy, inserted, LOOSE, openFresh, PAGES, sorted, values } from './shelf.ts'

const things: TableCollection = collection('things', ['k'], 't/{k}', 'body')

function vacant(name: string, ...key: string[]): object {
  return { kind: 'vacant', collection: name, key, binary: false, structured: false }
}

/** How a key is written as a name in a path. */
function nameOf(key: string): string {
  return key.replaceAll(/[%/\\:*?"<>|+]|^ | $/g, (character) => `%${character.codePointAt(0)!.toString(16).toUpperCase().padStart(2, '0')}`)
}

const NAMES = [
  'plain', 'Plain', 'two words', "it's", 'say "x"', '100%', '%41', 'a_b', 'a%b', 'back\\slash', 'a/b', 'ß', 'ss', '\u00E9', 'e\u0301', '😀', '一', '0', '007', '7', '1.0', '1e3', 'null', 'NULL', '$1', '?', ':x', '--', ';',
  '{', '}', '[', ',', '(', '\'; drop table pages; --', '#', '@a', '`', 'ı', 'I', 'i', 'İ', 'ǆ', '\u200B', 'a\u200Bb', '\u00AD',
]

/** Keys by the type of their column, and texts that name none of them. */
const TYPES: readonly [only: readonly Kind[], type: string, keys: readonly string[], others: readonly string[]][] = [
  [['sqlite', 'mysql', 'postgres'], 'bigint primary key', ['7', '-1', '9007199254740993', '9223372036854775807', '0'], ['007', '7.0', '+7', ' 7', 'x', '9223372036854775808', '-0', '7e0', '']],
  [['sqlite', 'mysql', 'postgres'], 'smallint', ['7', '-1', '32767'], ['007', '7.0', '32768', '99999999999999999999', 'x']],
  [['sqlite', 'mysql', 'postgres'], '$key primary key', ['7', 'a', '1.0'], ['A', '7.0', 'b', 'ä', '']],
  [['sqlite', 'mysql', 'postgres'], '$caseless primary key', ['Ab', 'c'], ['ab', 'AB', 'C', 'ÁB']],
  [['postgres', 'mysql'], 'char(4)', ['ab', 'c'], ['AB', 'abcde']],
  [['postgres', 'mysql'], 'decimal(10,2) primary key', ['1.50', '-0.25', '100.00'], ['1.5', '01.50', '1.500', 'x', '1e2']],
  [['postgres'], 'uuid primary key', ['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'], ['A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', '{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}', 'x']],
  [['postgres', 'mysql'], 'date', ['2026-02-03', '1999-12-31'], ['2026-2-3', '2026-02-30', 'x', '20260203']],
  [['postgres', 'mysql'], 'timestamp', ['2026-02-03 04:05:06'], ['2026-02-03 04:05', 'now', '2026-02-03T04:05:06']],
  [['postgres'], 'boolean primary key', ['true', 'false'], ['t', 'TRUE', '1', 'x']],
  [['mysql'], 'bigint unsigned primary key', ['18446744073709551615', '1'], ['18446744073709551616', '-1', '1.0']],
  [['mysql'], "enum('a','B','7')", ['a', 'B', '7'], ['A', 'b', '1', '2', 'x']],
  [['mysql'], 'varchar(20) character set latin1', ['é', 'a'], ['e', 'A', 'ő', '😀']],
  [['mysql'], 'varchar(20) character set utf8mb3 collate utf8mb3_general_ci primary key', ['é', 'A'], ['e', 'a', '😀', 'É']],
  [['mysql'], 'year', ['2026'], ['26', '02026', 'x']],
  [['sqlite'], 'real', ['1.0', '0.5', '1.0e+300'], ['1', '1e300', '.5']],
  [['sqlite'], 'text collate rtrim', ['a '], ['a', 'a  ']],
  [['sqlite'], '', ["'7'", '8', '1.5', '9007199254740993', 'x'], ['07', '1', '1.50']],
]

describeEach('keys', (trial) => {
  test('of any characters name exactly their rows', async () => {
    const keys = NAMES
    const store = await openFresh(trial, `create table things (k $key not null, body $text)`, { collections: [things] })
    const paths = keys.map((key) => `t/${nameOf(key)}`)
    const found = await store.find(paths)
    const vacancies = found.flatMap((one, index) => (one.kind === 'vacant' ? [[paths[index]!, one.key[0]!]] : []))
    expect(vacancies.length).toBeGreaterThan(30)
    expect(await put(store, Object.fromEntries(vacancies.map(([path, key]) => [path, `content of ${key!}`])))).toMatchObject({ committed: true })
    const all = await readAll(store)
    expect(all.problems).toEqual([])
    expect(all.rows.map(({ key, content }) => [key[0], content]).toSorted()).toEqual(vacancies.map(([, key]) => [key, `content of ${key!}`]).toSorted())
    expect(await store.find(all.rows.map(({ path }) => path))).toEqual(all.rows.map((row) => ({ kind: 'row', row })))
    expect(await put(store, Object.fromEntries(all.rows.map(({ path }) => [path, path])))).toMatchObject({ committed: true })
    expect((await trial.query('select k, body from things')).map(([, body]) => body).toSorted()).toEqual(all.rows.map(({ path }) => path).toSorted())
    expect(await put(store, Object.fromEntries(all.rows.map(({ path }) => [path, undefined])))).toMatchObject({ committed: true })
    expect(await trial.query('select * from things')).toEqual([])
  })

  describe('of a type', () => {
    for (const [, type, keys, others] of TYPES.filter(([only]) => only.includes(trial.kind))) {
      test(`are compared exactly: ${type || 'none'}`, async () => {
        const rows = keys.map((key) => (trial.kind === 'sqlite' && type === '' && /^-?[\d.]+$/.test(key) ? `${key}, 'is'` : `'${key.replaceAll("'", '')}', 'is'`))
        const store = await openFresh(trial, `create table things (k ${type}, body $text); ${inserted('things', rows)}`, { collections: [things] })
        const all = await readAll(store)
        expect(all.problems).toEqual([])
        expect(all.rows.map(({ key }) => key[0]).toSorted()).toEqual(keys.map((key) => key.replaceAll("'", '')).toSorted())
        expect(await store.find(all.rows.map(({ path }) => path))).toEqual(all.rows.map((row) => ({ kind: 'row', row })))
        const found = await store.find(others.map((key) => `t/${nameOf(key)}`))
        expect(found.filter(({ kind }) => kind === 'row')).toEqual([])
        expect(await put(store, Object.fromEntries(all.rows.map(({ path }, index) => [path, `new ${index}`])))).toMatchObject({ committed: true })
        expect((await readAll(store)).rows.map(({ content }) => content)).toEqual(all.rows.map((_, index) => `new ${index}`))
        expect(await put(store, Object.fromEntries(all.rows.map(({ path }) => [path, undefined])))).toMatchObject({ committed: true })
        expect(await readAll(store)).toMatchObject({ rows: [] })
      })

      test(`are made, or refused, never changed: ${type || 'none'}`, async () => {
        const store = await openFresh(trial, `create table things (k ${type}, body $text)`, { collections: [things] })
        for (const key of [...keys, ...others]) {
          const path = `t/${nameOf(key)}`
          const [found] = await store.find([path])
          if (found?.kind !== 'vacant') continue
          const applied = await put(store, { [path]: 'new' })
          const [now] = await store.find([path])
          expect([key, applied.committed ? 'written' : applied.problem.path, now?.kind]).toEqual([key, applied.committed ? 'written' : path, applied.committed ? 'row' : 'vacant'])
          if (applied.committed) await trial.execute('delete from things')
          expect(await trial.query('select * from things')).toEqual([])
        }
      })
    }
  })

  describe('that differ only in case', () => {
    const script = "create table pages (site $caseless, slug $caseless, body $text, primary key (site, slug)); insert into pages values ('a', 'Home', 'old')"

    test('are one row, whose other file is a problem', async () => {
      const store = await openFresh(trial, script)
      const change = { path: 'a/home.html', collection: 'pages', key: ['a', 'home'], expected: undefined, content: new Uint8Array([0x61]) }
      expect(await store.apply([change], () => {})).toMatchObject({
        committed: false, problem: { path: 'a/home.html', code: expect.stringMatching(/^(row-refused|key-taken)$/) as string, message: expect.stringContaining('pages(site="a", slug="home")') as string },
      })
      expect(await heldBy(trial)).toEqual([['a', 'Home', 'old']])
      expect(await put(store, { 'a/Home.html': 'new' })).toMatchObject({ committed: true })
      expect(await heldBy(trial)).toEqual([['a', 'Home', 'new']])
    })

    test('are renamed by a deletion and a new row', async () => {
      const store = await openFresh(trial, script)
      const made = { path: 'a/HOME.html', collection: 'pages', key: ['a', 'HOME'], expected: undefined, content: Buffer.from('new') }
      expect(await store.apply([made, await changeAt(store, 'a/Home.html', undefined)], () => {})).toMatchObject({ committed: true })
      expect(await heldBy(trial)).toEqual([['a', 'HOME', 'new']])
    })

    test('are rows of their own where nothing is unique', async () => {
      const store = await openFresh(trial, "create table pages (site $caseless, slug $caseless, body $text); insert into pages values ('a', 'Home', 'old'), ('a', 'home', 'small')")
      expect(await put(store, { 'a/Home.html': 'BIG' })).toMatchObject({ committed: true })
      expect(await heldBy(trial)).toEqual([['a', 'Home', 'BIG'], ['a', 'home', 'small']])
      expect(await put(store, { 'a/Home.html': undefined })).toMatchObject({ committed: true })
      expect(await heldBy(trial)).toEqual([['a', 'home', 'small']])
    })
  })

  test('that end in a space are not those without', async () => {
    const store = await openFresh(trial, "create table pages (site $key, slug $key, body $text); insert into pages values ('a', 'x', 'bare'), ('a', 'x ', 'one'), ('a', 'x  ', 'two')")
    const { rows, problems } = await readAll(store)
    expect(problems).toEqual([])
    expect(Object.fromEntries(rows.map(({ key, content }) => [key[1], content]))).toEqual({ 'x': 'bare', 'x ': 'one', 'x  ': 'two' })
    expect(await store.find(rows.map(({ path }) => path))).toEqual(rows.map((row) => ({ kind: 'row', row })))
    expect(await put(store, Object.fromEntries(rows.map(({ path, content }) => [path, `new ${String(content)}`])))).toMatchObject({ committed: true })
    expect((await heldBy(trial)).map((record) => record.slice(1))).toEqual([['x', 'new bare'], ['x ', 'new one'], ['x  ', 'new two']])
    const path = rows.find(({ key }) => key[1] === 'x ')!.path
    expect(await put(store, { [path]: undefined })).toMatchObject({ committed: true })
    expect((await heldBy(trial)).map((record) => record[1])).toEqual(['x', 'x  '])
  })

  test('of several columns of several types', async () => {
    const store = await openFresh(trial, `create table things (a bigint, b $key, c $caseless, body $text, primary key (a, b, c));
      insert into things values (1, '2', 'X', 'one'), (1, '02', 'x', 'two'), (-1, '2', 'x', 'three')`, { collections: [collection('things', ['a', 'b', 'c'], '{a}/{b}/{c}', 'body')] })
    const found = await store.find(['1/2/X', '1/02/x', '-1/2/x', '1/2/x', '01/2/X', 'x/2/X'])
    expect(found.map((one) => (one.kind === 'row' ? one.row.content : one.kind))).toEqual(['one', 'two', 'three', expect.stringMatching(/^(vacant|problem)$/), 'vacant', 'vacant'])
    expect(await put(store, { '1/2/X': 'ONE', '2/2/X': 'new', '-1/2/x': undefined })).toMatchObject({ committed: true })
    expect(await sorted(trial, 'select a, b, c, body from things')).toEqual([['1', '02', 'x', 'two'], ['1', '2', 'X', 'ONE'], ['2', '2', 'X', 'new']])
  })

  test('that two rows have are told, and neither row is written', async () => {
    const store = await openFresh(trial, `${LOOSE} insert into pages values ('a', 'x', 'one'), ('a', 'y', 'one')`)
    const changes = await store.find(['a/x.html'])
    expect(changes).toMatchObject([{ kind: 'row' }])
    await trial.execute("insert into pages values ('a', 'x', 'two')")
    const before = await heldBy(trial)
    const [finding] = await store.find(['a/x.html'])
    expect(finding).toMatchObject({ kind: 'problem', problem: { code: 'duplicate-row', path: 'a/x.html' } })
    const [row] = changes
    if (row?.kind !== 'row') throw new Error('No row was found')
    for (const content of [new Uint8Array([0x61]), undefined]) {
      const change = { path: 'a/x.html', collection: 'pages', key: row.row.key, expected: digestOf('one'), content }
      expect(await store.apply([change], () => {})).toMatchObject({ committed: false, problem: { code: 'duplicate-row', path: 'a/x.html' } })
      expect(await heldBy(trial)).toEqual(before)
    }
  })

  describe('looking up', () => {
    test('has a row, a place for one, or is unknown, in the order that was asked', async () => {
      const store = await openFresh(trial, `${PAGES} insert into pages values ('a', 'x/y', 'one'), ('a', 'z', null)`)
      expect(await store.find(['b/x.html', 'a/z.html', 'a/x.css', 'a/x%2Fy.html', 'README', 'a/%78.html', 'a/z.html'])).toEqual([
        vacant('pages', 'b', 'x'),
        { kind: 'row', row: { collection: 'pages', key: ['a', 'z'], path: 'a/z.html', content: '' } },
        { kind: 'unknown' },
        { kind: 'row', row: { collection: 'pages', key: ['a', 'x/y'], path: 'a/x%2Fy.html', content: 'one' } },
        { kind: 'unknown' },
        { kind: 'unknown' },
        { kind: 'row', row: { collection: 'pages', key: ['a', 'z'], path: 'a/z.html', content: '' } },
      ])
      expect(await store.find([])).toEqual([])
    })

    test('belongs to the first collection that fits', async () => {
      const store = await openFresh(trial, 'create table notes (id int, body $text); create table files (name $key, body $bytes)', {
        collections: [collection('notes', ['id'], 'notes/{id}.md', 'body'), collection('files', ['name'], 'notes/{name}', 'body')],
      })
      expect(await store.find(['notes/7.md', 'notes/7.txt'])).toEqual([vacant('notes', '7'), { ...vacant('files', '7.txt'), binary: true }])
    })

    test.each([['an index', PAGES], ['none', LOOSE]])('gives what reading gives, over the border of queries, with %s', async (_, table) => {
      const store = await openFresh(trial, table + inserted('pages', values(1000, (index) => `'${index % 7}', 'p${index}', ${index % 6 === 0 ? 'null' : `'text ${index}'`}`)))
      const { rows } = await readAll(store)
      const found = await store.find([...rows.map(({ path }) => path), 'none/x.html'])
      expect(found).toEqual([...rows.map((row) => ({ kind: 'row', row })), vacant('pages', 'none', 'x')])
    })

    test('gives the problems that reading gives', async () => {
      const long = 'x'.repeat(110)
      const store = await openFresh(trial, `create table pages (site $key, slug $key, body $text); insert into pages values ('a', 'twice', 'x'), ('a', 'twice', 'y'), ('a', '${long}', '')`, {
        collections: [{ ...pages, path: `{site}/{slug}${'-'.repeat(150)}.html` }],
      })
      const { problems } = await readAll(store)
      expect(problems.map(({ code }) => code).toSorted()).toEqual(['duplicate-row', 'name-too-long'])
      expect(await store.find(problems.map(({ path }) => path))).toEqual(problems.map((problem) => ({ kind: 'problem', problem })))
      expect(await store.find([`a/%00${'-'.repeat(150)}.html`])).toMatchObject([{ kind: 'problem', problem: { code: 'unsupported-key' } }])
    })

    test('goes on while rows are read', async () => {
      const store = await openFresh(trial, `${PAGES} insert into pages values ('a', 'b', 'c')`)
      for await (const { rows } of store.read()) expect(await store.find(['a/b.html'])).toEqual([{ kind: 'row', row: rows[0] }])
    })
  })
})

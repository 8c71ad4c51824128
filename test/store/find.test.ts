import { describe, expect, test } from 'vitest'
import type { Row } from '../../src/types.ts'
import { collection, makeDatabase, open, openScript, pages, readAll } from './fixtures.ts'

const PAGES = 'create table pages (site text, slug text, body text, primary key (site, slug));'

function vacant(name: string, ...key: string[]): object {
  return { kind: 'vacant', collection: name, key, binary: false, structured: false }
}

describe('a path', () => {
  test('names its key in another order', async () => {
    const store = await openScript(`${PAGES} insert into pages values ('a', 'b', 'c')`, { ...pages, path: '{slug}/{site}' })
    expect(await store.find(['b/a', 'a/b'])).toMatchObject([{ kind: 'row', row: { key: ['a', 'b'], content: 'c' } }, vacant('pages', 'b', 'a')])
  })

  test.each([
    ['blob', true], ['LONGBLOB', true], ['varbinary(10)', true], ['text', false], ['', false], ['varchar(3)', false],
  ])('may become a row with bytes where the column is declared %j: %s', async (type, binary) => {
    const store = await openScript(`create table pages (site text, slug text, body ${type})`)
    expect(await store.find(['a/b.html'])).toEqual([{ ...vacant('pages', 'a', 'b'), binary }])
  })
})

describe('a key', () => {
  test.each([
    ['integer primary key', ['7', '-1', '9007199254740993'], ['007', '7.0', '+7', ' 7', 'x', '9223372036854775808']],
    ['text primary key', ['7', 'a', '1.0', ' b'], ['A', '7.0', 'b', '']],
    ['text collate nocase', ['Ab'], ['ab', 'AB']],
    ['text collate rtrim', ['a '], ['a', 'a  ']],
    ['real', ['1.0', '0.5', '1.0e+300'], ['1', '1e300', '.5']],
    ['numeric', ['1', '1.5', 'x'], ['1.0', '01']],
    ['', ["'7'", '8', '1.5', '9007199254740993', 'x', "9e999"].map((text) => text.replaceAll("'", '')), ['07', '1', '1.50']],
    ['blob', ['8', 'x'], ['08']],
  ])('of kind %j is compared exactly', async (type, keys, others) => {
    const values = keys.map((key) => (type === 'text collate nocase' || /^(text|blob)/.test(type) || !/^-?[\d.e+]+$/.test(key) ? `('${key}', '${key}')` : `(${key}, '${key}')`))
    const store = await openScript(`create table t (k ${type}, body text); insert into t values ${values.join()}`, collection('t', ['k'], 't/{k}', 'body'))
    const { rows } = await readAll(store)
    expect(await store.find(rows.map(({ path }) => path))).toEqual(rows.map((row) => ({ kind: 'row', row })))
    expect(rows.length).toBe(keys.length)
    const paths = others.map((key) => store.find([`t/${key.replaceAll(' ', '%20').replaceAll('+', '%2B')}`]))
    for (const found of await Promise.all(paths)) expect(found[0]!.kind).not.toBe('row')
  })

  test('of several columns of any kind', async () => {
    const store = await openScript(
      `create table t (a, b integer, c text collate nocase, body text, primary key (a, b, c)) without rowid;
      insert into t values (1, 2, 'X', 'number'), ('1.5', 2, 'X', 'text'), (2.5, 2, 'x', 'real')`,
      collection('t', ['a', 'b', 'c'], '{a}/{b}/{c}', 'body'),
    )
    const found = await store.find(['1/2/X', '1.5/2/X', '2.5/2/x', '2.5/2/X', '1/02/X'])
    expect(found.map((one) => (one.kind === 'row' ? one.row.content : one.kind))).toEqual(['number', 'text', 'real', 'vacant', 'vacant'])
  })
})

describe('the answer is what reading gives', () => {
  test('for contents of all kinds, over the border of queries', async () => {
    const { directory } = makeDatabase(`${PAGES}
      with recursive n(i) as (select 1 union all select i + 1 from n where i < 1000)
      insert into pages select i % 7, 'p' || i, case i % 6 when 0 then null when 1 then x'00ff' || i when 2 then 'a' || char(0) || i
        when 3 then cast(x'61ff' || i as text) when 4 then char(65533) || i else 'text ' || i end from n`)
    const store = await open(directory)
    const { rows } = await readAll(store)
    expect(rows.length).toBe(1000)
    const found = await store.find(rows.map(({ path }) => path))
    expect(found).toEqual(rows.map((row): { kind: string; row: Row } => ({ kind: 'row', row })))
  })

  test('for what is no row', async () => {
    const store = await openScript(`create table pages (site, slug, body);
      insert into pages values ('a', 'number', 7), ('a', 'twice', 'x'), ('a', 'twice', 'y'), ('a', 'broken', 'a' || char(0)), ('a', 'broken', 'b')`)
    const { problems } = await readAll(store)
    expect(problems.map(({ code }) => code).sort()).toEqual(['duplicate-row', 'duplicate-row', 'unsupported-value'])
    expect(await store.find(problems.map(({ path }) => path))).toEqual(problems.map((problem) => ({ kind: 'problem', problem })))
  })
})

import { assert, asyncProperty, bigInt, constant, constantFrom, double, oneof, string, uint8Array } from 'fast-check'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, onTestFinished, test } from 'vitest'
import { decodeFields } from '../../src/core/codec.ts'
import { digestOf } from '../../src/digest.ts'
import type { Store } from '../../src/store/store.ts'
import { collection, findOne, literals, makeDatabase, open, put, readAll } from './fixtures.ts'

const NAMES = ['title', 'size', 'rate', 'body', 'extra']
const TABLE = 'create table items (id text primary key, title text, size integer, rate real, body blob, extra, updates int, note text default 4);'
const items = collection('items', ['id'], '{id}.yaml', NAMES, { updates: 'increment' })

async function shelf(script = '', table = TABLE): Promise<{ store: Store; file: string; held(): string[] }> {
  const { directory, file } = makeDatabase(`${table} ${script}`)
  const store = await open(directory, { collections: [items] })
  return { store, file, held: () => literals(file, 'items', ['id', ...NAMES, 'updates']) }
}

/** What the store has at a path, as text. */
async function textAt(store: Store, path: string): Promise<string> {
  const found = await findOne(store, path)
  return found.kind === 'row' ? String(found.row.content) : ''
}

const ONE = "insert into items values ('a', 'Title', 9007199254740993, 2.0, x'00ff', 7, 0, 'note');"

test('a single column may be structured, too', async () => {
  const { directory, file } = makeDatabase("create table notes (id integer primary key, text); insert into notes values (1, 'one')")
  const store = await open(directory, { collections: [collection('notes', ['id'], '{id}.yaml', ['text'])] })
  expect((await readAll(store)).rows).toMatchObject([{ content: 'text: one\n', structured: true }])
  expect(await put(store, { '1.yaml': '# why\ntext: null\n' })).toMatchObject({ committed: true })
  expect(literals(file, 'notes', ['id', 'text'])).toEqual(['1,NULL'])
})

describe('a file', () => {
  test('in any words is written with its exact types', async () => {
    const { store, held } = await shelf(ONE)
    const text = '# first\nextra: "7"   # text now\nrate: -1.5\n\ntitle: |\n  two\n  lines\nbody: ~\nsize: 0x10\n'
    const applied = await put(store, { 'a.yaml': text })
    const content = 'title: |\n  two\n  lines\nsize: 16\nrate: -1.5\nbody: null\nextra: "7"\n'
    expect(applied).toEqual({ committed: true, outcomes: [{ kind: 'done', written: true, digest: digestOf(content) }] })
    expect(await textAt(store, 'a.yaml')).toBe(content)
    expect(held()).toEqual(["'a','two\nlines\n',16,-1.5,NULL,'7',1"])
  })

  test('writes only the columns that it changes', async () => {
    const { store, held } = await shelf(`insert into items values ('a', cast(x'61ff' as text), 1, 1.0, null, null, 0, '');
      create trigger t before update of title on items begin select raise(abort, 'the title is written'); end`)
    const text = await textAt(store, 'a.yaml')
    expect(text).toContain('title: !!binary "Yf8="')
    expect(await put(store, { 'a.yaml': text.replace('size: 1', 'size: 2') })).toMatchObject({ committed: true })
    expect(held()[0]).toMatch(/,2,1\.0,NULL,NULL,1$/)
    expect(await put(store, { 'a.yaml': text.replace('Yf8=', 'Yf9i') })).toMatchObject({ committed: false, problem: { code: 'row-refused' } })
  })

  test('keeps invalid text a text', async () => {
    const { store, file } = await shelf("insert into items values ('a', cast(x'61ff' as text), 1, 1.0, null, null, 0, '')")
    const text = await textAt(store, 'a.yaml')
    expect(await put(store, { 'a.yaml': text.replace('Yf8=', 'Yf9i') })).toMatchObject({ committed: true })
    expect(literals(file, '(select hex(title) as title, typeof(title) as kind from items)', ['title', 'kind'])).toEqual(["'61FF62','text'"])
  })

  test('fits a column where nothing is lost', async () => {
    const { store, held } = await shelf(ONE)
    expect(await put(store, { 'a.yaml': 'title: t\nsize: 3.0\nrate: 4\nbody: text\nextra: -0.0\n' })).toMatchObject({ committed: true })
    expect(held()).toEqual(["'a','t',3,4.0,'text',0.0,1"])
    expect(await textAt(store, 'a.yaml')).toBe('title: t\nsize: 3\nrate: 4.0\nbody: text\nextra: 0.0\n')
  })

  test.each([
    ['title', '2024', 'the column "title" holds text, but its value is a number or a boolean. Put it in quotes'],
    ['title', 'true', 'the column "title" holds text, but its value is a number or a boolean. Put it in quotes'],
    ['size', '"7"', 'the column "size" holds numbers, but its value is a number in quotes. Remove the quotes'],
    ['rate', '" 1e3 "', 'the column "rate" holds numbers, but its value is a number in quotes. Remove the quotes'],
    ['rate', '9007199254740993', 'the column "rate" cannot hold all digits of its value'],
    ['rate', '1.123456789012345678', 'the column "rate" cannot hold all digits of its value'],
    ['rate', '9007199254740993.0', 'the column "rate" cannot hold all digits of its value'],
    ['size', '0.10000000000000000001', 'the column "size" cannot hold all digits of its value'],
    ['extra', '-1.0000000000000000001e-7', 'the column "extra" cannot hold all digits of its value'],
    ['extra', '1e400', 'the column "extra" cannot hold all digits of its value'],
    ['extra', '1e-400', 'the column "extra" cannot hold all digits of its value'],
    ['title', '1.123456789012345678', 'the column "title" holds text, but its value is a number or a boolean. Put it in quotes'],
    ['size', '9223372036854775808', 'the column "size" has 64 bits for an integer, and its value takes more'],
    ['extra', '.nan', 'the column "extra" cannot hold what is no number. Write null'],
  ])('is refused where the column would change a value: %s: %s', async (name, value, state) => {
    const { store, held } = await shelf(ONE)
    const before = held()
    const text = (await textAt(store, 'a.yaml')).replace(new RegExp(`^${name}: .*$`, 'm'), `${name}: ${value}`)
    expect(await put(store, { 'a.yaml': text })).toEqual({
      committed: false, problem: { path: 'a.yaml', code: 'unsupported-value', message: `Cannot write items(id="a"): ${state}` },
    })
    expect(held()).toEqual(before)
  })

  test.each([
    ['1.1234567890123457', '1.1234567890123457'],
    ['+01.50', '1.5'],
    ['15e-1', '1.5'],
    ['.5', '0.5'],
    ['1152921504606847000.0', '1152921504606847000.0'],
    // The same real, with all the digits of its exact value.
    ['1152921504606846976.0', '1152921504606847000.0'],
    ['0.0000000000000002220446049250313080847263336181640625', '2.220446049250313e-16'],
    ['-.inf', '-.inf'],
  ])('may write a real in any way: %s', async (value, written) => {
    const { store } = await shelf(ONE)
    for (const name of ['rate', 'extra']) {
      const text = (await textAt(store, 'a.yaml')).replace(new RegExp(`^${name}: .*$`, 'm'), `${name}: ${value}`)
      expect(await put(store, { 'a.yaml': text })).toMatchObject({ committed: true })
      expect(await textAt(store, 'a.yaml')).toContain(`\n${name}: ${written}\n`)
    }
  })

  test('is refused where a trigger changes one of its values', async () => {
    const { store, held } = await shelf(`${ONE} create trigger t after update on items begin update items set size = size + 1 where id = new.id; end`)
    const before = held()
    const text = (await textAt(store, 'a.yaml')).replace('Title', 'New')
    expect(await put(store, { 'a.yaml': text })).toMatchObject({ committed: false, problem: { code: 'not-stored', path: 'a.yaml' } })
    expect(held()).toEqual(before)
  })

  test('is refused by a strict table', async () => {
    const { store } = await shelf(ONE.replace("x'00ff'", "x''"), TABLE.replace('extra,', 'extra any,').replace(';', ' strict;'))
    expect(await put(store, { 'a.yaml': 'title: t\nsize: text\nrate: 1.0\nbody: null\nextra: 1\n' })).toMatchObject({ committed: false, problem: { code: 'row-refused' } })
    expect(await put(store, { 'a.yaml': 'title: t\nsize: 2\nrate: 1.0\nbody: null\nextra: 1\n' })).toMatchObject({ committed: true })
  })
})

const text = oneof(string({ unit: 'grapheme', maxLength: 20 }), constantFrom('', '\0', 'a\0b', '\uFEFFx', '\r\n', ' x ', '7', '1.0', 'null', 'yes', '\uFFFD', '\u2028', '😀\n'))
const value = oneof(
  text,
  bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  double({ noNaN: true }).map((real) => (Object.is(real, -0) ? 0 : real)),
  uint8Array({ maxLength: 20 }),
  constant(null),
)

test('any values survive both ways', async () => {
  const { directory, file } = makeDatabase('create table t (k integer primary key, a, b)')
  const store = await open(directory, { collections: [collection('t', ['k'], '{k}.yaml', ['a', 'b'])] })
  const database = new DatabaseSync(file)
  onTestFinished(() => database.close())
  const insert = database.prepare('insert into t values (?, ?, ?)')
  let last = 0
  await assert(asyncProperty(value, value, async (a, b) => {
    const [from, to] = [++last, ++last]
    insert.run(from, a, b)
    const content = await textAt(store, `${from}.yaml`)
    expect(decodeFields(content, ['a', 'b'], '')).toEqual({ values: [a, b] })
    expect(await put(store, { [`${to}.yaml`]: content })).toEqual({ committed: true, outcomes: [{ kind: 'done', written: true, digest: digestOf(content) }] })
    const rows = literals(file, `(select quote(a) || typeof(a) || quote(b) || typeof(b) as v from t where k in (${from}, ${to}))`, ['v'])
    expect(rows[0]).toBe(rows[1])
  }), { numRuns: 150 })
  const { rows, problems } = await readAll(store)
  expect(problems).toEqual([])
  expect(await store.find(rows.map(({ path }) => path))).toEqual(rows.map((row) => ({ kind: 'row', row })))
})

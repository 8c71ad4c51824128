import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, onTestFinished, test } from 'vitest'
import { digestOf } from '../../src/digest.ts'
import { sqliteFailures } from '../../src/store/sqlite/failures.ts'
import type { Store } from '../../src/store/store.ts'
import { CAN_MOUNT, makeReadOnly, mountTmpfs } from '../support/mounts.ts'
import { changeAt, collection, execute, failure, literals, makeDatabase, open, openScript, pages, put, readAll } from './fixtures.ts'

const PAGES = 'create table pages (site text, slug text, body text, primary key (site, slug));'
const THREE = `${PAGES} insert into pages values ('a', '1', 'one'), ('a', '2', 'two'), ('a', '3', 'three');`

interface Board {
  readonly store: Store
  readonly file: string
  /** What the table holds, as literals. */
  held(): string[]
}

async function board(script: string, options: Parameters<typeof open>[1] = {}): Promise<Board> {
  const { directory, file } = makeDatabase(script)
  const store = await open(directory, options)
  const { table, key, content } = (options.collections ?? [pages])[0]!
  return { store, file, held: () => literals(file, table, [...key, ...content]) }
}

describe.each(['delete', 'wal'])('a batch (journal mode %s)', (mode) => {
  test('is seen by nobody before it is whole', async () => {
    const { store, held } = await board(`pragma journal_mode = ${mode}; ${THREE}`)
    const before = held()
    const changes = [await changeAt(store, 'a/1.html', 'ONE'), await changeAt(store, 'a/2.html', undefined), await changeAt(store, 'b/x.html', 'new')]
    const seen: unknown[] = []
    await store.apply(changes, (previous) => seen.push(previous, held()))
    expect(seen).toEqual([['one', 'two', undefined], before])
    expect(held().length).toBe(3)
  })

  test('keeps other writers off from its first look on', async () => {
    const { store, file } = await board(`pragma journal_mode = ${mode}; ${THREE}`)
    const change = await changeAt(store, 'a/1.html', 'one')
    const other = new DatabaseSync(file)
    onTestFinished(() => other.close())
    await store.apply([change], () => expect(() => other.exec('begin immediate')).toThrow(/locked/))
    other.exec('begin immediate')
  })
})

describe('bytes', () => {
  test.each<[name: string, content: string | Uint8Array]>([
    ['CRLF', 'a\r\nb\r\n'],
    ['lone CR', 'a\rb'],
    ['a BOM', '\uFEFFa'],
    ['spaces at the end', 'a  \n \t'],
    ['no newline', 'a'],
    ['an emoji', '😀é'],
    ['nothing', ''],
    ['what looks like a number', '007'],
    ['quotes', `'a' "b" \`c\` \\n`],
    ['U+FFFD', 'a\uFFFD'],
    ['a NUL', 'a\0é'],
    ['invalid UTF-8', new Uint8Array([0x61, 0xff, 0x62])],
  ])('of a file survive: %s', async (_, content) => {
    const { store, file } = await board(`${PAGES} insert into pages values ('a', 'old', 'old')`)
    const digest = digestOf(content)
    expect(await put(store, { 'a/old.html': content, 'b/new.html': content })).toEqual({
      committed: true, outcomes: [{ kind: 'done', written: true, digest }, { kind: 'done', written: true, digest }],
    })
    const { rows } = await readAll(store)
    expect(rows.map((row) => [row.path, digestOf(row.content)])).toEqual([['a/old.html', digest], ['b/new.html', digest]])
    const held = Buffer.from(content).toString('hex').toUpperCase()
    expect(literals(file, '(select slug, hex(body) as bytes, typeof(body) as kind from pages)', ['slug', 'bytes', 'kind'])).toEqual(
      [`'new','${held}','text'`, `'old','${held}','text'`],
    )
  })

  test.each([
    ['blob', 'blob', 'blob', 'blob'],
    ['text', 'text', 'text', 'text'],
    ['', 'text', 'text', 'text'],
  ])('stay bytes and text stays text in a column declared %j', async (type, fresh, wasNull, invalid) => {
    const { store, file } = await board(`create table pages (site text, slug text, body ${type}, primary key (site, slug));
      insert into pages values ('a', 'blob', x'00ff'), ('a', 'null', null), ('a', 'text', 'text'), ('a', 'void', x''), ('a', 'wild', cast(x'61ff' as text))`)
    const applied = await put(store, { 'a/blob.html': 'valid', 'a/null.html': 'valid', 'a/text.html': 'valid', 'a/void.html': 'valid', 'a/wild.html': 'valid', 'b/new.html': 'valid' })
    expect(applied).toMatchObject({ committed: true })
    const kinds = (): string[] => literals(file, "(select slug, typeof(body) as kind from pages)", ['slug', 'kind'])
    expect(kinds()).toEqual(["'blob','blob'", `'new','${fresh}'`, `'null','${wasNull}'`, "'text','text'", "'void','blob'", "'wild','text'"])
    expect(await put(store, { 'b/bytes.html': new Uint8Array([0xff]), 'a/text.html': new Uint8Array([0xfe]) })).toMatchObject({ committed: true })
    expect(kinds().filter((kind) => /bytes|'text',/.test(kind))).toEqual([`'bytes','${invalid}'`, "'text','text'"])
  })

  test.each(['UTF-16le', 'UTF-16be'])('survive in a database in %s', async (encoding) => {
    const { store, held } = await board(`pragma encoding = '${encoding}'; ${PAGES} insert into pages values ('ß', '一', 'old')`)
    expect(await put(store, { 'ß/一.html': '\uFEFFé😀\r\n', 'ß/2.html': 'new' })).toMatchObject({ committed: true })
    expect(held()).toEqual(["'ß','2','new'", "'ß','一','\uFEFFé😀\r\n'"])
  })
})

describe('a row is exactly the one of its path', () => {
  test.each(['', 'without rowid'])('where the key ignores case (%s)', async (option) => {
    const { store, held } = await board(`create table pages (site text collate nocase, slug text collate nocase, body text, primary key (site, slug)) ${option};
      insert into pages values ('a', 'Home', 'old')`)
    const refused = await put(store, { 'a/home.html': 'new' })
    expect(refused).toEqual({
      committed: false,
      problem: {
        path: 'a/home.html', code: 'row-refused',
        message: 'Cannot write pages(site="a", slug="home"): the database refused it: UNIQUE constraint failed: pages.site, pages.slug',
      },
    })
    expect(await put(store, { 'a/Home.html': 'new' })).toMatchObject({ committed: true })
    expect(held()).toEqual(["'a','Home','new'"])
    // A file that was renamed to the other case is a deletion and a new row.
    expect(await put(store, { 'a/home.html': 'newer', 'a/Home.html': undefined })).toMatchObject({ committed: true })
    expect(held()).toEqual(["'a','home','newer'"])
  })

  const numbers = collection('n', ['id'], '{id}', 'body')

  test('where keys are numbers', async () => {
    const { store, held } = await board(`create table n (id integer primary key, body text); insert into n values (7, 'seven'), (9007199254740993, 'big')`, { collections: [numbers] })
    expect(await put(store, { 7: 'SEVEN', '9007199254740993': 'BIG', 8: 'eight', '-1': 'minus', '9007199254740995': 'new' })).toMatchObject({ committed: true })
    const all = ["-1,'minus'", "7,'SEVEN'", "8,'eight'", "9007199254740993,'BIG'", "9007199254740995,'new'"]
    expect(held()).toEqual(all)
    expect(await put(store, { '007': 'again' })).toMatchObject({ committed: false, problem: { path: '007', code: 'row-refused' } })
    expect(await put(store, { '009': 'new' })).toMatchObject({ committed: false, problem: { path: '009', code: 'not-stored' } })
    expect(await put(store, { '9.0': 'new' })).toMatchObject({ committed: false, problem: { path: '9.0', code: 'not-stored' } })
    expect(await put(store, { x: 'new' })).toMatchObject({ committed: false, problem: { path: 'x', code: 'row-refused' } })
    expect(held()).toEqual(all)
  })

  test('where a column takes any kind', async () => {
    const { store, held } = await board(`create table n (id, body); insert into n values (7, 'number'), (1.5, 'real'), ('x', 'text')`, { collections: [numbers] })
    expect(await put(store, { 7: 'NUMBER', 1.5: 'REAL', x: undefined, 8: 'new' })).toMatchObject({ committed: true })
    expect(held()).toEqual(["'8','new'", "1.5,'REAL'", "7,'NUMBER'"])
  })
})

describe('a batch is taken back', () => {
  test.each([
    ['a trigger that rolls back', "create trigger t before update on pages begin select raise(rollback, 'all or nothing'); end", 'row-refused', 'the database refused it: all or nothing'],
    ['a trigger that deletes the row', 'create trigger t after update on pages begin delete from pages where slug = new.slug; end', 'not-stored', 'afterwards no row has this key. Look for a trigger or a column type that changes it'],
  ])('by %s', async (_, script, code, state) => {
    const { store, held } = await board(`${THREE} ${script}`)
    const before = held()
    let called = 0
    const changes = [await changeAt(store, 'a/3.html', undefined), await changeAt(store, 'b/new.html', 'new'), await changeAt(store, 'a/1.html', 'content of 1\n'), await changeAt(store, 'a/2.html', 'content of 1\n')]
    const applied = await store.apply(changes, () => called++)
    const slug = code === 'row-refused' && /UNIQUE/.test(state) ? '2' : '1'
    expect(applied).toEqual({ committed: false, problem: { path: `a/${slug}.html`, code, message: `Cannot write pages(site="a", slug="${slug}"): ${state}` } })
    expect(called).toBe(0)
    expect(held()).toEqual(before)
    expect(await put(store, { 'a/3.html': undefined })).toMatchObject({ committed: true })
  })

  test('by a column that turns text into numbers', async () => {
    const { store, held } = await board(`create table pages (site text, slug text, body numeric, primary key (site, slug)); insert into pages values ('a', 'b', 'text')`)
    const problem = { path: 'a/b.html', code: 'not-stored', message: expect.stringContaining('the column "body" holds the number 7') as string }
    expect(await put(store, { 'a/b.html': '7' })).toEqual({ committed: false, problem })
    expect(held()).toEqual(["'a','b','text'"])
  })

  test('by a constraint that would replace another row', async () => {
    const { store, held } = await board(`create table pages (site text, slug text, body text unique on conflict replace);
      insert into pages values ('a', '1', 'one'), ('a', '2', 'two')`)
    const before = held()
    expect(await put(store, { 'a/3.html': 'one' })).toMatchObject({ committed: false, problem: { code: 'row-refused', path: 'a/3.html' } })
    expect(await put(store, { 'a/2.html': 'one' })).toMatchObject({ committed: false, problem: { code: 'row-refused', path: 'a/2.html' } })
    expect(held()).toEqual(before)
  })

  test('by a view', async () => {
    const { store, held } = await board(`${THREE} create view v as select * from pages;
      create trigger t instead of update on v begin update pages set body = new.body where slug = new.slug; end`, { collections: [{ ...pages, table: 'v' }] })
    const before = held()
    for (const content of ['new', undefined]) {
      expect(await put(store, { 'a/1.html': content })).toEqual({
        committed: false,
        problem: { path: 'a/1.html', code: 'row-refused', message: 'Cannot write pages(site="a", slug="1"): "v" is a view. Let the collection name a table' },
      })
    }
    expect(held()).toEqual(before)
  })
})

describe('set', () => {
  const moment = Date.UTC(2026, 1, 3, 4, 5, 6, 789)
  const script = `create table pages (site text, slug text, body text, at integer, time text, stamp timestamp, version int, count, editor text, flag boolean, n any, r real, none text, primary key (site, slug));
    insert into pages (site, slug, body, version, none) values ('a', 'x', 'old', 41, 'some'), ('a', 'y', 'same', 1, 'some'), ('a', 'z', 'old', null, 'some')`
  const set = {
    at: 'now', time: 'now', stamp: 'now', version: 'increment', count: 'increment', editor: { value: 'now' }, flag: { value: true }, n: { value: 3 }, r: { value: 1.5 }, none: { value: null },
  } as const
  const columns = ['slug', 'body', ...Object.keys(set)]

  test('fills the columns of rows that are written, and of no others', async () => {
    const { directory, file } = makeDatabase(script)
    const store = await open(directory, { collections: [{ ...pages, set }], now: () => moment })
    expect(await put(store, { 'a/x.html': 'new', 'a/y.html': 'same', 'a/z.html': 'new', 'a/n.html': 'new' })).toMatchObject({ committed: true })
    const now = `1770091506,'2026-02-03 04:05:06','2026-02-03 04:05:06'`
    expect(literals(file, 'pages', columns)).toEqual([
      `'n','new',${now},1,1,'now',1,3,1.5,NULL`,
      `'x','new',${now},42,1,'now',1,3,1.5,NULL`,
      `'y','same',NULL,NULL,NULL,1,NULL,NULL,NULL,NULL,NULL,'some'`,
      `'z','new',${now},1,1,'now',1,3,1.5,NULL`,
    ])
  })
})

describe('a store that cannot be written', () => {
  test('because it is locked for a moment is waited out, while all else goes on', async () => {
    const { store, file, held } = await board(THREE)
    const change = await changeAt(store, 'a/1.html', 'new')
    const other = new DatabaseSync(file)
    onTestFinished(() => other.close())
    other.exec('begin immediate')
    setTimeout(() => other.exec('rollback'))
    expect(await store.apply([change], () => {})).toMatchObject({ committed: true })
    expect(held()[0]).toBe("'a','1','new'")
  })

  test.skipIf(process.getuid?.() === 0 || process.platform === 'win32')('because its file is read-only is told (not as root)', async () => {
    const { store, file } = await board(THREE)
    const change = await changeAt(store, 'a/1.html', 'new')
    chmodSync(file, 0o444)
    const message = `Cannot write the store ${file}: it is read-only. Allow this user to write the file and its directory`
    expect(await failure(store.apply([change], () => {}))).toMatchObject({ code: 'store-unwritable', message, errno: 'SQLITE_READONLY' })
  })

  test.skipIf(!CAN_MOUNT)('because its filesystem is read-only is told (needs mount)', async () => {
    const mount = mountTmpfs(1 << 20)
    const file = join(mount, 'store.db')
    execute(file, THREE)
    makeReadOnly(mount)
    const store = await open(mount)
    const change = await changeAt(store, 'a/1.html', 'new')
    const message = `Cannot write the store ${file}: it is read-only. Allow this user to write the file and its directory`
    expect(await failure(store.apply([change], () => {}))).toMatchObject({ code: 'store-unwritable', message, path: file, errno: 'SQLITE_READONLY' })
  })

  test.skipIf(!CAN_MOUNT)('because the disk is full is told, and nothing is changed (needs mount)', async () => {
    const mount = mountTmpfs(1 << 18)
    const file = join(mount, 'store.db')
    execute(file, THREE)
    const store = await open(mount)
    const before = literals(file, 'pages', ['site', 'slug', 'body'])
    const changes = [await changeAt(store, 'a/1.html', 'new'), await changeAt(store, 'a/2.html', 'x'.repeat(1 << 19))]
    const error = await failure(store.apply(changes, () => {}))
    expect(error).toMatchObject({ code: 'store-unwritable', message: `Cannot write the store ${file}: the disk is full. Make room`, errno: 'SQLITE_FULL' })
    expect(literals(file, 'pages', ['site', 'slug', 'body'])).toEqual(before)
    expect(await put(store, { 'a/1.html': 'new' })).toMatchObject({ committed: true })
  })

  test.each([
    [10 | (3 << 8), 'SQLITE_IOERR', 'the disk reports an error. Check the disk, and whether a quota is used up'],
    [11, 'SQLITE_CORRUPT', 'the database is damaged. Check it with "pragma integrity_check"'],
    [14, 'SQLITE_CANTOPEN', 'its journal cannot be made. Allow this user to write its directory, and more files to be open (ulimit -n)'],
  ])('for a reason of SQLite (code %i) is told with the remedy', (errcode, errno, state) => {
    const error = sqliteFailures('/srv/store.db', () => true).unwritable(Object.assign(new Error('?'), { errcode }))
    expect(error).toMatchObject({ code: 'store-unwritable', message: `Cannot write the store /srv/store.db: ${state}`, errno })
  })
})

test('a closed store is not opened again', async () => {
  const store = await openScript(THREE)
  const change = await changeAt(store, 'a/1.html', 'new')
  await store.close()
  expect(await failure(store.apply([change], () => {}))).toMatchObject({ code: 'store-unwritable' })
})

import { closeSync, openSync, statSync, writeSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, onTestFinished, test } from 'vitest'
import { describeRow } from '../../src/store/row.ts'
import { collection, contents, failure, makeDatabase, open, openScript, pages, readAll } from './fixtures.ts'

const PAGES = 'create table pages (site text, slug text, body text);'
const THOUSAND = 'with recursive n(i) as (select 1 union all select i + 1 from n where i < 1000)'

describe('rows', () => {
  test('of several collections follow each other; an empty table has none', async () => {
    const store = await openScript(
      `${PAGES} create table notes (id integer primary key, text); insert into notes values (7, 'seven')`,
      pages,
      { ...collection('notes', ['ID'], 'notes/{ID}.md', 'Text'), table: 'NOTES' },
    )
    expect((await readAll(store)).chunks).toEqual([
      { rows: [{ collection: 'notes', key: ['7'], path: 'notes/7.md', content: 'seven' }], problems: [] },
    ])
    expect(await store.count()).toBe(1)
  })

  test('have number keys as SQL writes them', async () => {
    const store = await openScript(
      `create table n (id, body); insert into n values
        (9007199254740993, 'a'), (9223372036854775807, 'b'), (-1, 'c'), (1.0, 'd'), (1e300, 'e'), (0.1, 'f'), ('x', 'g')`,
      collection('n', ['id'], '{id}', 'body'),
    )
    const { rows } = await readAll(store)
    expect(rows.map(({ key }) => key[0])).toEqual(
      ['-1', '0.1', '1.0', '9007199254740993', '9223372036854775807', '1.0e+300', 'x'],
    )
  })

  test('come from views, generated columns and any names', async () => {
    const store = await openScript(
      `create table "select ""from"" t" ("the site" text, "order" text, body text, upper text as (upper(body)));
      insert into "select ""from"" t" values ('s', 'o', 'text');
      create view v as select "the site" as site, "order" as slug, upper as body from "select ""from"" t"`,
      { ...collection('quoted', ['order'], '{order}', 'upper'), table: 'select "from" t' },
      { ...pages, table: 'v' },
    )
    expect(contents(await readAll(store))).toEqual({ o: 'TEXT', 's/o.html': 'TEXT' })
  })
})

describe('contents', () => {
  test('are texts, bytes, or empty for NULL', async () => {
    const store = await openScript(`${PAGES} insert into pages values
      ('a', 'blob', x'00ff61'), ('a', 'bom', char(65279) || 'x'), ('a', 'empty', ''), ('a', 'no bytes', x''), ('a', 'null', null), ('a', 'text', 'ü😀')`)
    expect(contents(await readAll(store))).toEqual({
      'a/blob.html': new Uint8Array([0, 255, 97]),
      'a/bom.html': '\uFEFFx',
      'a/empty.html': '',
      'a/no bytes.html': new Uint8Array(),
      'a/null.html': '',
      'a/text.html': 'ü😀',
    })
  })

  test('are exact where JavaScript would change or cut them', async () => {
    const store = await openScript(`${PAGES} ${THOUSAND} insert into pages select 'many', i, 'fine' from n;
      insert into pages values
      ('a', '1', cast(x'61ff62' as text)), ('a', '2', 'a' || char(0) || 'é'), ('a', '3', char(0)), ('a', '4', char(65533)),
      ('a', '5', cast(x'eda080' as text)), ('a', '6', cast(x'f09080' as text)), ('a', '7', char(65279, 65533)), ('z', '7', cast(x'00ff' as text)), ('z', '8', 'fine')`)
    const all = await readAll(store)
    expect(all.problems).toEqual([])
    expect(all.rows.length).toBe(1009)
    expect(contents(all)).toMatchObject({
      'a/1.html': new Uint8Array([0x61, 0xff, 0x62]),
      'a/2.html': 'a\0é',
      'a/3.html': '\0',
      'a/4.html': '\uFFFD',
      'a/5.html': new Uint8Array([0xed, 0xa0, 0x80]),
      'a/6.html': new Uint8Array([0xf0, 0x90, 0x80]),
      'a/7.html': '\uFEFF\uFFFD',
      'z/7.html': new Uint8Array([0, 0xff]),
      'z/8.html': 'fine',
    })
  })

  test.each(['UTF-16le', 'UTF-16be'])('of a database in %s are the same texts', async (encoding) => {
    const store = await openScript(`pragma encoding = '${encoding}'; ${PAGES}
      insert into pages values ('a', '1', 'aé😀'), ('a', '2', 'a' || char(0) || 'b'), ('a', '3', char(65533)), ('a', '4', char(0x4e00, 0x4e00, 0)), ('ß', '5', '')`)
    expect(contents(await readAll(store))).toEqual({
      'a/1.html': 'aé😀', 'a/2.html': 'a\0b', 'a/3.html': '\uFFFD', 'a/4.html': '一一\0', 'ß/5.html': '',
    })
  })

  test('that are numbers are problems', async () => {
    const store = await openScript(`create table pages (site, slug, body);
      insert into pages values ('a', 'b', 9007199254740993), ('a', 'c', 1.5), ('a', 'd', '1.5')`)
    const { rows, problems } = await readAll(store)
    expect(rows.map(({ content }) => content)).toEqual(['1.5'])
    expect(problems).toEqual([
      { path: 'a/b.html', code: 'unsupported-value', message: 'Cannot read pages(site="a", slug="b"): the column "body" holds the number 9007199254740993. A file\'s content is text or bytes' },
      { path: 'a/c.html', code: 'unsupported-value', message: 'Cannot read pages(site="a", slug="c"): the column "body" holds the number 1.5. A file\'s content is text or bytes' },
    ])
  })
})

describe('keys', () => {
  test('that cannot be part of a path are problems', async () => {
    const store = await openScript(`create table pages (site, slug, body); insert into pages values
      ('a', null, ''), (null, null, ''), ('a', x'ff', ''), ('a', 'b' || char(0), ''), ('a', cast(x'ff' as text), ''), ('a', 'ok', '')`)
    const { rows, problems } = await readAll(store)
    expect(rows.map(({ path }) => path)).toEqual(['a/ok.html'])
    expect(problems).toEqual([
      { path: 'pages', code: 'null-key', message: 'Cannot read pages(site=NULL, slug=NULL): the key column "site" is NULL. Give it a value' },
      { path: 'pages', code: 'null-key', message: 'Cannot read pages(site="a", slug=NULL): the key column "slug" is NULL. Give it a value' },
      { path: 'pages', code: 'unsupported-key', message: 'Cannot read pages(site="a", slug=BLOB of 2 bytes): the key column "slug" holds bytes or a NUL character. Give it a text or a number' },
      { path: 'pages', code: 'unsupported-key', message: 'Cannot read pages(site="a", slug="\uFFFD"): the key column "slug" holds U+FFFD, which stands for invalid text. Give it a text or a number' },
      { path: 'pages', code: 'unsupported-key', message: 'Cannot read pages(site="a", slug=BLOB of 1 bytes): the key column "slug" holds bytes or a NUL character. Give it a text or a number' },
    ])
  })

  test('that make too long a name are problems', async () => {
    const store = await openScript(`${PAGES} insert into pages values ('a', printf('%.250c', 'x'), ''), ('a', printf('%.251c', 'x'), '')`)
    const { rows, problems } = await readAll(store)
    expect(rows.map(({ path }) => path.length)).toEqual([257])
    const shown = `${'x'.repeat(80)}…`
    expect(problems).toEqual([{
      path: `a/${'x'.repeat(251)}.html`,
      code: 'name-too-long',
      message: `Cannot read pages(site="a", slug="${shown}"): the name "${shown}" is longer than 255 bytes. Shorten the value, or change the path pattern`,
    }])
  })

  test.each([1, 600])('that occur twice are problems, also over the border of a chunk (%i more)', async (copies) => {
    const store = await openScript(`${PAGES} ${THOUSAND} insert into pages select 'a', printf('%04d', i), i from n;
      insert into pages select 'a', '0256', 'copy' from pages limit ${copies};
      insert into pages values ('a', '1000', cast(x'ff' as text)), ('A', '0001', '')`)
    const { rows, problems } = await readAll(store)
    expect(rows.length).toBe(999)
    expect(new Set(rows.map(({ path }) => path)).size).toBe(999)
    expect(problems).toEqual([
      { path: 'a/0256.html', code: 'duplicate-row', message: `Cannot read pages(site="a", slug="0256"): ${copies + 1} rows have this key. Name the columns in key that tell them apart` },
      { path: 'a/1000.html', code: 'duplicate-row', message: 'Cannot read pages(site="a", slug="1000"): 2 rows have this key. Name the columns in key that tell them apart' },
    ])
  })

  test('that occur twice are told once, also where the texts are not exact', async () => {
    const store = await openScript(`${PAGES} insert into pages values
      ('a', '1', cast(x'ff' as text)), ('a', '1', cast(x'ff' as text)), ('a', '2', cast(x'ff' as text))`)
    const { rows, problems } = await readAll(store)
    expect(rows.map(({ path }) => path)).toEqual(['a/2.html'])
    expect(problems.map(({ path }) => path)).toEqual(['a/1.html'])
  })

  test('name rows in messages', async () => {
    expect(describeRow('pages', ['site', 'slug'], ['a', 'say "b"'])).toBe('pages(site="a", slug="say \\"b\\"")')
    const store = await openScript(PAGES)
    expect(store.describe({ collection: 'pages', key: ['a', 'b'] })).toBe('pages(site="a", slug="b")')
    expect(store.describe({ collection: 'gone', key: ['a', 'b'] })).toBe('gone("a", "b")')
  })
})

describe('a mapping that does not fit', () => {
  test('is refused when the view is broken', async () => {
    const { directory, file } = makeDatabase(`create table t (a); create view pages as select * from t; drop table t`)
    const error = await failure(open(directory))
    expect(error).toMatchObject({ code: 'store-unreadable', path: file })
    expect(error.message).toMatch(/no such table: main\.t/)
  })
})

describe('one moment', () => {
  const script = `${PAGES} ${THOUSAND} insert into pages select 'a', printf('%04d', i), printf('%.2000c', 'x') from n`

  test.each(['at the end', 'after a break', 'after an error'])('the lock is released %s', async (how) => {
    const { directory, file } = makeDatabase(script)
    const store = await open(directory)
    const writer = new DatabaseSync(file)
    onTestFinished(() => writer.close())
    writer.exec('pragma busy_timeout = 0')
    const write = (): void => writer.exec('begin exclusive; commit')
    const visit = async (): Promise<void> => {
      for await (const _ of store.read()) {
        expect(write).toThrow(/locked/)
        if (how === 'after a break') break
        if (how === 'after an error') throw new Error('enough')
      }
    }
    const outcome = await visit().then(() => 'done', (error: unknown) => String(error))
    expect(outcome).toBe(how === 'after an error' ? 'Error: enough' : 'done')
    write()
    expect((await readAll(store)).rows.length).toBe(1000)
  })

  test('damage amid the rows is an error, not fewer rows', async () => {
    const { directory, file } = makeDatabase(`create table pages (site, slug, body, primary key (site, slug)) without rowid;
      insert into pages select 'a', printf('%04d', value), printf('%.2000c', 'x') from (${THOUSAND} select i as value from n)`)
    const handle = openSync(file, 'r+')
    writeSync(handle, new Uint8Array(4096), 0, 4096, Math.floor(statSync(file).size / 4096 * 0.7) * 4096)
    closeSync(handle)
    const store = await open(directory)
    let rows = 0
    const error = await failure((async () => {
      for await (const chunk of store.read()) rows += chunk.rows.length
    })())
    expect(rows).toBeGreaterThan(200)
    const message = `Cannot read the store ${file}: the database is damaged. Check it with "pragma integrity_check"`
    expect(error).toMatchObject({ code: 'store-unreadable', message, path: file, errno: 'SQLITE_CORRUPT' })
  })

  test('a row that cannot be computed is an error', async () => {
    const { directory } = makeDatabase(`${PAGES} insert into pages values ('a', 1, 1), ('a', 2, '-9223372036854775808'), ('a', 3, 3);
      create view v as select site, slug, char(64 + abs(cast(body as integer))) as body from pages`)
    const store = await open(directory, { collections: [{ ...pages, table: 'v' }] })
    expect(await failure(readAll(store))).toMatchObject({ code: 'store-unreadable', message: expect.stringMatching(/integer overflow|it stopped after 0 rows/) })
  })
})

import { assert, asyncProperty, bigInt, constant, double, oneof, string, uint8Array } from 'fast-check'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, onTestFinished, test } from 'vitest'
import { digestOf } from '../../src/digest.ts'
import type { Store } from '../../src/store/store.ts'
import type { TableCollection } from '../../src/store/open.ts'
import { changeAt, collection, execute, literals, makeDatabase, open, pages } from './fixtures.ts'
import { putBack, remove } from './put-back.ts'

/** A store, with what its table holds: each value with its kind and its bytes. */
interface Shelf {
  readonly store: Store
  readonly file: string
  held(): string[]
}

async function shelf(script: string, of: TableCollection = pages): Promise<Shelf> {
  const { directory, file } = makeDatabase(script)
  const store = await open(directory, { collections: [of] })
  return { store, file, held: () => exactly(file, of.table) }
}

function exactly(file: string, table: string): string[] {
  const db = new DatabaseSync(file)
  const names = db.prepare('select name from pragma_table_xinfo(?) where hidden <> 1').all(table).map(({ name }) => `"${String(name)}"`)
  db.close()
  return literals(file, `(select ${names.map((name, index) => `typeof(${name}) || ' ' || hex(${name}) || ' ' || quote(${name}) as c${index}`).join()} from "${table}")`,
    names.map((_, index) => `c${index}`))
}

const EXTRAS = `create table pages (id integer primary key, site text, slug text, body text, title text not null, hits int default 4, price real, data blob, "any" ,
  len int generated always as (length(title)) stored, up text as (upper(slug)), unique (site, slug));`

describe('a row that is inserted again', () => {
  test('has all its columns, with their types', async () => {
    const { store, held } = await shelf(`${EXTRAS} insert into pages (id, site, slug, body, title, hits, price, data, "any") values
      (7, 'a', '1', 'one', 'Äöü "x"', 9007199254740993, 2.0, x'00ff', 3.0), (9, 'a', '2', 'two', '', null, 1e400, x'', -0.0), (5, 'a', '3', '', '7', 'x', -1.5, 'text', x'61')`)
    const before = held()
    for (const path of ['a/2.html', 'a/1.html', 'a/3.html']) {
      expect(await putBack(store, await changeAt(store, path, undefined))).toMatchObject({ committed: true, outcomes: [{ kind: 'done', written: true }] })
      expect(held()).toEqual(before)
    }
  })

  test.each(['UTF-8', 'UTF-16le'])('has texts that are none, and of any characters (%s)', async (encoding) => {
    const { store, held } = await shelf(`pragma encoding = '${encoding}'; ${EXTRAS} insert into pages (site, slug, body, title, "any") values
      ('a', '1', 'one', 'x' || char(0) || 'y' || char(65279), cast(x'feffffff' as text)), ('a', '2', cast(x'00d8ff' as text), cast(x'fffe6100' as text), null)`)
    const before = held()
    for (const path of ['a/1.html', 'a/2.html']) {
      await putBack(store, await changeAt(store, path, undefined))
      expect(held()).toEqual(before)
    }
  })

  test('has the kind of content that it had, NULL too', async () => {
    const { store, held } = await shelf(`create table pages (site text, slug text, body, primary key (site, slug));
      insert into pages values ('a', 'null', null), ('a', 'empty', ''), ('a', 'no-bytes', x''), ('a', 'bytes', x'61'), ('a', 'text', 'a')`)
    const before = held()
    for (const slug of ['null', 'empty', 'no-bytes', 'bytes', 'text']) expect(await putBack(store, await changeAt(store, `a/${slug}.html`, undefined))).toMatchObject({ committed: true })
    expect(held()).toEqual(before)
  })

  test('has its key as it was', async () => {
    const { store, held } = await shelf("create table pages (site, slug, body text); insert into pages values ('a', 1, 'number'), (2, '2', 'text'), ('a', 1.5, 'real')")
    const before = held()
    for (const path of ['a/1.html', '2/2.html', 'a/1.5.html']) expect(await putBack(store, await changeAt(store, path, undefined))).toMatchObject({ committed: true })
    expect(held()).toEqual(before)
  })

  test('does not have its columns set anew', async () => {
    const of = { ...pages, set: { changed: 'now', version: 'increment', by: { value: 'rowtree' } } } as const
    const { store, held } = await shelf(`create table pages (site text, slug text, body text, changed int, version int, by text, primary key (site, slug));
      insert into pages values ('a', '1', 'one', 12, 34, 'me')`, of)
    const before = held()
    await putBack(store, await changeAt(store, 'a/1.html', undefined))
    expect(held()).toEqual(before)
  })

  test('has columns that were added since the store was opened', async () => {
    const { store, file, held } = await shelf(`create table pages (site text, slug text, body text, primary key (site, slug)); insert into pages values ('a', '1', 'one'), ('a', '2', 'two')`)
    await putBack(store, await changeAt(store, 'a/1.html', undefined))
    execute(file, "alter table pages add column title text; update pages set title = 'dear'")
    const before = held()
    await putBack(store, await changeAt(store, 'a/1.html', undefined))
    expect(held()).toEqual(before)
  })

  test('is left alone where somebody else made one', async () => {
    const { store, file, held } = await shelf(`${EXTRAS} insert into pages (site, slug, body, title) values ('a', '1', 'one', 'mine')`)
    const back = await remove(store, await changeAt(store, 'a/1.html', undefined))
    execute(file, "insert into pages (site, slug, body, title) values ('a', '1', 'theirs', 'theirs')")
    const before = held()
    expect(await store.apply([back], () => {})).toEqual({ committed: true, outcomes: [{ kind: 'changed' }] })
    expect(held()).toEqual(before)
  })

  test.each([
    ['its id was given away', "insert into pages (id, site, slug, body, title) values (7, 'b', '1', '', '')", 'UNIQUE constraint failed: pages.id'],
    ['a column is gone', 'alter table pages drop column price', 'table pages has no column named price'],
  ])('is refused where %s', async (_, script, words) => {
    const { store, file, held } = await shelf(`${EXTRAS} insert into pages (id, site, slug, body, title) values (7, 'a', '1', 'one', 'mine')`)
    const back = await remove(store, await changeAt(store, 'a/1.html', undefined))
    execute(file, script)
    const before = held()
    const message = `Cannot write pages(site="a", slug="1"): the database refused it: ${words}`
    expect(await store.apply([back], () => {})).toEqual({ committed: false, problem: { path: 'a/1.html', code: 'row-refused', message } })
    expect(held()).toEqual(before)
  })

  test('is refused where its content was another column', async () => {
    const { directory, file } = makeDatabase(`${EXTRAS} insert into pages (site, slug, body, title) values ('a', '1', 'one', 'mine')`)
    const store = await open(directory)
    const back = await remove(store, await changeAt(store, 'a/1.html', undefined))
    const other = await open(directory, { collections: [{ ...pages, content: ['title'] }] })
    const message = 'Cannot write pages(site="a", slug="1"): its content was not of the same columns when it was deleted: "body". Give "content" the columns that it had then'
    expect(await other.apply([back], () => {})).toEqual({ committed: false, problem: { path: 'a/1.html', code: 'row-refused', message } })
    expect(exactly(file, 'pages')).toEqual([])
  })
})

describe('a structured row that is inserted again', () => {
  const items = collection('items', ['id'], '{id}.yaml', ['title', 'size'], { updates: 'increment' })

  test('has all its columns', async () => {
    const { store, held } = await shelf(`create table items (n integer primary key, id text, title text, size, updates int, note text);
      insert into items values (3, 'a', null, 2.0, 5, 'note'), (2, 'b', cast(x'61ff' as text), x'', 5, null), (1, 'c', x'61ff', '', 5, '')`, items)
    const before = held()
    for (const path of ['a.yaml', 'b.yaml', 'c.yaml']) {
      await putBack(store, await changeAt(store, path, undefined))
      expect(held()).toEqual(before)
    }
  })

  test('may be said in the words of its file', async () => {
    const { store, held } = await shelf("create table items (id text, title text, size, updates int); insert into items values ('a', 'x', 2, 5)", items)
    const before = held()
    const back = await remove(store, await changeAt(store, 'a.yaml', undefined))
    expect(await store.apply([{ ...back, content: Buffer.from('# two\nsize: 2\ntitle: "x"\n') }], () => {})).toMatchObject({ committed: true })
    expect(held()).toEqual(before)
  })
})

test('any row comes back as it was', async () => {
  const value = oneof(string({ unit: 'binary' }), constant(null), bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), double({ noNaN: true }), uint8Array())
  const { store, file, held } = await shelf('create table pages (site text, slug text, body text, a, b text, c int, d real, e blob, f numeric, primary key (site, slug))')
  const db = new DatabaseSync(file)
  onTestFinished(() => db.close())
  const insert = db.prepare("insert or replace into pages values ('a', '1', ?, ?, ?, ?, ?, ?, ?)")
  await assert(asyncProperty(string({ unit: 'binary' }), value, value, async (body, one, two) => {
    insert.run(body, one, two, one, two, one, two)
    const before = held()
    expect(await putBack(store, await changeAt(store, 'a/1.html', undefined))).toMatchObject({ committed: true })
    expect(held()).toEqual(before)
  }), { numRuns: 60 })
})

test('only deletions have a rest', async () => {
  const { store } = await shelf("create table pages (site text, slug text, body text); insert into pages values ('a', '1', 'one'), ('a', '2', 'two'), ('a', '3', 'three'), ('a', '4', 'four')")
  const changes = [
    await changeAt(store, 'a/1.html', 'new'), await changeAt(store, 'a/2.html', undefined), { ...(await changeAt(store, 'a/3.html', undefined)), expected: digestOf('other') },
    await changeAt(store, 'a/4.html', 'four'), await changeAt(store, 'a/5.html', 'five'), await changeAt(store, 'a/6.html', undefined),
  ]
  let kept: readonly (Uint8Array | undefined)[] = []
  await store.apply(changes, (_, __, rests) => (kept = rests))
  expect(kept.map((rest) => rest !== undefined)).toEqual([false, true, false, false, false, false])
})

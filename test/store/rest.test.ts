import { assert, asyncProperty, bigInt, constant, double, oneof, string, uint8Array } from 'fast-check'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Store } from '../../src/store/store.ts'
import type { TableCollection } from '../../src/store/open.ts'
import { changeAt, collection, literals, makeDatabase, open, pages } from './fixtures.ts'
import { putBack } from './put-back.ts'

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

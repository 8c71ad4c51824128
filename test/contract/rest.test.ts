import { describe, expect, test } from 'vitest'
import { digestOf } from '../../src/digest.ts'
import type { Store } from '../../src/store/store.ts'
import { changeAt, collection, pages } from '../store/fixtures.ts'
import { putBack, remove } from '../store/put-back.ts'
import { describeEach } from '../support/servers.ts'
import { openFresh, openOn, PAGES, sorted } from './shelf.ts'

const EXTRAS = `create table pages (id $id, site $key, slug $key, body $text, title $key not null, hits int default 4, price $real, data $bytes, cost decimal(20,4), born date,
  up $key generated always as (upper(slug)) stored, unique (site, slug)) $transactional;`
const COLUMNS = 'select id, site, slug, body, title, hits, price, data, cost, born, up from pages'
const MINE = `${EXTRAS} insert into pages (id, site, slug, body, title) values (7, 'a', '1', 'one', 'mine');`

describeEach('a row that is inserted again', (trial) => {
  const shelf = (script: string): Promise<Store> => openFresh(trial, script)

  test('has all its columns, with their types', async () => {
    const store = await shelf(`${EXTRAS} insert into pages (id, site, slug, body, title, hits, price, data, cost, born) values
      (7, 'a', '1', 'one', 'Äöü "x" \\\\', 2147483647, 0.1, $hex(00ff), 12345678901234.5678, '2026-02-03'), (9, 'a', '2', 'two', '', null, null, null, null, null),
      (5, 'a', '3', null, '7', -1, -1.5e300, $hex(), -0.5, '1999-12-31')`)
    const before = await sorted(trial, COLUMNS)
    for (const path of ['a/2.html', 'a/1.html', 'a/3.html']) {
      expect(await putBack(store, await changeAt(store, path, undefined))).toMatchObject({ committed: true, outcomes: [{ kind: 'done', written: true }] })
      expect(await sorted(trial, COLUMNS)).toEqual(before)
    }
    expect(before.length).toBe(3)
  })

  test('has columns of every other type', async () => {
    const types: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
      sqlite: [['numeric', '1.5'], ['boolean', '1'], ['', "'x'"], ['', '9007199254740993'], ['', "x'00'"]],
      mysql: [
        ['json', `'{"a": [1, null]}'`], ["enum('x','y')", "'y'"], ["set('x','y')", "'x,y'"], ['bit(9)', "b'101010101'"], ['year', '2026'], ['time(3)', "'-12:34:56.789'"], ['timestamp null', "'2026-02-03 04:05:06'"],
        ['datetime(6)', "'2026-02-03 04:05:06.123456'"], ['bigint unsigned', '18446744073709551615'], ['float', '0.1'], ['binary(3)', "x'0100ff'"], ['char(5) character set latin1', "'é'"], ['point', 'point(1,2)'],
        ['decimal(65,30)', '12345678901234567890123456789012345.123456789012345678901234567890'], ['tinyint(1)', '1'], ['varchar(9) character set ucs2', "'é'"],
      ],
      postgres: [
        ['jsonb', `'{"a": [1, null]}'`], ['json', `'{"b" :1}'`], ['boolean', 'true'], ['uuid', "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'"], ['int[]', "'{{1,2},{3,NULL}}'"], ['text[]', `'{"a,b","\\"",NULL}'`], ['inet', "'10.0.0.0/8'"],
        ['interval', "'1 year 2 days 03:04:05.678'"], ['timestamptz', "'2026-02-03 04:05:06.123456+02'"], ['timestamp', "'infinity'"], ['timetz', "'04:05:06+02'"], ['numeric', '123456789012345678901234567890.1234567890'], ['numeric', "'NaN'"],
        ['real', '0.1'], ['float8', "'-Infinity'"], ['money', '12.34'], ['bit(3)', "b'101'"], ['point', "'(1,2)'"], ['tsvector', "'a b'"], ['int4range', "'[1,5)'"], ['char(5)', "'ab'"], ['xml', "'<a/>'"], ['date', "'0044-03-15 BC'"],
      ],
    }
    const all = types[trial.kind]!
    const store = await shelf(`create table pages (site $key not null, slug $key not null, body $text, ${all.map(([type], index) => `c${index} ${type}`).join(', ')}, primary key (site, slug)) $transactional;
      insert into pages values ('a', '1', 'one', ${all.map(([, value]) => value).join(', ')}), ('a', '2', 'two', ${all.map(() => 'null').join(', ')})`)
    const before = await sorted(trial, 'select * from pages')
    for (const path of ['a/1.html', 'a/2.html']) {
      expect([path, await putBack(store, await changeAt(store, path, undefined))]).toMatchObject([path, { committed: true, outcomes: [{ kind: 'done', written: true }] }])
      expect(await sorted(trial, 'select * from pages')).toEqual(before)
    }
    expect(before.length).toBe(2)
  })

  test('has the content that it had, NULL too', async () => {
    const store = await shelf(`${PAGES} insert into pages values ('a', 'null', null), ('a', 'empty', ''), ('a', 'text', 'a')`)
    const before = await sorted(trial, 'select * from pages')
    for (const slug of ['null', 'empty', 'text']) expect(await putBack(store, await changeAt(store, `a/${slug}.html`, undefined))).toMatchObject({ committed: true })
    expect(await sorted(trial, 'select * from pages')).toEqual(before)
  })

  test('has its id, also where that is 0', async () => {
    const store = await shelf(`${EXTRAS} insert into pages (site, slug, body, title) values ('a', '1', 'one', ''); update pages set id = 0`)
    expect(await putBack(store, await changeAt(store, 'a/1.html', undefined))).toMatchObject({ committed: true })
    expect(await sorted(trial, 'select id, slug from pages')).toEqual([['0', '1']])
  })

  test('has columns that were added since the store was opened', async () => {
    const store = await shelf(`${PAGES} insert into pages values ('a', '1', 'one'), ('a', '2', 'two')`)
    await putBack(store, await changeAt(store, 'a/1.html', undefined))
    await trial.execute("alter table pages add column title $key; update pages set title = 'dear'")
    const before = await sorted(trial, 'select * from pages')
    await putBack(store, await changeAt(store, 'a/1.html', undefined))
    expect(await sorted(trial, 'select * from pages')).toEqual(before)
  })

  test('is left alone where somebody else made one', async () => {
    const store = await shelf(MINE)
    const back = await remove(store, await changeAt(store, 'a/1.html', undefined))
    await trial.execute("insert into pages (id, site, slug, body, title) values (8, 'a', '1', 'theirs', 'theirs')")
    const before = await sorted(trial, COLUMNS)
    expect(await store.apply([back], () => {})).toEqual({ committed: true, outcomes: [{ kind: 'changed' }] })
    expect(await sorted(trial, COLUMNS)).toEqual(before)
  })

  test.each([
    ['its id was given away', "insert into pages (id, site, slug, body, title) values (7, 'b', '1', '', '')"],
    ['a column is gone', 'alter table pages drop column price'],
  ])('is refused where %s', async (_, script) => {
    const store = await shelf(MINE)
    const back = await remove(store, await changeAt(store, 'a/1.html', undefined))
    await trial.execute(script)
    const before = await sorted(trial, 'select * from pages')
    expect(await store.apply([back], () => {})).toMatchObject({ committed: false, problem: { path: 'a/1.html', code: 'row-refused', message: expect.stringMatching(/^Cannot write pages\(site="a", slug="1"\): /) as string } })
    expect(await sorted(trial, 'select * from pages')).toEqual(before)
  })

  test('is refused where its content was another column', async () => {
    const store = await shelf(MINE)
    const back = await remove(store, await changeAt(store, 'a/1.html', undefined))
    const other = await openOn(trial, { collections: [{ ...pages, content: ['title'] }] })
    const message = 'Cannot write pages(site="a", slug="1"): its content was not of the same columns when it was deleted: "body". Give "content" the columns that it had then'
    expect(await other.apply([back], () => {})).toEqual({ committed: false, problem: { path: 'a/1.html', code: 'row-refused', message } })
    expect(await sorted(trial, COLUMNS)).toEqual([])
  })

  describe('and is structured', () => {
    const items = collection('items', ['id'], '{id}.yaml', ['title', 'size'], { updates: 'increment' })
    const script = "create table items (n $id, id $key, title $text, size $real, updates int, note $text) $transactional; insert into items values (3, 'a', null, 2.0, 5, 'note'), (2, 'b', 'x', null, 5, null)"

    test('has all its columns', async () => {
      const store = await openFresh(trial, script, { collections: [items] })
      const before = await sorted(trial, 'select * from items')
      for (const path of ['a.yaml', 'b.yaml']) {
        await putBack(store, await changeAt(store, path, undefined))
        expect(await sorted(trial, 'select * from items')).toEqual(before)
      }
    })

    test('may be said in the words of its file', async () => {
      const store = await openFresh(trial, script, { collections: [items] })
      const before = await sorted(trial, 'select * from items')
      const back = await remove(store, await changeAt(store, 'b.yaml', undefined))
      expect(await store.apply([{ ...back, content: Buffer.from('# b\nsize: ~\ntitle: "x"\n') }], () => {})).toMatchObject({ committed: true })
      expect(await sorted(trial, 'select * from items')).toEqual(before)
    })
  })

  test('is the only one that has a rest', async () => {
    const store = await shelf(`${PAGES} insert into pages values ('a', '1', 'one'), ('a', '2', 'two'), ('a', '3', 'three'), ('a', '4', 'four')`)
    const changes = [
      await changeAt(store, 'a/1.html', 'new'), await changeAt(store, 'a/2.html', undefined), { ...(await changeAt(store, 'a/3.html', undefined)), expected: digestOf('other') },
      await changeAt(store, 'a/4.html', 'four'), await changeAt(store, 'a/5.html', 'five'), await changeAt(store, 'a/6.html', undefined),
    ]
    let kept: readonly (Uint8Array | undefined)[] = []
    await store.apply(changes, (_, __, rests) => (kept = rests))
    expect(kept.map((rest) => rest !== undefined)).toEqual([false, true, false, false, false, false])
  })
})

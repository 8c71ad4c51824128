import { expect, test } from 'vitest'
import type { Store } from '../../src/store/store.ts'
import { contents, findOne, put, readAll } from '../store/fixtures.ts'
import { describeEach, type Person, type Trial } from '../support/servers.ts'
import { LOOSE, openFresh, openOn, PAGES, somebody } from './shelf.ts'

const TWO = "insert into pages values ('a', '1', 'one'), ('a', '2', 'two')"

interface Watched {
  readonly store: Store
  readonly other: Person
  /** Whether the token is another one than at the last call. */
  moved(): Promise<boolean>
}

async function watched(trial: Trial, script: string): Promise<Watched> {
  const store = await openFresh(trial, script)
  const other = await somebody(trial)
  let before = await store.token()
  return {
    store, other,
    async moved() {
      const now = await store.token()
      const result = now !== before
      before = now
      return result
    },
  }
}

const EDITS: readonly (readonly [what: string, script: string])[] = [
  ['an edit', "update pages set body = 'theirs'"],
  ['an edit of one letter', "update pages set body = 'twO' where slug = '2'"],
  ['an edit of one letter to its other case', "update pages set body = 'Two' where slug = '2'"],
  ['a space at the end', "update pages set body = 'two ' where slug = '2'"],
  ['a NULL', "update pages set body = null where slug = '2'"],
  ['a new row', "insert into pages values ('b', 'new', 'new')"],
  ['a new row like another one', "insert into pages values ('b', '1', 'one')"],
  ['a row that is gone', "delete from pages where slug = '2'"],
  ['rows that are gone', 'delete from pages'],
  ['contents that were swapped', "update pages set body = case slug when '1' then 'two' else 'one' end"],
  ['keys that were swapped', "update pages set slug = 'x' where slug = '1'; update pages set slug = '1' where slug = '2'; update pages set slug = '2' where slug = 'x'"],
]

describeEach('the token', (trial) => {
  test('stays while nothing is committed', async () => {
    const { store, other, moved } = await watched(trial, PAGES + TWO)
    expect(await moved()).toBe(false)
    await readAll(store)
    await store.find(['a/1.html'])
    await store.count()
    await other.query('select * from pages')
    expect(await moved()).toBe(false)
    await other.execute("begin; update pages set body = 'never'; rollback")
    expect(await moved()).toBe(false)
  })

  test.each([['an index', PAGES], ['none', LOOSE]])('moves for whatever another program commits, once, before and after rows are written, with %s', async (_, table) => {
    for (const own of [false, true]) {
      const { store, other, moved } = await watched(trial, table + TWO)
      for (const [what, script] of EDITS) {
        if (own) {
          await put(store, { 'c/mine.html': `mine at ${what}` })
          await moved()
        }
        await other.execute(script)
        expect([own, what, await moved(), await moved()]).toEqual([own, what, true, false])
        await other.execute(`delete from pages; ${TWO}`)
        await moved()
      }
    }
  })

  test('stays for own writing, from the second time on', async () => {
    const { store, moved } = await watched(trial, PAGES + TWO)
    await put(store, { 'a/1.html': 'first' })
    await moved()
    for (const content of ['second', undefined, 'third']) {
      await put(store, { 'a/1.html': content, 'b/1.html': content })
      expect(await moved()).toBe(false)
    }
    await expect(store.apply([{ path: 'a/9.html', collection: 'pages', key: ['a', '9'], expected: undefined, content: new Uint8Array([0x61]) }], () => { throw new Error('no') })).rejects.toThrow('no')
    expect(await moved()).toBe(false)
  })

  test('loses nothing that is committed before, between and after own writing', async () => {
    const { store, other, moved } = await watched(trial, PAGES + TWO)
    await put(store, { 'a/1.html': 'first' })
    await moved()
    await other.execute("update pages set body = 'theirs' where slug = '2'")
    await put(store, { 'a/1.html': 'second' })
    expect(await moved()).toBe(true)
    await put(store, { 'a/1.html': 'third' })
    await other.execute("update pages set body = 'again' where slug = '2'")
    await put(store, { 'a/1.html': 'fourth' })
    expect(await moved()).toBe(true)
    await put(store, { 'a/1.html': 'fifth' })
    expect(await moved()).toBe(false)
  })

  test('moves where somebody else takes back what was written', async () => {
    const { store, other, moved } = await watched(trial, PAGES + TWO)
    await put(store, { 'a/1.html': 'first' })
    await moved()
    await put(store, { 'a/1.html': 'second' })
    await other.execute("update pages set body = 'first' where slug = '1'")
    expect(await moved()).toBe(true)
  })

  test('moves where somebody else\'s edit comes with own writing of the same row', async () => {
    const { store, other, moved } = await watched(trial, PAGES + TWO)
    await put(store, { 'a/1.html': 'first' })
    await moved()
    const found = await findOne(store, 'a/1.html')
    expect(found.kind).toBe('row')
    await put(store, { 'a/1.html': 'mine' })
    await other.execute("update pages set body = 'theirs' where slug = '1'")
    await put(store, { 'a/2.html': 'mine' })
    expect(await moved()).toBe(true)
    expect(contents(await readAll(store))).toEqual({ 'a/1.html': 'theirs', 'a/2.html': 'mine' })
  })

  test('moves for what is committed while rows are read', async () => {
    const { store, other, moved } = await watched(trial, (trial.kind === 'sqlite' ? 'pragma journal_mode = wal;' : '') + PAGES + TWO)
    for await (const _ of store.read()) await other.execute("update pages set body = 'theirs'")
    expect(await moved()).toBe(true)
    expect(contents(await readAll(store))['a/1.html']).toBe('theirs')
    expect(await moved()).toBe(false)
  })

  test('moves for what another engine writes, and not for what it reads', async () => {
    const { moved } = await watched(trial, PAGES + TWO)
    const second = await openOn(trial)
    await readAll(second)
    await second.token()
    expect(await moved()).toBe(false)
    await put(second, { 'a/1.html': 'theirs' })
    expect(await moved()).toBe(true)
  })

  test('moves for a transaction that was begun before the token was taken', async () => {
    const { store, other, moved } = await watched(trial, (trial.kind === 'sqlite' ? 'pragma journal_mode = wal;' : '') + PAGES + TWO)
    await other.execute("begin; update pages set body = 'theirs' where site = 'a' and slug = '1'")
    await moved()
    if (trial.kind !== 'sqlite') await put(store, { 'b/x.html': 'mine' })
    await moved()
    await other.execute('commit')
    expect(await moved()).toBe(true)
  })
})

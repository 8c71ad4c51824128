import { DatabaseSync } from 'node:sqlite'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Store } from '../../src/store/store.ts'
import { runScript } from '../support/script.ts'
import { contents, execute, makeDatabase, open, put, readAll } from './fixtures.ts'
import { BOARD, BOARD_TABLES } from './mybb-board.ts'

const PAGES = "create table pages (site text, slug text, body text, primary key (site, slug)); insert into pages values ('a', '1', 'one'), ('a', '2', 'two');"

interface Watched {
  readonly store: Store
  readonly file: string
  readonly directory: string
  /** Another program's connection. */
  readonly other: DatabaseSync
  /** Whether the token is another one than at the last call. */
  moved(): Promise<boolean>
}

async function watched(mode: string): Promise<Watched> {
  const { directory, file } = makeDatabase(`pragma journal_mode = ${mode}; ${PAGES}`)
  const store = await open(directory)
  const other = new DatabaseSync(file)
  onTestFinished(() => other.close())
  let before = await store.token()
  return {
    store, file, directory, other,
    async moved() {
      const now = await store.token()
      const result = now !== before
      before = now
      return result
    },
  }
}

describe.each(['delete', 'wal'])('the token (journal mode %s)', (mode) => {
  test('stays while nothing is committed', async () => {
    const { store, other, moved } = await watched(mode)
    expect(await moved()).toBe(false)
    await readAll(store)
    await store.find(['a/1.html'])
    await store.count()
    other.prepare('select * from pages').all()
    other.exec("begin; update pages set body = 'never'")
    expect(await moved()).toBe(false)
    other.exec('rollback')
    expect(await moved()).toBe(false)
  })

  test.each([
    ['an edit', "update pages set body = 'theirs'"],
    ['a new row', "insert into pages select 'b', count(*), 'new' from pages"],
    ['a row that is gone', 'delete from pages'],
    ['another table', 'create table more (a)'],
    ['a vacuum', 'vacuum'],
  ])('moves for %s of another program, once, before and after rows are written', async (_, statement) => {
    const { store, other, moved } = await watched(mode)
    other.exec(statement)
    expect(await moved()).toBe(true)
    expect(await moved()).toBe(false)
    await put(store, { 'c/mine.html': 'mine' })
    await moved()
    other.exec(statement.replace('more', 'most'))
    expect(await moved()).toBe(true)
    expect(await moved()).toBe(false)
  })

  test('moves for what another process commits', async () => {
    const { file, moved } = await watched(mode)
    await runScript(`import { DatabaseSync } from 'node:sqlite'
      const database = new DatabaseSync(process.argv[2])
      database.exec("update pages set body = 'theirs'")
      database.close()
      console.log(0)`, [file])
    expect(await moved()).toBe(true)
  })

  test('moves for what is written through an attached name', async () => {
    const { file, moved } = await watched(mode)
    const elsewhere = new DatabaseSync(':memory:')
    onTestFinished(() => elsewhere.close())
    elsewhere.exec(`attach '${file}' as board`)
    expect(await moved()).toBe(false)
    elsewhere.exec("update board.pages set body = 'theirs'")
    expect(await moved()).toBe(true)
  })

  test('stays for own writing, from the second time on', async () => {
    const { store, moved } = await watched(mode)
    await put(store, { 'a/1.html': 'first' })
    await moved()
    for (const content of ['second', undefined, 'third']) {
      await put(store, { 'a/1.html': content })
      expect(await moved()).toBe(false)
    }
  })

  test('loses nothing that is committed before, between and after own writing', async () => {
    const { store, other, moved } = await watched(mode)
    await put(store, { 'a/1.html': 'first' })
    await moved()
    other.exec("update pages set body = 'theirs' where slug = '2'")
    await put(store, { 'a/1.html': 'second' })
    expect(await moved()).toBe(true)
    await put(store, { 'a/1.html': 'third' })
    other.exec("update pages set body = 'again' where slug = '2'")
    await put(store, { 'a/1.html': 'fourth' })
    expect(await moved()).toBe(true)
    await put(store, { 'a/1.html': 'fifth' })
    expect(await moved()).toBe(false)
  })

  test('moves for what is committed while rows are read', async () => {
    const { store, other, moved } = await watched(mode)
    for await (const _ of store.read()) {
      // In a rollback journal nobody commits while others read.
      if (mode === 'wal') other.exec("update pages set body = 'theirs'")
    }
    if (mode !== 'wal') other.exec("update pages set body = 'theirs'")
    expect(await moved()).toBe(true)
    expect(contents(await readAll(store))['a/1.html']).toBe('theirs')
    expect(await moved()).toBe(false)
  })

  test('moves for what another engine writes, and not for what it reads', async () => {
    const { directory, moved } = await watched(mode)
    const second = await open(directory)
    await readAll(second)
    expect(await moved()).toBe(false)
    await put(second, { 'a/1.html': 'theirs' })
    expect(await moved()).toBe(true)
  })

  test('is that of one opening alone', async () => {
    const { store, directory } = await watched(mode)
    expect(await (await open(directory)).token()).not.toBe(await store.token())
  })
})

test('the token of a store with a write-ahead log hides nothing behind a checkpoint', async () => {
  const { store, other, moved } = await watched('wal')
  for (const own of [false, true]) {
    if (own) await put(store, { 'a/1.html': 'mine' })
    await moved()
    other.exec('pragma wal_checkpoint(truncate)')
    await moved()
    other.exec(`update pages set body = 'theirs ${own}' where slug = '2'`)
    expect(await moved()).toBe(true)
  }
})

test('the token of a board moves and stays likewise', async () => {
  const { directory, file } = makeDatabase(BOARD_TABLES + BOARD)
  const store = await open(directory, { preset: 'mybb' })
  const before = await store.token()
  expect(await store.token()).toBe(before)
  execute(file, "update mybb_templates set template = 'theirs' where tid = 5")
  expect(await store.token()).not.toBe(before)
})

test('the token waits for a lock that is held shortly, while all else goes on', async () => {
  const { other, moved } = await watched('delete')
  other.exec("begin exclusive; update pages set body = 'theirs'")
  setTimeout(() => other.exec('commit'))
  expect(await moved()).toBe(true)
})

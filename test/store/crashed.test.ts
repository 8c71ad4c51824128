import { copyFileSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, onTestFinished, test } from 'vitest'
import { CAN_MOUNT, makeReadOnly, mountTmpfs } from '../support/mounts.ts'
import { contents, failure, makeDatabase, open, put, readAll, temporaryDirectory } from './fixtures.ts'

const PAGES = "create table pages (site text, slug text, body text, primary key (site, slug)); insert into pages values ('a', '1', 'one'), ('a', '2', 'two')"

/** Makes a file what a program leaves of the pages that is killed amid a commit, with its journal beside. */
function crash(file: string): void {
  const copy = makeDatabase(PAGES).file
  const database = new DatabaseSync(copy)
  // With a cache this small the pages go to the file before the commit.
  database.exec("pragma cache_size = 1; begin; update pages set body = printf('%.*c', 20000, 'x')")
  for (const end of ['-journal', '']) copyFileSync(copy + end, file + end)
  database.exec('rollback')
  database.close()
}

/** The directory of a store that a program left amid a commit. */
function crashed(directory = temporaryDirectory()): string {
  crash(join(directory, 'store.db'))
  return directory
}

const BEFORE = { 'a/1.html': 'one', 'a/2.html': 'two' }

describe('a store that a program left amid a commit', () => {
  test('is as it was before', async () => {
    const store = await open(crashed())
    expect(await store.count()).toBe(2)
    expect(contents(await readAll(store))).toEqual(BEFORE)
    expect(await put(store, { 'a/1.html': 'new' })).toMatchObject({ committed: true })
  })

  test('is so behind a symlink, too', async () => {
    const directory = crashed()
    const other = join(directory, 'other')
    mkdirSync(other)
    symlinkSync('../store.db', join(other, 'link.db'))
    expect(contents(await readAll(await open(other, { url: 'sqlite:link.db' })))).toEqual(BEFORE)
  })

  test('is so where it was open before, for all ways to read', async () => {
    const { directory, file } = makeDatabase(PAGES)
    const store = await open(directory)
    await readAll(store)
    await store.find(['a/1.html'])
    crash(file)
    expect(contents(await readAll(store))).toEqual(BEFORE)
    crash(file)
    expect(await store.find(['a/1.html'])).toMatchObject([{ kind: 'row', row: { content: 'one' } }])
    crash(file)
    expect(await store.count()).toBe(2)
  })

  test.runIf(CAN_MOUNT)('is never read as it is where it cannot be put right', async () => {
    const directory = crashed(mountTmpfs(2_000_000))
    makeReadOnly(directory)
    const error = await failure(open(directory))
    expect(error.code).toBe('store-unreadable')
    expect(error.message).toMatch(/^Cannot read the store .*store\.db: a program died while it wrote\. Open it once/)
  })
})

test('a store is read while another program writes it', async () => {
  const { directory, file } = makeDatabase(PAGES)
  const other = new DatabaseSync(file)
  onTestFinished(() => other.close())
  other.exec("begin; update pages set body = 'theirs'")
  expect(contents(await readAll(await open(directory)))).toEqual(BEFORE)
  other.exec('commit')
})

import { copyFileSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Store } from '../../src/store/store.ts'
import { changeAt, contents, execute, failure, literals, makeDatabase, open, put, readAll, temporaryDirectory } from './fixtures.ts'

const pagesOf = (body: string): string => `create table pages (site text, slug text, body text, primary key (site, slug)); insert into pages values ('a', '1', '${body}');`

interface Replaceable {
  readonly store: Store
  readonly directory: string
  readonly file: string
  /** Another database, beside it. */
  readonly backup: string
}

async function replaceable(mode = 'delete'): Promise<Replaceable> {
  const { directory, file } = makeDatabase(`pragma journal_mode = ${mode}; ${pagesOf('one')}`)
  const backup = join(directory, 'backup.db')
  execute(backup, `pragma journal_mode = ${mode}; ${pagesOf('backup')}`)
  return { store: await open(directory), directory, file, backup }
}

/** Puts the backup in the place of the store, as one who knows SQLite does: a log that stayed would be read as that of the new file. */
function replace({ file, backup }: Replaceable): void {
  renameSync(file, `${file}.away`)
  for (const suffix of ['-wal', '-shm']) rmSync(file + suffix, { force: true })
  renameSync(backup, file)
}

/** What a file holds. */
function held(file: string): string {
  return literals(file, 'pages', ['body']).join()
}

describe('a store is current', () => {
  test('until another file takes its place', async () => {
    const { store, file, backup } = await replaceable()
    expect(store.isCurrent()).toBe(true)
    await put(store, { 'a/1.html': 'new' })
    execute(file, 'vacuum')
    expect(store.isCurrent()).toBe(true)
    renameSync(backup, file)
    expect(store.isCurrent()).toBe(false)
  })

  test('until it is removed, and again when the same file comes back', async () => {
    const { store, file } = await replaceable()
    renameSync(file, `${file}.away`)
    expect(store.isCurrent()).toBe(false)
    renameSync(`${file}.away`, file)
    expect(store.isCurrent()).toBe(true)
    unlinkSync(file)
    expect(store.isCurrent()).toBe(false)
  })

  test('while it is overwritten in its place, and read as it is then', async () => {
    const { store, file, backup } = await replaceable()
    await readAll(store)
    // SQLite knows the versions of a file by their number.
    execute(backup, 'vacuum')
    copyFileSync(backup, file)
    expect(store.isCurrent()).toBe(true)
    expect(contents(await readAll(store))).toEqual({ 'a/1.html': 'backup' })
  })

  test('until a link of its path leads elsewhere', async () => {
    const { directory, file, backup } = await replaceable()
    const link = join(directory, 'link.db')
    symlinkSync('store.db', link)
    const store = await open(directory, { url: 'sqlite:link.db' })
    expect(store.isCurrent()).toBe(true)
    unlinkSync(link)
    symlinkSync('backup.db', link)
    expect(store.isCurrent()).toBe(false)
    // The same file under another name: its journal would lie where no other program looks for it.
    renameSync(file, backup)
    expect(store.isCurrent()).toBe(false)
  })

  test('until its directory is another one', async () => {
    const directory = temporaryDirectory()
    for (const name of ['1', '2']) {
      mkdirSync(join(directory, name))
      execute(join(directory, name, 'store.db'), pagesOf(name))
    }
    const store = await open(join(directory, '1'))
    renameSync(join(directory, '1'), join(directory, '0'))
    expect(store.isCurrent()).toBe(false)
    renameSync(join(directory, '2'), join(directory, '1'))
    expect(store.isCurrent()).toBe(false)
  })

  test('until it is closed', async () => {
    const { store } = await replaceable()
    await store.close()
    expect(store.isCurrent()).toBe(false)
    await store.close()
  })
})

describe.each(['delete', 'wal'])('rows are not written into a file that was replaced (journal mode %s)', (mode) => {
  const replaced = 'its file was replaced or removed since it was opened. Run it again'

  test.each([false, true])('before the writing (written before: %s)', async (before) => {
    const all = await replaceable(mode)
    const { store, file } = all
    if (before) await put(store, { 'a/2.html': 'two' })
    const change = await changeAt(store, 'a/1.html', 'mine')
    replace(all)
    const error = await failure(store.apply([change], () => expect.unreachable()))
    expect(error).toMatchObject({ code: 'store-unwritable', path: file, message: `Cannot write the store ${file}: ${replaced}` })
    await store.close()
    expect(held(file)).toBe("'backup'")
    expect(held(`${file}.away`)).toMatch(/^'one'/)
  })

  test('amid the writing', async () => {
    const all = await replaceable(mode)
    const { store, file } = all
    await put(store, { 'a/2.html': 'two' })
    const change = await changeAt(store, 'a/1.html', 'mine')
    const error = await failure(store.apply([change], () => replace(all)))
    expect(error).toMatchObject({ code: 'store-unwritable', path: file, message: `Cannot write the store ${file}: ${replaced}` })
    await store.close()
    expect(held(file)).toBe("'backup'")
    expect(held(`${file}.away`)).toMatch(/^'one'/)
  })

  test('amid the commit', async () => {
    const all = await replaceable(mode)
    const { store, file } = all
    await put(store, { 'a/2.html': 'two' })
    const change = await changeAt(store, 'a/1.html', 'mine')
    const error = await failure(store.apply([change], () => queueMicrotask(() => replace(all))))
    expect(error).toMatchObject({ code: 'store-unwritable', path: file })
    await store.close()
    expect(held(file)).toBe("'backup'")
  })

  test('where it is gone', async () => {
    const { store, directory, file, backup } = await replaceable(mode)
    const change = await changeAt(store, 'a/1.html', 'mine')
    unlinkSync(file)
    unlinkSync(backup)
    expect(await failure(store.apply([change], () => expect.unreachable()))).toMatchObject({ code: 'store-missing', path: file })
    expect(readdirSync(directory).filter((name) => name.endsWith('.db'))).toEqual([])
  })
})

test('rows are not read from one file and found in another', async () => {
  const { store, file, backup } = await replaceable()
  await store.find(['a/1.html'])
  renameSync(backup, file)
  expect(await failure(readAll(store))).toMatchObject({ code: 'store-unreadable', path: file })
})

import { existsSync, readdirSync, renameSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openEngine } from '../../src/index.ts'
import { filesBelow } from '../support/project.ts'
import { site } from '../support/site.ts'
import { createPages, pagesConfig, samplePages, sql } from '../support/tables.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const PATH = 'north/page-000000.html'
const OTHER = 'south/page-000001.html'

describe.each(['delete', 'wal'])('an engine whose database is replaced (journal mode %s)', (mode) => {
  it('writes into the new one', async () => {
    const { engine, store, row, setFile, directory } = await site()
    sql(store, `pragma journal_mode = ${mode}`)
    setFile(PATH, 'first')
    expect(await engine.import()).toMatchObject({ imported: 1, problems: [] })
    sql(store, `vacuum into '${store}.backup'`)
    if (mode === 'wal') sql(`${store}.backup`, 'pragma journal_mode = wal')
    setFile(PATH, 'second')
    expect(await engine.import({ paths: [PATH] })).toMatchObject({ imported: 1, problems: [] })
    unlinkSync(store)
    for (const suffix of ['-wal', '-shm']) if (existsSync(store + suffix)) unlinkSync(store + suffix)
    renameSync(`${store}.backup`, store)
    expect(row(PATH)).toBe('first')

    setFile(OTHER, 'third')
    expect(await engine.import({ paths: [OTHER] })).toMatchObject({ imported: 1, problems: [], conflicts: [] })
    expect(row(OTHER)).toBe('third')
    // What the file had taken since is what the new row does not have.
    expect(await engine.status()).toMatchObject({ items: [{ path: PATH, state: 'store-changed' }] })
    expect(readdirSync(directory).filter((name) => name.startsWith('site.sqlite.'))).toEqual([])
  })
})

it('an engine whose database is gone says so, changes nothing, and goes on when it is back', async () => {
  const { engine, store, row, file, setFile, root, directory } = await site()
  setFile(PATH, 'edited')
  const away = join(directory, 'away.sqlite')
  renameSync(store, away)
  const before = filesBelow(root)
  for (const work of [() => engine.import({ delete: true }), () => engine.export({ prune: true }), () => engine.sync(), () => engine.status()]) {
    await expect(work()).rejects.toMatchObject({ code: 'store-missing', path: store })
  }
  expect(filesBelow(root)).toEqual(before)
  expect(file(PATH)).toBe('edited')
  expect(existsSync(store)).toBe(false)
  renameSync(away, store)
  expect(await engine.status()).toMatchObject({ items: [{ path: PATH, state: 'tree-changed' }], problems: [] })
  expect(await engine.import()).toMatchObject({ imported: 1, unchanged: 11, problems: [], conflicts: [] })
  expect(row(PATH)).toBe('edited')
})

it.each([0, 1, 2])('an engine whose database is gone is closed like any other, after %i cycles without it, and stays closed', async (cycles) => {
  const directory = temporaryDirectory()
  const store = createPages(directory, samplePages(2))
  const engine = await openEngine(pagesConfig(directory, { export: { fsync: 'off' } }))
  await engine.export()
  renameSync(store, `${store}.away`)
  for (let cycle = 0; cycle < cycles; cycle++) await expect(engine.import()).rejects.toMatchObject({ code: 'store-missing' })
  await engine.close()
  renameSync(`${store}.away`, store)
  await expect(engine.export()).rejects.toMatchObject({ code: 'store-unreadable' })
})

import process from 'node:process'
import { expect, test } from 'vitest'
import { site } from '../support/site.ts'
import { sql } from '../support/tables.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { pagesOf, textOf } from './pages.ts'
import { write } from './processes.ts'
import { differing, nothingLeft, rowsOf, rowsWithout, watched } from './watched.ts'

const SEED = Number(process.env['ROWTREE_STRESS_SEED'] ?? 1)

test('of 200 double saves no first one stays', async () => {
  const { engine, store, root } = await site(pagesOf(200, 'save-0'))
  sql(store, 'pragma journal_mode = wal')
  const session = await watched(engine, { poll: 'off', rescan: 'off' })
  await write('double-saves', { root, files: 200, seed: SEED, marks: ['save-1', 'save-2'] })
  await nothingLeft('stale rows', () => (session.check(), rowsWithout(store, 'save-2')))
  expect(differing(store, root)).toEqual([])
  expect(new Set(session.paths('imported')).size).toBe(200)
})

test('of 1,000 files that are written into new directories none is missed', async () => {
  const collections = { pages: { table: 'pages', key: ['site', 'slug'], path: '{site}/pages/{slug}.html', content: 'body' } }
  const { engine, store, root } = await site([], { collections })
  sql(store, 'pragma journal_mode = wal')
  const session = await watched(engine, { poll: 'off', rescan: 'off' })
  const paths = await write<string[]>('new-directories', { root, aside: temporaryDirectory(), directories: 100, files: 10, seed: SEED, mark: 'new' })
  await nothingLeft('files missed', () => {
    session.check()
    const rows = rowsOf(store)
    return paths.filter((path) => rowAt(rows, path) === undefined)
  })
  const rows = rowsOf(store)
  expect(paths.filter((path) => rowAt(rows, path) !== textOf(path, 'new'))).toEqual([])
  expect([paths.length, rows.size]).toEqual([1_000, 1_000])
})

test('of 10,000 files that are rewritten at once none is stale', async () => {
  const { engine, store, root } = await site(pagesOf(10_000, 'round-0'))
  sql(store, 'pragma journal_mode = wal')
  const session = await watched(engine, { poll: 'off', rescan: 'off' })
  await write('burst', { root, files: 10_000, mark: 'round-1' })
  await nothingLeft('stale rows', () => (session.check(), rowsWithout(store, 'round-1')))
  expect(differing(store, root)).toEqual([])
  expect(new Set(session.paths('imported')).size).toBe(10_000)
})

/** The row of a file that lies one directory deeper than its key. */
function rowAt(rows: ReadonlyMap<string, string>, path: string): string | undefined {
  return rows.get(path.replace('/pages/', '/'))
}

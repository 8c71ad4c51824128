import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { rowtree } from '../support/cli.ts'
import { eventually } from '../support/eventually.ts'
import { CONFIG } from '../support/project.ts'
import { type Site, site } from '../support/site.ts'
import { sql } from '../support/tables.ts'
import { pagesOf, pathOf } from './pages.ts'
import { write } from './processes.ts'
import { differing, nothingLeft, rowsWithout, type Watched, watched } from './watched.ts'

/** Pages of which the first half is edited in files, the other one in rows. */
const PAGES = 400

/** A site that another program finds as well. */
async function sharedSite(): Promise<Site> {
  const shared = await site(pagesOf(PAGES, 'round-0'))
  writeFileSync(join(shared.directory, 'rowtree.yaml'), CONFIG)
  sql(shared.store, 'pragma journal_mode = wal')
  return shared
}

/** Edits both halves while somebody exports at another terminal, and waits until all is done. */
async function edit({ directory, store, root }: Site, { check, session }: Watched, mark: string): Promise<void> {
  sql(store, `update pages set body = replace(body, '</p>', ' ${mark}</p>') where site || '/' || slug || '.html' >= '${pathOf(PAGES / 2)}'`)
  const [exported] = await Promise.all([rowtree(['export'], { cwd: directory }), write('burst', { root, files: PAGES / 2, mark })])
  // It may find edited files that are still to be imported, but fails over nothing.
  expect(exported).toMatchObject({ code: 0 })
  await nothingLeft('stale rows', () => (check(), rowsWithout(store, mark).filter((path) => path < pathOf(PAGES / 2))))
  await nothingLeft('differences', () => (check(), differing(store, root)))
  // Whatever the files' own events would still have led to.
  await session.flush()
}

const EDITED = Array.from({ length: PAGES / 2 }, (_, index) => pathOf(index))

test('what another process exports is no event of ours', async () => {
  const shared = await sharedSite()
  const session = await watched(shared.engine, { oneWay: 'tree', settle: 20 })
  for (const mark of ['round-1', 'round-2', 'round-3']) await edit(shared, session, mark)
  expect([...new Set(session.paths('imported'))].toSorted()).toEqual(EDITED)
  expect(session.events.filter(({ event }) => !['ready', 'imported', 'rescan'].includes(event))).toEqual([])
})

test('a row that another process or we ourselves export is told once at the most', async () => {
  const shared = await sharedSite()
  const session = await watched(shared.engine, { poll: 100, settle: 20 })
  for (const mark of ['round-1', 'round-2', 'round-3']) {
    const before = session.paths('exported').length
    await edit(shared, session, mark)
    const exported = session.paths('exported').slice(before)
    expect(new Set(exported).size).toBe(exported.length)
    expect(exported.filter((path) => EDITED.includes(path))).toEqual([])
  }
  expect([...new Set(session.paths('imported'))].toSorted()).toEqual(EDITED)
  expect(session.events.filter(({ event }) => !['ready', 'imported', 'exported', 'rescan'].includes(event))).toEqual([])
})

test('while nothing happens there is nothing to tell and no cycle', async () => {
  const { engine, directory } = await site(pagesOf(10_000, 'round-0'))
  const { session, events, check } = await watched(engine, { poll: 100, rescan: 1_000 })
  // Files that were written just before are looked at once more.
  const rescans = (): typeof events => events.filter(({ event }) => event === 'rescan')
  await eventually('a rescan without a find', () => (check(), rescans().some((event) => 'found' in event && event.found === 0)))
  await session.flush()
  // Each cycle takes the lock, which leaves a trace in its directory.
  const trace = (): number => statSync(join(directory, '.rowtree')).mtimeMs
  const [before, count, first] = [trace(), events.length, rescans().length]
  await eventually('two more rescans', () => (check(), rescans().length >= first + 2))
  expect(events.slice(count).filter((event) => !('found' in event && event.found === 0))).toEqual([])
  expect(trace()).toBe(before)
})

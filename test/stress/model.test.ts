import { join } from 'node:path'
import process from 'node:process'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Stored } from '../../src/baseline/baseline.ts'
import { openBaseline } from '../../src/baseline/sqlite.ts'
import { openEngine } from '../../src/index.ts'
import { randomOf } from '../support/random.ts'
import { type Site, site } from '../support/site.ts'
import { pagesConfig, sql } from '../support/tables.ts'
import { editOf, type End, faultsOf, type Last } from './model.ts'
import { pagesOf, pathOf, textOf } from './pages.ts'
import { write } from './processes.ts'
import { nothingLeft, rowsOf, watched } from './watched.ts'

const MINUTES = Number(process.env['ROWTREE_STRESS_MINUTES'] ?? 1 / 3)
const SEED = Number(process.env['ROWTREE_STRESS_SEED'] ?? Math.floor(Math.random() * 1e6))

/** Paths by who writes there: two that write files, two that write rows, one of each at the shared ones. */
const FILES = [pathsFrom(0, 20), pathsFrom(20, 40)] as const
const ROWS = [pathsFrom(40, 60), pathsFrom(60, 80)] as const
const SHARED = [pathsFrom(100, 110), pathsFrom(110, 120)] as const
const SHARED_DIRECTORY = 'site-001'

function pathsFrom(start: number, end: number): string[] {
  return Array.from({ length: end - start }, (_, index) => pathOf(start + index))
}

const END: End = { path: 'a', file: 'first', row: 'first', told: false, history: new Set(), first: 'first', byFile: undefined, byRow: undefined }

test.each<[name: string, end: Partial<End>, faults: number]>([
  ['nobody wrote', {}, 0],
  ['a save that arrived', { file: 'f', row: 'f', byFile: 'f' }, 0],
  ['a save that did not', { file: 'f', byFile: 'f' }, 2],
  ['a row that was overwritten by a save, and is kept', { file: 'f', row: 'f', byFile: 'f', byRow: 'r', history: new Set(['r']) }, 0],
  ['one that is not kept', { file: 'f', row: 'f', byFile: 'f', byRow: 'r' }, 1],
  ['a conflict that was told', { file: 'f', row: 'r', byFile: 'f', byRow: 'r', told: true }, 0],
  ['one that was not', { file: 'f', row: 'r', byFile: 'f', byRow: 'r' }, 1],
  ['a conflict with nobody', { file: 'f', row: 'f', byFile: 'f', told: true }, 1],
  ['an older save that came back', { file: 'older', row: 'older', byFile: 'f', history: new Set(['f']) }, 2],
  ['a file that is gone', { file: undefined, row: 'r', byRow: 'r' }, 2],
])('the judge: %s', (_, end, faults) => {
  expect(faultsOf({ ...END, ...end })).toHaveLength(faults)
})

test('after random edits on both sides they are equal, and what is gone is in history or told', { timeout: MINUTES * 60_000 + 90_000 }, async () => {
  process.stderr.write(`random edits: ROWTREE_STRESS_SEED=${SEED} ROWTREE_STRESS_MINUTES=${MINUTES}\n`)
  const place = await site(pagesOf(120, 'first-0'))
  const { engine, store, root, directory } = place
  sql(store, `${SEED % 2 === 0 ? 'pragma journal_mode = wal;' : ''} create table emptied (path text);
    create trigger emptied after update on pages when new.body = '' begin insert into emptied values (new.site || '/' || new.slug || '.html'); end`)
  const session = await watched(engine, { settle: 50, poll: 200, rescan: 5_000 })
  const order = (target: string, name: string, own: readonly string[], shared: readonly string[], offset: number): object => {
    return { target, name, own, shared, seconds: MINUTES * 60, seed: SEED + offset }
  }
  const person = settling(directory)
  const [files0, files1, rows0, rows1] = await Promise.all([
    write<Last>('edit-files', order(root, 'file-a', FILES[0], SHARED[0], 0)),
    write<Last>('edit-files', order(root, 'file-b', FILES[1], SHARED[1], 1)),
    write<Last>('edit-rows', order(store, 'row-a', ROWS[0], SHARED[0], 2)),
    write<Last>('edit-rows', order(store, 'row-b', ROWS[1], SHARED[1], 3)),
  ])
  await person.stop()
  const [byFile, byRow] = [{ ...files0, ...files1 }, { ...rows0, ...rows1 }]

  const told = (): ReadonlySet<string> => new Set(fromBaseline(directory, (baseline) => [...baseline.undecided().keys()]))
  await nothingLeft('differences that nobody was told of', () => {
    session.check()
    const waiting = told()
    return [...rowsOf(store)].filter(([path, body]) => place.file(path) !== body && !waiting.has(path)).map(([path]) => path)
  })
  await session.session.flush()

  const faults = endsOf(place, told(), byFile, byRow).flatMap(faultsOf)
  expect(faults).toEqual([])
  // Where files alone are written, no cycle has a reason to take the moment in which one is empty.
  expect(emptied(place).filter((path) => FILES.flat().includes(path))).toEqual([])
  const waiting = new Set([...session.paths('conflict'), ...session.paths('held')])
  expect([...told()].filter((path) => !waiting.has(path))).toEqual([])
  // It was no idle time.
  expect(session.paths('imported').length).toBeGreaterThan(MINUTES * 60)
  expect(session.paths('exported').length).toBeGreaterThan(MINUTES * 60)
})

/** A person at another terminal who settles what waits at the shared paths now and then, in favour of one side or the other. */
function settling(directory: string): { stop(): Promise<void> } {
  const random = randomOf(SEED + 4)
  const leaving = new AbortController()
  const work = (async () => {
    const engine = await openEngine(pagesConfig(directory, { export: { fsync: 'off' } }))
    for (; !leaving.signal.aborted; await delay(300 + random() * 700)) await engine.resolve([SHARED_DIRECTORY], { prefer: random() < 0.5 ? 'tree' : 'store' })
    await engine.close()
  })()
  return {
    async stop() {
      leaving.abort()
      await work
    },
  }
}

function endsOf(place: Site, told: ReadonlySet<string>, byFile: Last, byRow: Last): End[] {
  const rows = rowsOf(place.store)
  const history = historyOf(place.directory)
  return [...rows.keys()].map((path) => {
    const lastOf = (last: Last): string | undefined => (last[path] === undefined ? undefined : editOf(path, last[path]))
    return { path, file: place.file(path), row: rows.get(path), told: told.has(path), history: history.get(path) ?? new Set(), first: textOf(path, 'first-0'), byFile: lastOf(byFile), byRow: lastOf(byRow) }
  })
}

/** All that was overwritten, by path. */
function historyOf(directory: string): Map<string, Set<string>> {
  return fromBaseline(directory, (baseline) => {
    const found = new Map<string, Set<string>>()
    const read = (stored: Stored): string => Buffer.from(baseline.content(stored)).toString()
    for (const { id } of baseline.operations(1_000_000)) {
      for (const { path, before } of baseline.records(id)) {
        if (before) found.set(path, (found.get(path) ?? new Set()).add(read(before)))
      }
    }
    return found
  })
}

function fromBaseline<T>(directory: string, work: (baseline: ReturnType<typeof openBaseline>) => T): T {
  const baseline = openBaseline(join(directory, '.rowtree', 'baseline.db'), { tree: '../tree', durable: false, command: 'test' })
  try {
    return work(baseline)
  } finally {
    baseline.close()
  }
}

function emptied({ store }: Site): string[] {
  const db = new DatabaseSync(store, { readOnly: true })
  // A session may be committing just now.
  db.exec('pragma busy_timeout = 5000')
  const rows = db.prepare('select distinct path from emptied').all() as { path: string }[]
  db.close()
  return rows.map(({ path }) => path)
}

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import type { Engine } from '../../src/index.ts'
import type { WatchEvent, WatchOptions, WatchSession } from '../../src/watch.ts'
import { eventually } from '../support/eventually.ts'

/** A session and what it told so far. */
export interface Watched {
  readonly session: WatchSession
  readonly events: readonly WatchEvent[]
  /** The paths of all events of this kind, in their order. */
  paths(kind: WatchEvent['event']): string[]
  /** Throws what ended the session. */
  check(): void
}

/** Watches for the running test, from the moment when every change is seen. */
export async function watched(engine: Engine, options: WatchOptions): Promise<Watched> {
  const session = engine.watch(options)
  const events: WatchEvent[] = []
  let failure: unknown
  const reading = (async () => {
    for await (const event of session) events.push(event)
  })().catch((error: unknown) => (failure = error))
  onTestFinished(async () => {
    await session.stop()
    await reading
  })
  const check = (): void => {
    if (failure !== undefined) throw failure
  }
  await eventually('the session is ready', () => (check(), events.some(({ event }) => event === 'ready')))
  return {
    session,
    events,
    check,
    paths: (kind) => events.flatMap((event) => (event.event !== kind ? [] : 'paths' in event ? event.paths : 'path' in event ? [event.path] : [])),
  }
}

/**
 * Waits until nothing is left of what should go away, such as stale rows; what is left after a minute is what was missed.
 *
 * @param probe must cost little: it is asked several times a second
 */
export async function nothingLeft(what: string, probe: () => readonly string[]): Promise<void> {
  const deadline = performance.now() + 60_000
  for (let left = probe(); left.length > 0; left = probe()) {
    if (performance.now() > deadline) throw new Error(`${left.length} ${what}: ${left.slice(0, 5).join(', ')}`)
    await delay(50)
  }
}

/** All rows' texts by path. */
export function rowsOf(store: string): Map<string, string> {
  return read(store, (db) => {
    const rows = db.prepare(`select site || '/' || slug || '.html' as path, body from pages`).all() as { path: string; body: string }[]
    return new Map(rows.map(({ path, body }) => [path, body]))
  })
}

/** Paths of rows that do not hold this mark. */
export function rowsWithout(store: string, mark: string): string[] {
  return read(store, (db) => {
    const rows = db.prepare(`select site || '/' || slug || '.html' as path from pages where instr(body, ?) = 0`).all(`<p>${mark}</p>`) as { path: string }[]
    return rows.map(({ path }) => path)
  })
}

/** Paths of rows whose files are missing or differ. */
export function differing(store: string, root: string): string[] {
  const fileAt = (path: string): string | undefined => (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : undefined)
  return [...rowsOf(store)].filter(([path, body]) => fileAt(path) !== body).map(([path]) => path)
}

/** Readers of a database in WAL mode, which the tests of this folder use, wait for nobody. */
function read<T>(store: string, work: (db: DatabaseSync) => T): T {
  const db = new DatabaseSync(store, { readOnly: true })
  try {
    db.exec('pragma busy_timeout = 20000')
    return work(db)
  } finally {
    db.close()
  }
}

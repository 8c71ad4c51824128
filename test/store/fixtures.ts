import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { onTestFinished } from 'vitest'
import { RowtreeError } from '../../src/errors.ts'
import { openStore, type StoreOptions } from '../../src/store/open.ts'
import { digestOf } from '../../src/digest.ts'
import type { Applied, Change, Chunk, Finding, Store } from '../../src/store/store.ts'
import type { TableCollection } from '../../src/store/open.ts'
import type { Problem, Row } from '../../src/types.ts'

/** An empty directory that goes away with the test. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'rowtree-store-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** A database file in a directory of its own, made by a script. */
export function makeDatabase(script: string, name = 'store.db'): { directory: string; file: string } {
  const directory = temporaryDirectory()
  const file = join(directory, name)
  execute(file, script)
  return { directory, file }
}

/** Runs a script on a connection of its own. */
export function execute(file: string, script: string): void {
  const database = new DatabaseSync(file)
  try {
    database.exec(script)
  } finally {
    database.close()
  }
}

/** The collection of most tests. */
export const pages: TableCollection = collection('pages', ['site', 'slug'], '{site}/{slug}.html', 'body')

/** A collection of the table of its name. */
export function collection(name: string, key: string[], path: string, content: string | string[], set: TableCollection['set'] = {}): TableCollection {
  return { name, table: name, key, path, content: [content].flat(), structured: typeof content !== 'string', set }
}

/** Opens a store that closes with the test. */
export async function open(directory: string, options: Partial<StoreOptions> = {}): Promise<Store> {
  const store = await openStore({
    url: 'sqlite:store.db', directory, preset: 'table', prefix: 'mybb_', collections: [pages], mybb: { master: false }, ...options,
  })
  onTestFinished(() => store.close())
  return store
}

/** Opens the collections of a database that a script makes. */
export async function openScript(script: string, ...collections: TableCollection[]): Promise<Store> {
  const { directory } = makeDatabase(script)
  return open(directory, collections.length > 0 ? { collections } : {})
}

export interface Everything {
  readonly chunks: Chunk[]
  readonly rows: Row[]
  readonly problems: Problem[]
}

export async function readAll(store: Store): Promise<Everything> {
  const chunks: Chunk[] = []
  for await (const chunk of store.read()) chunks.push(chunk)
  return { chunks, rows: chunks.flatMap(({ rows }) => rows), problems: chunks.flatMap(({ problems }) => problems) }
}

/** Contents by path. */
export function contents({ rows }: Everything): Record<string, Row['content']> {
  return Object.fromEntries(rows.map(({ path, content }) => [path, content]))
}

/** What the store has for a path, which must be a row or a place for one. */
export async function findOne(store: Store, path: string): Promise<Found> {
  const [finding] = await store.find([path])
  return foundAt(path, finding)
}

/** A row, or a place for one. */
type Found = Exclude<Finding, { kind: 'misplaced' | 'unknown' | 'problem' }>

function foundAt(path: string, finding: Finding | undefined): Found {
  if (finding?.kind === 'row' || finding?.kind === 'vacant') return finding
  throw new Error(`Expected a row or a place at ${path}, not ${JSON.stringify(finding)}`)
}

/** The change that makes a path hold this content, or nothing, as compared with what it holds now. */
export async function changeAt(store: Store, path: string, content: string | Uint8Array | undefined): Promise<Change> {
  return changeFrom(path, await findOne(store, path), content)
}

function changeFrom(path: string, found: Found, content: string | Uint8Array | undefined): Change {
  const { collection: name, key } = found.kind === 'row' ? found.row : found
  const expected = found.kind === 'row' ? digestOf(found.row.content) : undefined
  return { path, collection: name, key, expected, content: typeof content === 'string' ? new TextEncoder().encode(content) : content }
}

/** Makes paths hold these contents, or nothing, in one batch. */
export async function put(store: Store, wanted: Record<string, string | Uint8Array | undefined>): Promise<Applied> {
  const found = await store.find(Object.keys(wanted))
  return store.apply(Object.entries(wanted).map(([path, content], index) => changeFrom(path, foundAt(path, found[index]), content)), () => {})
}

/** The rows of a table or query as SQL literals, sorted; read on a connection of its own. */
export function literals(file: string, table: string, columns: readonly string[]): string[] {
  const database = new DatabaseSync(file)
  try {
    const records = database.prepare(`select ${columns.map((name) => `quote(${name}) as ${name}`).join()} from ${table}`).all()
    return records.map((record) => Object.values(record).join()).sort()
  } finally {
    database.close()
  }
}

/** The `RowtreeError` that the promise is rejected with. */
export async function failure(promise: Promise<unknown>): Promise<RowtreeError> {
  const error = await promise.then(() => undefined, (reason: unknown) => reason)
  if (error instanceof RowtreeError) return error
  throw new Error(`Expected a RowtreeError, not ${String(error)}`)
}

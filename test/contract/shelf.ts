import { onTestFinished } from 'vitest'
import { openStore, type StoreOptions } from '../../src/store/open.ts'
import type { Applied, Store } from '../../src/store/store.ts'
import type { Problem } from '../../src/types.ts'
import { pages } from '../store/fixtures.ts'
import type { Person, Records, Trial } from '../support/servers.ts'

export const PAGES = 'create table pages (site $key not null, slug $key not null, body $text, primary key (site, slug)) $transactional;'
export const THREE: string = `${PAGES} insert into pages values ('a', '1', 'one'), ('a', '2', 'two'), ('a', '3', 'three');`

/** A table where nothing is required and nothing unique. */
export const LOOSE = 'create table pages (site $key, slug $key, body $text) $transactional;'

/** Opens a store on the database of a group of tests. It closes with the test. */
export async function openOn(trial: Trial, options: Partial<StoreOptions> = {}): Promise<Store> {
  const store = await openStore({
    url: trial.url, directory: '/', preset: 'table', prefix: 'mybb_', collections: [pages], mybb: { master: false }, ...options,
  })
  onTestFinished(() => store.close())
  return store
}

/** Opens the collections of a database that a script makes. */
export async function openFresh(trial: Trial, script: string, options: Partial<StoreOptions> = {}): Promise<Store> {
  await trial.fresh(script)
  return openOn(trial, options)
}

/** Another program's connection. It closes with the test. */
export async function somebody(trial: Trial): Promise<Person> {
  const person = await trial.connect()
  onTestFinished(() => person.close())
  return person
}

/** What the table of pages holds. */
export function heldBy(trial: Trial): Promise<Records> {
  return sorted(trial, 'select site, slug, body from pages')
}

/** The rows of a query, in an order that no collation decides. */
export async function sorted(trial: Trial, sql: string): Promise<Records> {
  return (await trial.query(sql)).toSorted((a, b) => (a.join('\0') < b.join('\0') ? -1 : 1))
}

/** The literals of many rows. */
export function values<T>(count: number, of: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => of(index))
}

/** An insert of rows, each given as the text between its parentheses. */
export function inserted(table: string, rows: readonly string[]): string {
  return `insert into ${table} values ${rows.map((row) => `(${row})`).join(', ')};`
}

/** Why a change was refused: the problem of the batch or, where a table cannot take a batch back, that of the change. */
export function refusalOf(applied: Applied): Problem | undefined {
  if (!applied.committed) return applied.problem
  const failed = applied.outcomes.find((outcome) => outcome.kind === 'failed')
  return failed?.kind === 'failed' ? failed.problem : undefined
}

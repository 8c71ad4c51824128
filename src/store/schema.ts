import { closest } from 'fastest-levenshtein'
import { sql } from 'kysely'
import { RowtreeError } from '../errors.ts'
import type { Database } from './database.ts'

/** What a store is about to read. */
export interface Need {
  /** Who needs it, for messages: `the collection "pages"`. */
  readonly reader: string
  readonly table: string
  readonly columns: readonly string[]
  /** What to do when the table is missing, given the tables that exist. */
  readonly remedy: (tables: readonly string[]) => string
}

/** A table, or view, that exists. */
export interface Table {
  readonly view: boolean
  /** The declared type of a column in capitals; empty where it has none. */
  typeOf(column: string): string
}

/**
 * Checks that the table, or view, and its columns exist.
 *
 * @throws {RowtreeError} `table-missing`, `column-missing`
 */
export async function requireColumns(database: Database, need: Need): Promise<Table> {
  const tables = await ask<{ name: string; type: string }>(
    database,
    sql`select name, type from sqlite_schema where type in ('table', 'view') order by name`,
  )
  const table = tables.find(({ name }) => isSame(name, need.table))
  if (table === undefined) {
    const state = `the table ${quote(need.table)} does not exist. ${need.remedy(tables.map(({ name }) => name))}`
    throw missing('table-missing', database, need, state)
  }
  // Unlike table_info it lists generated columns too.
  const columns = await ask<{ name: string; type: string }>(
    database,
    sql`select name, type from pragma_table_xinfo(${need.table}) order by cid`,
  )
  const find = (column: string): { type: string } | undefined => columns.find(({ name }) => isSame(name, column))
  const absent = need.columns.find((column) => find(column) === undefined)
  if (absent === undefined) return { view: table.type === 'view', typeOf: (column) => find(column)?.type.toUpperCase() ?? '' }
  const known = columns.map(({ name }) => name)
  const state = `the table ${quote(need.table)} has no column ${quote(absent)}. `
  const remedy = `Did you mean ${quote(closest(absent, known))}? Its columns are ${known.map(quote).join(', ')}`
  throw missing('column-missing', database, need, state + remedy)
}

/** Names the table that is spelt most like the missing one. */
export function nearestTable(table: string, tables: readonly string[]): string {
  if (tables.length === 0) return 'The database has no tables'
  return `Did you mean ${quote(closest(table, tables as string[]))}?`
}

async function ask<T>(database: Database, query: ReturnType<typeof sql>): Promise<T[]> {
  const { rows } = await query.execute(database.kysely)
  return rows as T[]
}

/** SQLite compares names without regard to case. */
function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}

function missing(code: 'table-missing' | 'column-missing', { path }: Database, { reader }: Need, state: string): RowtreeError {
  return new RowtreeError(code, `Cannot read ${reader} from ${path}: ${state}`, { path })
}

function quote(name: string): string {
  return JSON.stringify(name)
}

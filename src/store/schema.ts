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

/**
 * Checks that the table, or view, and its columns exist.
 *
 * @throws {RowtreeError} `table-missing`, `column-missing`
 */
export async function requireColumns(database: Database, need: Need): Promise<void> {
  const tables = await names(database, sql`select name from sqlite_schema where type in ('table', 'view') order by name`)
  if (!includes(tables, need.table)) {
    const state = `the table ${quote(need.table)} does not exist. ${need.remedy(tables)}`
    throw missing('table-missing', database, need, state)
  }
  // Unlike table_info it lists generated columns too.
  const columns = await names(database, sql`select name from pragma_table_xinfo(${need.table}) order by cid`)
  const absent = need.columns.find((column) => !includes(columns, column))
  if (absent === undefined) return
  const state = `the table ${quote(need.table)} has no column ${quote(absent)}. `
  const known = `Did you mean ${quote(closest(absent, columns))}? Its columns are ${columns.map(quote).join(', ')}`
  throw missing('column-missing', database, need, state + known)
}

/** Names the table that is spelt most like the missing one. */
export function nearestTable(table: string, tables: readonly string[]): string {
  if (tables.length === 0) return 'The database has no tables'
  return `Did you mean ${quote(closest(table, tables as string[]))}?`
}

async function names(database: Database, query: ReturnType<typeof sql>): Promise<string[]> {
  const { rows } = await query.execute(database.kysely)
  return (rows as { name: string }[]).map(({ name }) => name)
}

/** SQLite compares names without regard to case. */
function includes(existing: readonly string[], wanted: string): boolean {
  return existing.some((name) => name.toLowerCase() === wanted.toLowerCase())
}

function missing(code: 'table-missing' | 'column-missing', { path }: Database, { reader }: Need, state: string): RowtreeError {
  return new RowtreeError(code, `Cannot read ${reader} from ${path}: ${state}`, { path })
}

function quote(name: string): string {
  return JSON.stringify(name)
}

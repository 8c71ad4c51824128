import { closest } from 'fastest-levenshtein'
import { RowtreeError } from '../errors.ts'
import type { Table } from './column.ts'
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
export async function requireColumns(database: Database, need: Need): Promise<Table> {
  const { catalogue } = database
  const table = await catalogue.table(need.table)
  if (table === undefined) {
    const state = `the table ${quote(need.table)} does not exist`
    throw missing('table-missing', database, need, state, need.remedy(await catalogue.tables()))
  }
  const absent = need.columns.find((column) => catalogue.find(table, column) === undefined)
  if (absent === undefined) return table
  const known = table.columns.map(({ name }) => name)
  const state = `the table ${quote(need.table)} has no column ${quote(absent)}`
  const remedy = `Did you mean ${quote(closest(absent, known))}? Its columns are ${known.map(quote).join(', ')}`
  throw missing('column-missing', database, need, state, remedy)
}

/** Names the table that is spelt most like the missing one. */
export function nearestTable(table: string, tables: readonly string[]): string {
  if (tables.length === 0) return 'The database has no tables'
  return `Did you mean ${quote(closest(table, tables as string[]))}?`
}

function missing(code: 'table-missing' | 'column-missing', { name }: Database, { reader }: Need, state: string, remedy: string): RowtreeError {
  return new RowtreeError(code, `Cannot read ${reader} from ${name}: ${state}`, { path: name, ...(remedy !== '' && { remedy }) })
}

function quote(name: string): string {
  return JSON.stringify(name)
}

import { sql, type Kysely } from 'kysely'
import type { Catalogue, Column, Kind, Table } from '../column.ts'
import { affinityOf, type Affinity } from './affinity.ts'

const KINDS: Readonly<Record<Affinity, Kind>> = { INTEGER: 'integer', TEXT: 'text', BLOB: 'any', REAL: 'real', NUMERIC: 'decimal' }

/** What SQLite tells about its tables. It compares names without regard to case. */
export function sqliteCatalogue(db: Kysely<unknown>): Catalogue {
  async function everything(): Promise<{ readonly name: string; readonly type: string }[]> {
    const { rows } = await sql<{ name: string; type: string }>`
      select name, type from sqlite_schema where type in ('table', 'view') order by name`.execute(db)
    return rows
  }

  return {
    tables: async () => (await everything()).map(({ name }) => name),
    async table(wanted): Promise<Table | undefined> {
      const found = (await everything()).find(({ name }) => isSame(name, wanted))
      if (found === undefined) return undefined
      // Unlike table_info it lists generated columns too.
      const { rows } = await sql<Declared>`select name, type, hidden from pragma_table_xinfo(${found.name}) order by cid`.execute(db)
      // Values that differ in SQLite may have one text: no index tells that keys do.
      return { name: found.name, view: found.type === 'view', transactional: true, columns: rows.map(columnOf), unique: [] }
    },
    find: ({ columns }, wanted) => columns.find(({ name }) => isSame(name, wanted)),
  }
}

interface Declared {
  readonly name: string
  readonly type: string
  readonly hidden: number
}

function columnOf({ name, type, hidden }: Declared): Column {
  const declared = type.toUpperCase()
  const kind = /BLOB|BINARY|BYTEA/.test(declared) ? 'bytes' : KINDS[affinityOf(declared)]
  return { name, kind, type: declared, generated: hidden !== 0 }
}

function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}

import { sql, type Kysely } from 'kysely'
import type { Catalogue, Column, Table } from '../column.ts'
import { columnOf, type ColumnFacts } from './kinds.ts'

/** A table as `information_schema` knows it. */
interface TableFacts {
  readonly name: string
  readonly home: string
  readonly type: string
  readonly transactional: string | null
  /** `lower_case_table_names`: 0 where capitals tell two tables apart. */
  readonly folding: number
  /** The schema of the connection. */
  readonly current: string
}

/** What the server says about its tables. */
export function catalogueOf(db: Kysely<unknown>): Catalogue {
  async function find(schema: string | undefined, name: string): Promise<TableFacts | undefined> {
    const home = schema === undefined ? sql`database()` : sql`${schema}`
    const { rows } = await sql<TableFacts>`
      select t.table_name as name, t.table_schema as home, t.table_type as type, e.transactions as transactional,
        @@lower_case_table_names as folding, database() as current
      from information_schema.tables as t left join information_schema.engines as e on e.engine = t.engine
      where t.table_schema = ${home} and t.table_name = ${name}`.execute(db)
    return rows.find((row) => row.name === name) ?? rows.find((row) => Number(row.folding) !== 0 && fold(row.name) === fold(name))
  }

  return {
    async tables() {
      const { rows } = await sql<{ name: string }>`select table_name as name from information_schema.tables where table_schema = database()`.execute(db)
      return rows.map(({ name }) => name).sort()
    },
    async table(name) {
      const [schema, ...rest] = name.split('.')
      const facts = await find(undefined, name) ?? (rest.length > 0 ? await find(schema, rest.join('.')) : undefined)
      return facts && tableOf(db, facts)
    },
    find: ({ columns }, name) => columns.find((column) => fold(column.name) === fold(name)),
  }
}

async function tableOf(db: Kysely<unknown>, { name, home, type, transactional, current }: TableFacts): Promise<Table> {
  const view = !type.includes('TABLE')
  return {
    name: home === current ? name : `${home}.${name}`,
    view,
    transactional: view || transactional === 'YES',
    columns: await columnsOf(db, home, name),
    unique: view ? [] : await uniqueOf(db, home, name),
  }
}

async function columnsOf(db: Kysely<unknown>, home: string, name: string): Promise<Column[]> {
  const { rows } = await sql<ColumnFacts>`
    select column_name as name, data_type as data, column_type as type, character_maximum_length as characters,
      character_octet_length as octets, character_set_name as charset, collation_name as collation, extra
    from information_schema.columns where table_schema = ${home} and table_name = ${name} order by ordinal_position`.execute(db)
  return rows.map(columnOf)
}

/** A part of a unique index. An expression has no name; of a prefix only so many characters are unique. */
interface Part {
  readonly index: string
  readonly name: string | null
  readonly prefix: number | null
}

async function uniqueOf(db: Kysely<unknown>, home: string, table: string): Promise<string[][]> {
  const { rows } = await sql<Part>`
    select index_name as ${sql.id('index')}, column_name as name, sub_part as prefix from information_schema.statistics
    where table_schema = ${home} and table_name = ${table} and non_unique = 0 order by index_name, seq_in_index`.execute(db)
  const indexes = [...Map.groupBy(rows, ({ index }) => index).values()]
  return indexes.filter((parts) => parts.every(({ name, prefix }) => name !== null && prefix === null)).map((parts) => parts.map(({ name }) => name!))
}

/** Columns are the same without regard to case. */
function fold(name: string): string {
  return name.toLowerCase()
}

import { sql, type Kysely, type RawBuilder } from 'kysely'
import { textOf } from './content.ts'
import type { DeletedRow, ExactValue, Kind } from './rest.ts'
import type { SqlValue } from './sqlite.ts'
import { queryRecords } from './snapshot.ts'
import type { Texts } from './texts.ts'

/** The columns of a table that can be written: not those that are generated. They are asked for each time, because tables change. */
export async function columnsOf(db: Kysely<unknown>, table: string): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`select name from pragma_table_xinfo(${table}) where hidden = 0 order by cid`.execute(db)
  return rows.map(({ name }) => name)
}

/** Reads the rows that a condition chooses with all of their columns. */
export interface WholeReader {
  read(db: Kysely<unknown>, parameters: readonly SqlValue[]): Promise<DeletedRow[]>
}

/**
 * Prepares to read rows whole.
 *
 * @param contents the columns that are the content: only what kind of value they hold is read
 * @param where its values are given at each reading
 */
export function wholeReader(table: string, columns: readonly string[], contents: readonly string[], where: RawBuilder<unknown>, texts: Texts): WholeReader {
  const own = new Set(contents.map(folded))
  const others = columns.filter((name) => !own.has(folded(name)))
  // As bytes: on its way a text could be cut or mended.
  const values = others.flatMap((name) => {
    const column = sql.id(table, name)
    return [sql`typeof(${column}) = 'text'`, sql`case typeof(${column}) when 'text' then cast(${column} as blob) else ${column} end`]
  })
  const kinds = contents.map((name) => sql`typeof(${sql.id(table, name)})`)
  let text: string | undefined

  return {
    async read(db, parameters) {
      text ??= sql`select ${sql.join([...kinds, ...values])} from ${sql.id(table)} where ${where}`.compile(db).sql
      const records = await queryRecords(db, text, parameters)
      return records.map((record) => ({
        contents: Object.fromEntries(contents.map((name, index) => [name, record[index] as Kind])),
        others: Object.fromEntries(others.map((name, index) => {
          const place = contents.length + 2 * index
          const value = record[place + 1]!
          return [name, record[place] === 1n ? exactText(texts, value as Uint8Array) : value]
        })),
      }))
    },
  }
}

/** Inserts a row with these columns. Returns how many rows the database inserted. */
export async function insertWhole(db: Kysely<unknown>, table: string, columns: Readonly<Record<string, ExactValue>>): Promise<bigint | undefined> {
  const names = Object.keys(columns).map((name) => sql.id(name))
  const values = Object.values(columns).map((value) => (isBytes(value) ? sql`cast(${value.text} as text)` : sql`${value}`))
  // As statementsFor has it: no other row is replaced, and this one not left out.
  const done = await sql`insert or abort into ${sql.id(table)} (${sql.join(names)}) values (${sql.join(values)})`.execute(db)
  return done.numAffectedRows
}

/** A content of which the kind is known. */
export function contentAs(kind: Kind, content: Uint8Array): ExactValue {
  if (kind === 'blob') return content
  if (kind === 'null' && content.length === 0) return null
  const text = textOf(content)
  return typeof text === 'string' ? text : { text }
}

/** The text of these bytes, if it is stored as the same bytes again; SQLite puts U+FFFD for two characters in a database of UTF-16. */
function exactText(texts: Texts, bytes: Uint8Array): ExactValue {
  const text = texts.decode(bytes)
  return typeof text === 'string' && !/[\uFFFE\uFFFF]/.test(text) ? text : { text: bytes }
}

function isBytes(value: ExactValue): value is { readonly text: Uint8Array } {
  return typeof value === 'object' && value !== null && !(value instanceof Uint8Array)
}

/** SQLite compares names without regard to case. */
function folded(name: string): string {
  return name.toLowerCase()
}

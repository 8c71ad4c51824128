import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { FieldValue } from '../core/codec.ts'
import type { Column, Table } from './column.ts'
import { textOf } from './content.ts'
import type { Database } from './database.ts'
import type { Language, Reference } from './language.ts'
import type { DeletedRow, ExactValue, Kind } from './rest.ts'
import { queryRecords } from './snapshot.ts'
import type { Texts } from './texts.ts'

/** What reading and inserting rows whole takes of a database. */
export type WholeAccess = Pick<Database, 'language' | 'texts' | 'catalogue'>

/** A value on its way into a column; `text`: its bytes, where it would not come through as a text. */
export type WholeValue = FieldValue | { readonly text: Uint8Array }

/** Reads the rows that a condition chooses with all of their columns. */
export interface WholeReader {
  read(db: Kysely<unknown>, parameters: readonly unknown[]): Promise<DeletedRow[]>
}

/**
 * Prepares to read rows whole, but for columns that the database computes.
 *
 * @param contents the columns that are the content: only what kind of value they hold is read
 * @param where its values are given at each reading
 */
export function wholeReader({ language, texts, catalogue }: WholeAccess, table: Table, contents: readonly string[], where: RawBuilder<unknown>): WholeReader {
  const own = new Set(contents.map((name) => catalogue.find(table, name)?.name))
  const others = table.columns.filter(({ name, generated }) => !own.has(name) && generated !== true)
  const values = others.flatMap((column) => exact(language, { column, expression: sql.id(column.name) }))
  const kinds = contents.map((name) => kindOf(language, { column: catalogue.find(table, name)!, expression: sql.id(name) }))
  let text: string | undefined

  return {
    async read(db, parameters) {
      text ??= sql`select ${sql.join([...kinds, ...values])} from ${language.table(table.name)} where ${where} ${language.forUpdate}`.compile(db).sql
      const records = await queryRecords(db, text, parameters)
      return records.map((record) => ({
        contents: Object.fromEntries(contents.map((name, index) => [name, record[index] as Kind])),
        others: Object.fromEntries(others.map(({ name }, index) => {
          const place = contents.length + 2 * index
          const value = record[place + 1]!
          return [name, record[place] === 1n ? exactText(texts, value as Uint8Array) : value]
        })),
      }))
    },
  }
}

/** Inserts a row with these columns. Returns how many rows the database inserted. */
export async function insertWhole(
  db: Kysely<unknown>,
  { language, catalogue }: WholeAccess,
  table: Table,
  columns: Readonly<Record<string, WholeValue>>,
): Promise<bigint | undefined> {
  const names = Object.keys(columns).map((name) => sql.id(name))
  const values = Object.entries(columns).map(([name, value]) => {
    const column = catalogue.find(table, name) ?? unknownColumn(name)
    return isBytes(value) ? sql`cast(${value.text} as text)` : sql`${language.encode(column, value)}`
  })
  // As statementsFor has it: no other row is replaced, and this one not left out.
  const done = await sql`insert ${language.orAbort} into ${language.table(table.name)} (${sql.join(names)}) ${language.overriding}
    values (${sql.join(values)})`.execute(db)
  return done.numAffectedRows
}

/** The columns of a row that was read whole, as they go into the database again. */
export function wholeValues({ language, catalogue }: WholeAccess, table: Table, others: DeletedRow['others']): Record<string, WholeValue> {
  return Object.fromEntries(Object.entries(others).map(([name, value]) =>
    [name, isBytes(value) ? value : language.decode(catalogue.find(table, name) ?? unknownColumn(name), value)]))
}

/** A content of which the kind is known. */
export function contentAs(kind: Kind, content: Uint8Array): WholeValue {
  if (kind === 'blob') return content
  if (kind === 'null' && content.length === 0) return null
  const text = textOf(content)
  return typeof text === 'string' ? text : { text }
}

/** A column that the table does not have any more: the database says so. */
function unknownColumn(name: string): Column {
  return { name, kind: 'any', type: '' }
}

function exact(language: Language, reference: Reference): readonly RawBuilder<unknown>[] {
  return language.exact?.(reference) ?? [sql`0`, language.select(reference)]
}

function kindOf(language: Language, reference: Reference): RawBuilder<unknown> {
  const kind = sql.lit(reference.column.kind === 'bytes' ? 'blob' : 'text')
  return language.kindOf?.(reference) ?? sql`case when ${reference.expression} is null then 'null' else ${kind} end`
}

/** The text of these bytes, if it is stored as the same bytes again; SQLite puts U+FFFD for two characters in a database of UTF-16. */
function exactText(texts: Texts, bytes: Uint8Array): ExactValue {
  const text = texts.decode(bytes)
  return typeof text === 'string' && !/[\uFFFE\uFFFF]/.test(text) ? text : { text: bytes }
}

function isBytes(value: WholeValue | ExactValue): value is { readonly text: Uint8Array } {
  return typeof value === 'object' && value !== null && 'text' in value
}

import { sql, type RawBuilder } from 'kysely'
import { type FieldValue, isDecimal } from '../../core/codec.ts'
import type { Problem, Row, RowKey } from '../../types.ts'
import type { Column } from '../column.ts'
import type { Language, Reference } from '../language.ts'
import { describeRow, placeRow, rowProblem, writeProblem, type KeyValue } from '../row.ts'
import type { Change } from '../store.ts'
import type { Texts } from '../texts.ts'
import type { SqlValue } from '../value.ts'
import { structure } from './fields.ts'
import type { Source } from './source.ts'

/** A row as it is selected: its key as texts, each content column followed by the proof that it is whole, then what else was asked for. */
export type RowRecord = SqlValue[]

/** Which rows are selected, beside what the source itself leaves out, and what follows. */
export interface Selection {
  readonly where?: RawBuilder<unknown>
  readonly tail?: RawBuilder<unknown>
}

/** Selects the rows of a source as records. */
export function selectRecords(source: Source, language: Language, more: readonly RawBuilder<unknown>[], { where, tail = sql`` }: Selection): RawBuilder<unknown> {
  const keys = source.references.map((key, index) => (isDerived(source, index) ? sql`${language.keyText(key)} as ${nameOf(index)}` : language.keyText(key)))
  const contents = source.contents.map((content) => reference(source, content)).flatMap((content) => [language.select(content), language.proof(content.expression)])
  return sql`select ${sql.join([...keys, ...contents, ...more])} ${fromSource(source, language, where)} ${tail}`
}

/** What an order names a key by. */
export function orderedBy(source: Source, { ordersByName }: Language, index: number): Reference {
  const key = source.references[index]!
  return ordersByName === true && isDerived(source, index) ? { column: key.column, expression: nameOf(index) } : key
}

function isDerived({ derived }: Source, key: number): boolean {
  return derived.some(({ index }) => index === key)
}

function nameOf(key: number): RawBuilder<unknown> {
  return sql.id(`rowtree_key_${key}`)
}

/** Where the rows of a source are; the parameters of `where` come before those of the source itself. */
export function fromSource({ table, condition }: Source, language: Language, where?: RawBuilder<unknown>): RawBuilder<unknown> {
  const conditions = [where, condition].filter((one) => one !== undefined)
  const chosen = conditions.length === 0 ? sql`` : sql`where ${sql.join(conditions, sql` and `)}`
  return sql`from ${language.table(table.name)} ${chosen}`
}

export function reference(source: Source, column: Column): Reference {
  return { column, expression: source.qualified(column.name) }
}

/** Selects the bytes of each content column, for `mend`. */
export function selectBytes(source: Source, language: Language): RawBuilder<unknown>[] {
  return source.contents.map((content) => language.bytes(reference(source, content).expression))
}

/** The value of a content column, as it was selected. */
export function valueIn(source: Source, record: RowRecord, index: number): SqlValue {
  return record[source.keys.length + 2 * index]!
}

/** The same, as a value of a file. */
export function fieldIn(source: Source, language: Language, record: RowRecord, index: number): FieldValue {
  return language.decode(source.contents[index]!, valueIn(source, record, index))
}

/** Whether the text of this content column, if it is one, arrived as the database holds it. */
export function isWhole(source: Source, record: RowRecord, index: number, texts: Texts): boolean {
  const place = source.keys.length + 2 * index
  const value = record[place]
  return typeof value !== 'string' || texts.isWhole(value, record[place + 1])
}

/** Whether all texts of a record arrived whole. */
export function areWhole(source: Source, record: RowRecord, texts: Texts): boolean {
  for (let index = 0; index < source.contents.length; index++) if (!isWhole(source, record, index, texts)) return false
  return true
}

/** Puts right the texts that did not arrive whole, in a record with the bytes of `selectBytes` right after its contents. */
export function mend(source: Source, record: RowRecord, texts: Texts): void {
  const bytes = source.keys.length + 2 * source.contents.length
  for (let index = 0; index < source.contents.length; index++) {
    if (isWhole(source, record, index, texts)) continue
    record[source.keys.length + 2 * index] = texts.decode(record[bytes + index] as Uint8Array)
  }
}

/** The row of a record, or why there is none; `copies` is how many rows have its key. */
export function rowOf(source: Source, language: Language, record: RowRecord, copies: number): Row | Problem {
  const key = record.slice(0, source.keys.length) as KeyValue[]
  const path = placeRow(source, key, source.places?.map((place) => key[place]!) ?? key)
  if (typeof path !== 'string') return path
  if (copies > 1) return duplicate(source, key as RowKey, path, copies)
  const content = contentOf(source, language, record, path)
  if (typeof content === 'object' && !(content instanceof Uint8Array)) return content
  const row = { collection: source.collection, key: key as RowKey, path, content }
  return source.structured ? { ...row, structured: true } : row
}

/** A row among rows and problems. */
export function isRow(row: Row | Problem): row is Row {
  return 'content' in row
}

/** The content of a record, or why it has none. */
export function contentOf(source: Source, language: Language, record: RowRecord, path: string): Row['content'] | Problem {
  const key = record.slice(0, source.keys.length) as KeyValue[]
  if (source.structured) {
    const content = structure(source, source.contents.map((_, index) => fieldIn(source, language, record, index)))
    const state = `the column ${JSON.stringify(source.contents.at(-1)!.name)} holds no valid text, which the body of a file with front matter is`
    return content ?? rowProblem(source, key, 'unsupported-value', path, state)
  }
  const content = fieldIn(source, language, record, 0) ?? ''
  if (typeof content === 'string' || content instanceof Uint8Array) return content
  const state = `the column ${JSON.stringify(source.contents[0]!.name)} holds the ${typeof content === 'boolean' ? 'boolean' : 'number'} ${isDecimal(content) ? content.decimal : content}. A file's content is text or bytes`
  return rowProblem(source, key, 'unsupported-value', path, state)
}

/** Why a file cannot become a row: another row would be meant by its key, too. */
export function keyTaken(source: Source, { key, path }: Pick<Change, 'key' | 'path'>, twin: RowKey): Problem {
  const other = describeRow(source.collection, source.keyNames, twin)
  return writeProblem(source, { key, path }, 'key-taken', `the database takes its key for that of ${other}. Rename the file, or edit the file of that row`)
}

/** Why rows with one key cannot be told apart. */
export function duplicate(source: Source, key: RowKey, path: string, copies: number): Problem {
  const state = `${copies} rows have this key. Name the columns in key that tell them apart`
  return rowProblem(source, key, 'duplicate-row', path, state)
}

import { sql, type RawBuilder } from 'kysely'
import type { Column } from '../column.ts'
import type { Reference } from '../language.ts'
import type { SqlValue } from '../value.ts'
import { isForm } from './form.ts'
import { canWrite } from './text.ts'
import { rangeOf, typeOf } from './type.ts'

const PARAMETER = sql`${null}`

/** `Language.keyText`. */
export function keyText({ column, expression }: Reference): RawBuilder<unknown> {
  if (column.kind === 'text' || column.kind === 'bytes') return column.kind === 'bytes' ? asBinary(expression) : expression
  return column.kind === 'real' ? exactReal(expression) : asCharacters(column, expression)
}

/** The text of a number, time or the like. */
export function asCharacters(column: Column, expression: RawBuilder<unknown>): RawBuilder<unknown> {
  // The sum has no leading zeros.
  return typeOf(column).zerofill ? sql`cast(${expression} + 0 as char)` : sql`cast(${expression} as char)`
}

/** The shortest text that is the same number again: that of a FLOAT would be cut after six digits, so it is made a DOUBLE. */
export function exactReal(expression: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`cast(${expression} * 1e0 as char)`
}

export function asBinary(expression: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`cast(${expression} as binary)`
}

/** The bytes of a key's text in UTF-8: only they are equal where nothing differs, not even spaces at the end. */
export function keyBytes(key: Reference): RawBuilder<unknown> {
  if (key.column.kind === 'text') return asBinary(sql`convert(${key.expression} using utf8mb4)`)
  return key.column.kind === 'bytes' ? keyText(key) : asBinary(keyText(key))
}

/** `Language.isExactly`. */
export function isExactly(key: Reference): RawBuilder<unknown> {
  return sql`${key.expression} = ${PARAMETER} and ${keyBytes(key)} = ${asBinary(PARAMETER)}`
}

/** `Language.hasKeys`. */
export function hasKeys(columns: readonly Reference[], parameters: number): RawBuilder<unknown> {
  return isAmong(columns, Array.from({ length: parameters }, () => null))
}

/**
 * Rows whose columns have one of these lists of values, one list after the other. An index serves a list of rows in MariaDB, and in MySQL from 5.7 on; 256
 * alternatives joined by "or" take five times as long.
 */
export function isAmong(columns: readonly Reference[], values: readonly unknown[]): RawBuilder<unknown> {
  const width = columns.length
  const lists = Array.from({ length: values.length / width }, (_, index) => sql.join(values.slice(index * width, (index + 1) * width)))
  if (width === 1) return sql`${columns[0]!.expression} in (${sql.join(lists)})`
  return sql`(${sql.join(columns.map(({ expression }) => expression))}) in (${sql.join(lists.map((list) => sql`(${list})`))})`
}

/** `Language.keyParameters`. */
export function keyParameters(columns: readonly Column[], keys: readonly (readonly string[])[]): readonly unknown[] | undefined {
  const possible = keys.filter((key) => columns.every((column, index) => mayRead(column, key[index]!)))
  return possible.length === 0 ? undefined : possible.flatMap((key) => columns.map((column, index) => keyParameter(column, key[index]!)))
}

/** Whether a value of the column may read as this text. What cannot would be converted, and found where it is not: `12abc` as 12. */
function mayRead(column: Column, text: string): boolean {
  switch (column.kind) {
    case 'text': return text.isWellFormed() && canWrite(column, text)
    case 'bytes': return true
    case 'integer': return isInteger(column, text)
    case 'other': return text.isWellFormed() && isForm(column, text)
    default: return /^-?\d+(?:\.\d+)?(?:e[-+]?\d+)?$/i.test(text)
  }
}

function isInteger(column: Column, text: string): boolean {
  // A year 0 reads as four zeros.
  if (typeOf(column).name === 'year') return /^\d{4}$/.test(text)
  if (!/^(?:0|-?[1-9]\d{0,19})$/.test(text)) return false
  const [least, most] = rangeOf(typeOf(column))
  return BigInt(text) >= least && BigInt(text) <= most
}

/** What a key column is compared with. */
export function keyParameter({ kind }: Column, value: SqlValue): unknown {
  if (typeof value !== 'string') return value
  if (kind === 'bytes') return Buffer.from(value)
  return kind === 'integer' ? BigInt(value) : value
}

import { sql, type RawBuilder } from 'kysely'
import type { Column } from '../column.ts'
import type { Reference } from '../language.ts'
import { textArray } from './arrays.ts'
import { baseOf, castOf } from './column.ts'

/** Whether a text is one that the server writes for a value of the type. What is not cannot be in a column, and the server would fail on some. */
type Check = (text: string) => boolean

const integer = (bits: number): Check => (text) => /^(?:0|-?[1-9]\d{0,18})$/.test(text) && BigInt.asIntN(bits, BigInt(text)) === BigInt(text)
const isText: Check = (text) => !text.includes('\0') && text.isWellFormed()

/**
 * Types whose values are compared as they are, so that an index of the column serves. All others are compared as texts: dates,
 * because the server fails on texts like "2025-02-30", and has more than one way to write them.
 */
const CHECKS: Readonly<Record<string, Check>> = {
  bpchar: isText,
  citext: isText,
  name: isText,
  text: isText,
  varchar: isText,
  int2: integer(16),
  int4: integer(32),
  int8: integer(64),
  numeric: (text) => /^-?\d{1,1000}(?:\.\d{1,1000})?$|^NaN$|^-?Infinity$/.test(text),
  bool: (text) => text === 'true' || text === 'false',
  uuid: (text) => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text),
}

function checkOf(column: Column): Check | undefined {
  const base = baseOf(column)
  return Object.hasOwn(CHECKS, base) ? CHECKS[base] : undefined
}

/** Whether the values themselves are compared; else their texts. */
export function isComparable(column: Column): boolean {
  return checkOf(column) !== undefined
}

/** One array for each column; keys that no row can have are left out. */
export function keyArrays(columns: readonly Column[], keys: readonly (readonly string[])[]): readonly Buffer[] | undefined {
  // Bytes have no text that a key could be.
  if (columns.some(({ kind }) => kind === 'bytes')) return undefined
  const checks = columns.map((column) => checkOf(column) ?? isText)
  const possible = keys.filter((key) => checks.every((check, index) => check(key[index]!)))
  return possible.length === 0 ? undefined : columns.map((_, index) => textArray(possible.map((key) => key[index]!)))
}

/** The condition for `keyArrays`. */
export function hasKeys(columns: readonly Reference[]): RawBuilder<unknown> {
  const compared = columns.map(({ column, expression }) => (isComparable(column) ? expression : sql`${expression}::text`))
  const types = columns.map(({ column }) => (isComparable(column) ? castOf(column) : 'text'))
  if (columns.length === 1) return sql`${compared[0]!} = any((${null}::text[])::${sql.raw(types[0]!)}[])`
  const names = columns.map((_, index) => sql.id(`rowtree_k${index}`))
  const values = names.map((name, index) => sql`${name}::${sql.raw(types[index]!)}`)
  const arrays = columns.map(() => sql`${null}::text[]`)
  return sql`(${sql.join(compared)}) in (select ${sql.join(values)} from unnest(${sql.join(arrays)}) as rowtree_keys(${sql.join(names)}))`
}

import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { Column } from '../column.ts'
import type { ManyRows, Reference } from '../language.ts'
import type { SqlValue } from '../value.ts'
import { isAmong, keyBytes, keyParameter } from './keys.ts'
import type { PreparedQuery } from './prepared.ts'

/**
 * Bytes of values that go into one statement well: the smallest `max_allowed_packet` of any version is 1 MB. A single row of more than that is sent all the same.
 */
export const UPDATE_BYTES: number = 640 * 1024

/** Rows that go into one statement well: each looks its key up among all of them. */
export const UPDATE_ROWS = 128

/** More placeholders than these no prepared statement may have. */
const PLACEHOLDERS = 65_535

/**
 * `Language.updateMany`: each row takes the value that stands beside its key in a list. A join with a list of rows would have to know
 * the collation of each key, and what newer versions have for that the others lack. Prepared, it takes half of the time: the server does not parse the values.
 */
export function updateMany(db: Kysely<unknown>, { table, keys, columns, same, rows }: ManyRows): PreparedQuery {
  const references = keys.map((column) => referenceTo(table, column))
  const key = joined(references)
  const sets = columns.map((column, index) => {
    const cases = rows.map((row) => sql`when ${bytesOf(row.key)} then ${valueOf(column, row.values[index])}`)
    return sql`${sql.id(column.name)} = case ${key} ${sql.join(cases, sql` `)} end`
  })
  const places = rows.flatMap((row) => keys.map((column, index) => keyParameter(column, row.key[index]!)))
  const query = sql`update ${sql.table(table)} set ${sql.join([...sets, ...same])} where ${isAmong(references, places)} and ${key} in (${sql.join(rows.map((row) => bytesOf(row.key)))})`.compile(db)
  return { ...query, prepared: query.parameters.length <= PLACEHOLDERS }
}

function valueOf({ repertoire }: Column, value: unknown): RawBuilder<unknown> {
  // Bytes of a text are UTF-8, whatever the column's own character set.
  const foreign = value instanceof Uint8Array && (repertoire === 'latin1' || repertoire === 'ascii')
  return foreign ? sql`convert(${value} using utf8mb4)` : sql`${value}`
}

function referenceTo(table: string, column: Column): Reference {
  return { column, expression: sql`${sql.table(table)}.${sql.id(column.name)}` }
}

/** The whole key as bytes: each part after its length where there are several, so that no two keys are the same. */
function joined(keys: readonly Reference[]): RawBuilder<unknown> {
  if (keys.length === 1) return keyBytes(keys[0]!)
  return sql`concat(${sql.join(keys.flatMap((key) => [sql`cast(octet_length(${keyBytes(key)}) as binary)`, sql`X'3A'`, keyBytes(key)]))})`
}

function bytesOf(key: readonly SqlValue[]): Uint8Array {
  const parts = key.map((value) => (value instanceof Uint8Array ? value : Buffer.from(String(value))))
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts.flatMap((part) => [Buffer.from(`${part.length}:`), part]))
}

import { sql, type CompiledQuery, type Kysely } from 'kysely'
import type { Column } from '../column.ts'
import type { ManyRows, Reference } from '../language.ts'
import type { SqlValue } from '../value.ts'
import { hasKeys, keyBytes, keyParameter } from './keys.ts'

/**
 * Bytes of values that go into one statement well: the smallest `max_allowed_packet` of any version is 1 MB, and escaping may double them. A single row of more
 * than that is sent all the same.
 */
export const UPDATE_BYTES: number = 384 * 1024

/** Rows that go into one statement well: each looks its key up among all of them. */
export const UPDATE_ROWS = 256

/**
 * `Language.updateMany`: each row takes the value at the place that its key has in a list. A join with a list of rows would have to
 * know the collation of each key, and what newer versions have for that the others lack.
 */
export function updateMany(db: Kysely<unknown>, { table, keys, columns, same, rows }: ManyRows): CompiledQuery {
  const references = keys.map((column) => referenceTo(table, column))
  const list = sql.join(rows.map(({ key }) => sql`${bytesOf(key)}`))
  const key = joined(references)
  const sets = columns.map((column, index) => {
    const values = sql.join(rows.map(({ values }) => sql`${values[index]}`))
    return sql`${sql.id(column.name)} = elt(field(${key}, ${list}), ${values})`
  })
  const candidates = hasKeys(references, rows.length * keys.length)
  const query = sql`update ${sql.table(table)} set ${sql.join([...sets, ...same])} where ${candidates} and ${key} in (${list})`.compile(db)
  // The placeholders of `hasKeys` hold nothing yet: they come between the values and the last list.
  const parameters = [...query.parameters]
  const start = parameters.length - rows.length - rows.length * keys.length
  const values = rows.flatMap((row) => keys.map((column, index) => keyParameter(column, row.key[index]!)))
  for (const [place, value] of values.entries()) parameters[start + place] = value
  return { ...query, parameters }
}

function referenceTo(table: string, column: Column): Reference {
  return { column, expression: sql`${sql.table(table)}.${sql.id(column.name)}` }
}

/** The whole key as bytes: each part after its length where there are several, so that no two keys are the same. */
function joined(keys: readonly Reference[]): ReturnType<typeof keyBytes> {
  if (keys.length === 1) return keyBytes(keys[0]!)
  return sql`concat(${sql.join(keys.flatMap((key) => [sql`cast(octet_length(${keyBytes(key)}) as binary)`, sql`X'3A'`, keyBytes(key)]))})`
}

function bytesOf(key: readonly SqlValue[]): Uint8Array {
  const parts = key.map((value) => (value instanceof Uint8Array ? value : Buffer.from(String(value))))
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts.flatMap((part) => [Buffer.from(`${part.length}:`), part]))
}

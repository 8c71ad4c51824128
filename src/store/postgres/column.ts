import type { Column, Kind } from '../column.ts'

/** A column of PostgreSQL. */
export interface PostgresColumn extends Column {
  /** Its type without a length, as it is written in a cast, which would cut what is longer; a domain's is that of what is below it. */
  readonly cast: string
}

/** What a text is cast to before it is compared with a column, or assigned to it. */
export function castOf(column: Column): string {
  return (column as PostgresColumn).cast
}

const KINDS: Readonly<Record<string, Kind>> = {
  bpchar: 'text',
  citext: 'text',
  name: 'text',
  text: 'text',
  varchar: 'text',
  bytea: 'bytes',
  int2: 'integer',
  int4: 'integer',
  int8: 'integer',
  float4: 'real',
  float8: 'real',
  numeric: 'decimal',
  bool: 'boolean',
}

/** What values a type holds, by its name in `pg_type`. */
export function kindOf(type: string): Kind {
  return Object.hasOwn(KINDS, type) ? KINDS[type]! : 'other'
}

/** The name of a type without what stands in parentheses. */
export function baseOf({ type }: Column): string {
  return type.replace(/\(.*\)/, '')
}

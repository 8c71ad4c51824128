import { sql, type RawBuilder } from 'kysely'
import { isDecimal, type FieldValue } from '../../core/codec.ts'
import type { Column } from '../column.ts'
import type { Language, Reference } from '../language.ts'
import type { SqlValue } from '../value.ts'
import { castOf } from './column.ts'
import { hasKeys, isComparable, keyArrays } from './keys.ts'
import { updateMany } from './many.ts'
import { momentFor } from './moment.ts'
import { storable } from './storable.ts'

/** What PostgreSQL says differently. */
export const postgresLanguage: Language = {
  table: (name) => sql.table(name),
  keyText: asText,
  select: asText,
  proof: () => sql`null`,
  bytes: (expression) => sql`convert_to(${expression}, 'UTF8')`,
  decode,
  store: storable,
  encode: (_, value) => encode(value),
  moment: momentFor,
  parameter: (_, bytes) => (bytes ? sql`convert_from(${null}::bytea, 'UTF8')` : sql`${null}`),
  keyParameters: keyArrays,
  hasKeys: (columns) => hasKeys(columns),
  isExactly,
  order: ({ column, expression }, unique) => (unique || column.kind === 'bytes' ? expression : sql`${expression}::text collate "C"`),
  orAbort: sql``,
  // Also of a column that is "generated always as identity": a row that is inserted again keeps its number.
  overriding: sql`overriding system value`,
  // An update of a row that somebody else changed since the transaction began to read fails by itself: it is "repeatable read".
  forUpdate: sql``,
  settle: sql`set constraints all immediate`,
  lockTable: (table) => sql`lock table ${sql.table(table)} in share row exclusive mode`,
  updateMany,
}

function asText({ column, expression }: Reference): RawBuilder<unknown> {
  return column.kind === 'bytes' || column.type === 'text' ? expression : sql`${expression}::text`
}

function decode({ kind }: Column, selected: SqlValue): FieldValue {
  if (selected === null || selected instanceof Uint8Array) return selected
  const text = String(selected)
  switch (kind) {
    case 'integer':
      return BigInt(text)
    case 'real':
      return Number(text)
    case 'decimal':
      return { decimal: text }
    case 'boolean':
      return text === 'true'
    default:
      return text
  }
}

function encode(value: FieldValue): unknown {
  if (value === null || value instanceof Uint8Array) return value
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value)
  return isDecimal(value) ? value.decimal : String(value)
}

function isExactly({ column, expression }: Reference): RawBuilder<unknown> {
  if (column.kind === 'bytes') return sql`${expression} = ${null} and ${expression} = ${null}`
  const exact = sql`${expression}::text collate "C" = ${null}`
  return isComparable(column) ? sql`${expression} = ${null}::text::${sql.raw(castOf(column))} and ${exact}` : sql`${exact} and ${exact}`
}

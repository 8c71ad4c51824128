import { sql, type RawBuilder } from 'kysely'
import { isDecimal, type FieldValue } from '../../core/codec.ts'
import type { Column } from '../column.ts'
import type { Language, Reference } from '../language.ts'
import type { SqlValue } from '../value.ts'
import { asBinary, asCharacters, exactReal, hasKeys, isExactly, keyBytes, keyParameters, keyText } from './keys.ts'
import { asDecimal } from './decimal.ts'
import { shortestFloat } from './real.ts'
import { storable } from './storing.ts'
import { typeOf } from './type.ts'
import { UPDATE_BYTES, UPDATE_ROWS, updateMany } from './update-many.ts'

const PARAMETER = sql`${null}`

/** What MariaDB and MySQL say in their own way. */
export const mysqlLanguage: Language = {
  table: (name) => sql.table(name),
  keyText,
  ordersByName: true,
  select,
  // The server converts texts itself, and only what it knows as valid.
  proof: () => sql`null`,
  bytes: (expression) => asBinary(sql`convert(${expression} using utf8mb4)`),
  decode,
  store: storable,
  encode,
  moment,
  parameter: (column, bytes) => (bytes && isSingleByte(column) ? sql`convert(${PARAMETER} using utf8mb4)` : PARAMETER),
  keyParameters,
  hasKeys,
  isExactly,
  order: (key, unique) => (unique || key.column.kind !== 'text' ? key.expression : keyBytes(key)),
  orAbort: sql``,
  overriding: sql``,
  forUpdate: sql` for update`,
  updateMany,
  updateLimit: { rows: UPDATE_ROWS, bytes: UPDATE_BYTES },
}

function select({ column, expression }: Reference): RawBuilder<unknown> {
  switch (column.kind) {
    case 'text': return expression
    // The driver makes objects of geometries, and numbers of bits.
    case 'bytes': return asBinary(expression)
    case 'real': return exactReal(expression)
    default: return asCharacters(column, expression)
  }
}

function decode(column: Column, selected: SqlValue): FieldValue {
  if (typeof selected !== 'string') return selected
  switch (column.kind) {
    case 'integer': return BigInt(selected)
    case 'real': return typeOf(column).name === 'float' ? shortestFloat(Number(selected)) : Number(selected)
    case 'decimal': return { decimal: decimalIn(column, selected) }
    default: return selected
  }
}

/** As `store` writes it. */
function decimalIn(column: Column, text: string): string {
  const [precision = 10, scale = 0] = typeOf(column).sizes
  return asDecimal(text, precision, scale) ?? text
}

function encode(column: Column, value: FieldValue): unknown {
  // The largest FLOAT is a little smaller than its shortest digits say.
  if (typeof value === 'number') return String(typeOf(column).name === 'float' ? Math.fround(value) : value)
  if (typeof value === 'boolean') return value ? 1n : 0n
  return value !== null && isDecimal(value) ? value.decimal : value
}

function moment(column: Column, milliseconds: number): FieldValue {
  if (column.kind === 'integer') return BigInt(Math.floor(milliseconds / 1000))
  const text = new Date(milliseconds).toISOString()
  return typeOf(column).name === 'date' ? text.slice(0, 10) : text.slice(0, 19).replace('T', ' ')
}

function isSingleByte({ repertoire }: Column): boolean {
  return repertoire === 'latin1' || repertoire === 'ascii'
}

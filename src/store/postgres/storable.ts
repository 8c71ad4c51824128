import { holdsDigits, isDecimal, type FieldValue } from '../../core/codec.ts'
import type { Column } from '../column.ts'
import type { Storable } from '../language.ts'
import { baseOf } from './column.ts'
import { numericOf } from './decimal.ts'

/** What the column is going to give back when it is given this value; where both would not agree, why. */
export function storable(column: Column, value: FieldValue): Storable {
  if (value === null) return { value }
  const isNumeric = column.kind === 'integer' || column.kind === 'real' || column.kind === 'decimal'
  if (isNumeric && typeof value === 'string') return refused('holds numbers, but its value is a text. Remove the quotes, or write null')
  switch (column.kind) {
    case 'bytes':
      return bytes(value)
    case 'integer':
      return integer(column, value)
    case 'real':
      return real(column, value)
    case 'decimal':
      return decimal(column, value)
    case 'boolean':
      return boolean(value)
    default:
      return text(column, value)
  }
}

function text(column: Column, value: Exclude<FieldValue, null>): Storable {
  if (value instanceof Uint8Array) return refused('holds text, and these bytes are no valid UTF-8')
  if (typeof value !== 'string') return refused(`holds text. Put ${isDecimal(value) ? value.decimal : String(value)} in quotes`)
  if (value.includes('\0')) return refused('cannot hold the character NUL')
  if (!value.isWellFormed()) return refused('cannot hold half of a surrogate pair')
  // They count for nothing there, so they would not come back.
  if (baseOf(column) === 'bpchar' && column.kind === 'text' && value.endsWith(' ')) return refused('does not keep spaces at the end')
  const { limit } = column
  if (limit === undefined) return { value }
  const length = limit.unit === 'bytes' ? Buffer.byteLength(value) : charactersIn(value)
  return length <= limit.most ? { value } : refused(`has room for ${limit.most} ${limit.unit}, and this has ${length}`)
}

function charactersIn(value: string): number {
  // Only those above U+FFFF take two of a string's units.
  return value.length - (value.match(/[\uD800-\uDBFF]/g)?.length ?? 0)
}

function bytes(value: Exclude<FieldValue, null>): Storable {
  if (value instanceof Uint8Array) return { value }
  if (typeof value === 'string') return { value: new Uint8Array(Buffer.from(value)) }
  return refused('holds bytes')
}

const INTEGER_BITS: Readonly<Record<string, number>> = { int2: 16, int4: 32, int8: 64 }

function integer(column: Column, value: Exclude<FieldValue, null>): Storable {
  const found = integerIn(value)
  if (found === undefined) return refused('holds integers')
  const fits = BigInt.asIntN(INTEGER_BITS[baseOf(column)]!, found) === found
  return fits ? { value: found } : refused(`is ${baseOf(column)}, which has no room for ${found}`)
}

function integerIn(value: Exclude<FieldValue, null>): bigint | undefined {
  if (typeof value === 'bigint') return value
  if (typeof value === 'number') return Number.isSafeInteger(value) && !Object.is(value, -0) ? BigInt(value) : undefined
  return typeof value === 'object' && isDecimal(value) && /^-?\d+$/.test(value.decimal) ? BigInt(value.decimal) : undefined
}

function real(column: Column, value: Exclude<FieldValue, null>): Storable {
  const found = realIn(value)
  if (found === undefined) return refused('holds real numbers, and this is none that it can hold exactly')
  if (baseOf(column) === 'float8' || !Number.isFinite(found) || Object.is(found, shortest(found))) return { value: found }
  return refused(`is float4, which has no room for all digits of ${found}`)
}

function realIn(value: Exclude<FieldValue, null>): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return BigInt(Number(value)) === value ? Number(value) : undefined
  return typeof value === 'object' && isDecimal(value) && holdsDigits(Number(value.decimal), value) ? Number(value.decimal) : undefined
}

/** The number that the shortest digits say which tell a `float4` from its neighbours: what the server writes. */
function shortest(value: number): number {
  const single = Math.fround(value)
  if (!Number.isFinite(single)) return single
  for (let digits = 1; digits < 9; digits++) {
    const rounded = Number(single.toPrecision(digits))
    if (Object.is(Math.fround(rounded), single)) return rounded
  }
  return Number(single.toPrecision(9))
}

function decimal(column: Column, value: Exclude<FieldValue, null>): Storable {
  if (typeof value === 'boolean' || value instanceof Uint8Array) return refused('holds numbers')
  const written = numericOf(typeof value === 'object' ? value.decimal : String(value), column.type)
  return 'text' in written ? { value: { decimal: written.text } } : refused(written.state)
}

function boolean(value: Exclude<FieldValue, null>): Storable {
  return typeof value === 'boolean' ? { value } : refused('holds true or false, but its value is another one. Write true, false or null')
}

function refused(state: string): Storable {
  return { state }
}

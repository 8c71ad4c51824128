import { holdsDigits, isDecimal, type FieldValue } from '../../core/codec.ts'
import type { Column } from '../column.ts'
import type { Storable } from '../language.ts'
import { asDecimal } from './decimal.ts'
import { formFault } from './form.ts'
import { asFloat } from './real.ts'
import { textFault } from './text.ts'
import { rangeOf, typeOf } from './type.ts'

const QUOTED = 'holds numbers, but its value is a text. Remove the quotes, or write null'
const UNQUOTED = 'holds text, but its value is a number or a boolean. Put it in quotes'
const TOO_LONG = 'cannot hold all digits of its value'
const NO_NUMBER = 'cannot hold what is no number. Write null'

/** `Language.store`. */
export function storable(column: Column, value: FieldValue): Storable {
  if (value === null) return { value }
  if (column.generated === true) return { state: 'is computed by the database, and cannot be written' }
  if (column.kind === 'text' || column.kind === 'other') return asText(column, value)
  if (column.kind === 'bytes') return asBytes(column, value)
  if (typeof value === 'string' || value instanceof Uint8Array) return { state: QUOTED }
  if (typeof value === 'number' && !Number.isFinite(value)) return { state: NO_NUMBER }
  if (isDecimal(value) && !/\d/.test(value.decimal)) return { state: NO_NUMBER }
  if (column.kind === 'integer') return asInteger(column, value)
  return column.kind === 'decimal' ? asDigits(column, value) : asReal(column, value)
}

type Numeric = Exclude<FieldValue, string | null | Uint8Array>

function asText(column: Column, value: FieldValue): Storable {
  if (value instanceof Uint8Array) {
    // Only a text that is none is read as bytes.
    return column.kind === 'text' && !isText(value) ? { value } : { state: 'holds text, but its value is bytes. Write it as a text' }
  }
  if (typeof value !== 'string') return { state: UNQUOTED }
  const state = column.kind === 'text' ? textFault(column, value) : formFault(column, value)
  return state === undefined ? { value } : { state }
}

function isText(bytes: Uint8Array): boolean {
  return Buffer.from(Buffer.from(bytes).toString()).equals(bytes)
}

function asBytes(column: Column, value: FieldValue): Storable {
  if (!(value instanceof Uint8Array)) return { state: 'holds bytes, but its value is none. Write it as !!binary, in Base64' }
  const { name, sizes } = typeOf(column)
  const exactly = name === 'binary' ? (sizes[0] ?? 1) : name === 'bit' ? Math.ceil((sizes[0] ?? 1) / 8) : undefined
  if (exactly !== undefined && value.length !== exactly) return { state: `holds exactly ${exactly} bytes, and its value has ${value.length}` }
  const most = column.limit?.most
  if (most !== undefined && value.length > most) return { state: `holds ${most} bytes, and its value takes ${value.length}. Shorten it, or make the column larger` }
  return { value }
}

function asInteger(column: Column, value: Numeric): Storable {
  const integer = integerIn(value)
  if (integer === undefined) return { state: 'holds integers, and its value has a fraction' }
  const [least, most] = rangeOf(typeOf(column))
  return integer < least || integer > most ? { state: `holds integers from ${least} to ${most}, and its value is ${integer}` } : { value: integer }
}

function integerIn(value: Numeric): bigint | undefined {
  if (typeof value === 'bigint') return value
  if (typeof value === 'boolean') return value ? 1n : 0n
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : undefined
  const whole = asDecimal(value.decimal, 100, 0)
  return whole === undefined ? undefined : BigInt(whole)
}

function asDigits(column: Column, value: Numeric): Storable {
  const { sizes: [precision = 10, scale = 0], unsigned } = typeOf(column)
  const text = typeof value === 'boolean' ? String(Number(value)) : isDecimal(value) ? value.decimal : String(value)
  const decimal = asDecimal(text, precision, scale)
  if (decimal === undefined) return { state: `holds ${precision - scale} digits before the point and ${scale} behind it, and its value has more` }
  return unsigned && decimal.startsWith('-') ? { state: 'holds no negative numbers' } : { value: { decimal } }
}

function asReal(column: Column, value: Numeric): Storable {
  const real = realIn(value)
  if (real === undefined) return { state: TOO_LONG }
  // The sign of zero is lost.
  if (real === 0) return { value: 0 }
  if (typeOf(column).name !== 'float') return { value: real }
  return asFloat(real) === real ? { value: real } : { state: TOO_LONG }
}

function realIn(value: Numeric): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value === 'boolean') return Number(value)
  if (typeof value === 'bigint') return BigInt(Number(value)) === value ? Number(value) : undefined
  const real = Number(value.decimal)
  return holdsDigits(real, value) ? real : undefined
}

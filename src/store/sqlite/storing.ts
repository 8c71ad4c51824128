import { type FieldValue, holdsDigits, isDecimal } from '../../core/codec.ts'
import type { Column } from '../column.ts'
import type { Storable } from '../language.ts'
import { affinityOf, isInteger } from './affinity.ts'

/** What looks like a number to SQLite. */
const NUMBER = /^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?\s*$/i

const TOO_LONG = 'cannot hold all digits of its value'

/**
 * The value that the column is going to hold: SQLite converts between integers and reals where nothing is lost. Other
 * conversions are refused, because the file and the row would not agree afterwards.
 */
export function storedAs({ type }: Column, asked: FieldValue): Storable {
  const affinity = affinityOf(type)
  const value = numberIn(asked)
  const numeric = affinity === 'INTEGER' || affinity === 'NUMERIC' || affinity === 'REAL'
  if (typeof value === 'string') {
    return numeric && NUMBER.test(value) ? { state: 'holds numbers, but its value is a number in quotes. Remove the quotes' } : { value }
  }
  if (value === null || value instanceof Uint8Array) return { value }
  if (affinity === 'TEXT') return { state: 'holds text, but its value is a number or a boolean. Put it in quotes' }
  if (typeof value === 'boolean') return { value: affinity === 'REAL' ? Number(value) : BigInt(value) }
  if (isDecimal(value)) return { state: TOO_LONG }
  if (typeof value === 'bigint') {
    if (affinity === 'REAL') return BigInt(Number(value)) === value ? { value: Number(value) } : { state: TOO_LONG }
    return isInteger(value) ? { value } : { state: 'has 64 bits for an integer, and its value takes more' }
  }
  if (Number.isNaN(value)) return { state: 'cannot hold what is no number. Write null' }
  if (numeric && affinity !== 'REAL' && Number.isSafeInteger(value)) return { value: BigInt(value) }
  // SQLite does not keep the sign of zero everywhere.
  return { value: Object.is(value, -0) ? 0 : value }
}

/** A number of the file as the kind that it is; one whose digits no real holds stays as it is. */
function numberIn(value: FieldValue): FieldValue {
  if (!isDecimal(value)) return value
  if (/^-?\d+$/.test(value.decimal)) return BigInt(value.decimal)
  const real = Number(value.decimal)
  return holdsDigits(real, value) ? real : value
}

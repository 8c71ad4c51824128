import { decodeFields, encodeFields, type FieldValue, holdsDigits, isDecimal } from '../../core/codec.ts'
import type { Problem } from '../../types.ts'
import { textOf } from '../content.ts'
import { writeProblem } from '../row.ts'
import type { SqlValue } from '../sqlite.ts'
import type { Change } from '../store.ts'
import { isInteger } from './affinity.ts'
import type { Column, Source } from './source.ts'

/** The canonical text of a structured row. */
export function structure({ contents }: Source, values: readonly SqlValue[]): string {
  return encodeFields(contents.map(({ name }, index) => [name, values[index]!]))
}

/** The values that a change asks for, one for each content column, as the database is going to give them back. */
export function valuesAsked(source: Source, change: Change): SqlValue[] | Problem {
  const text = textOf(change.content!)
  if (typeof text !== 'string') return writeProblem(source, change, 'not-utf8', 'its file is not valid UTF-8. Save it as UTF-8')
  const names = source.contents.map(({ name }) => name)
  const decoded = decodeFields(text, names, change.path, new Set(names))
  if ('problem' in decoded) return decoded.problem
  const values: SqlValue[] = []
  for (const [index, column] of source.contents.entries()) {
    const stored = storedAs(column, numberIn(decoded.values[index]!))
    if ('value' in stored) values.push(stored.value)
    else return writeProblem(source, change, 'unsupported-value', `the column ${JSON.stringify(column.name)} ${stored.state}`)
  }
  return values
}

/** A number of the file as the kind that it is; one whose digits no real holds stays as it is. */
function numberIn(value: FieldValue): FieldValue {
  if (!isDecimal(value)) return value
  if (/^-?\d+$/.test(value.decimal)) return BigInt(value.decimal)
  const real = Number(value.decimal)
  return holdsDigits(real, value) ? real : value
}

/** What looks like a number to SQLite. */
const NUMBER = /^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?\s*$/i

const TOO_LONG = 'cannot hold all digits of its value'

/**
 * The value that the column is going to hold: SQLite converts between integers and reals where nothing is lost. Other
 * conversions are refused, because the file and the row would not agree afterwards.
 */
function storedAs({ affinity }: Column, value: FieldValue): { readonly value: SqlValue } | { readonly state: string } {
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

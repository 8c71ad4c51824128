import type { FieldValue } from '../../core/codec.ts'
import type { Column } from '../column.ts'
import { baseOf } from './column.ts'

/** A moment for a column: Unix seconds where it holds numbers, a day where it holds days, else UTC text. */
export function momentFor(column: Column, milliseconds: number): FieldValue {
  const seconds = Math.floor(milliseconds / 1_000)
  if (column.kind === 'integer') return BigInt(seconds)
  if (column.kind === 'decimal') return { decimal: String(seconds) }
  if (column.kind === 'real') return seconds
  const text = new Date(milliseconds).toISOString().slice(0, 19).replace('T', ' ')
  switch (baseOf(column)) {
    case 'date':
      return text.slice(0, 10)
    case 'time':
      return text.slice(11)
    case 'timestamptz':
      return `${text}Z`
    default:
      return text
  }
}

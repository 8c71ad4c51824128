import type { SqlValue } from '../value.ts'

/** What SQLite prefers to store in a column, https://sqlite.org/datatype3.html#determination_of_column_affinity. */
export type Affinity = 'INTEGER' | 'TEXT' | 'BLOB' | 'REAL' | 'NUMERIC'

/** The affinity of a declared type, in capitals. */
export function affinityOf(type: string): Affinity {
  if (type.includes('INT')) return 'INTEGER'
  if (/CHAR|CLOB|TEXT/.test(type)) return 'TEXT'
  if (type === '' || type.includes('BLOB')) return 'BLOB'
  return /REAL|FLOA|DOUB/.test(type) ? 'REAL' : 'NUMERIC'
}

/**
 * The values that read as this text and may be in a column. SQLite converts a text to the column's kind when it compares the two, except
 * where the column has none: there the text, and the number that SQL writes so, are different values.
 */
export function valuesOf(text: string, affinity: Affinity): readonly SqlValue[] {
  if (affinity !== 'BLOB') return [text]
  if (/^-?(?:0|[1-9]\d{0,18})$/.test(text)) {
    const integer = BigInt(text)
    return isInteger(integer) ? [text, integer] : [text]
  }
  if (/^-?\d+\.\d+(?:e[+-]\d+)?$/.test(text)) return [text, Number(text)]
  return /^-?Inf$/.test(text) ? [text, text === 'Inf' ? Infinity : -Infinity] : [text]
}

/** Whether SQLite has room for the integer: 64 bits. */
export function isInteger(value: bigint): boolean {
  return BigInt.asIntN(64, value) === value
}

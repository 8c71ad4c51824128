import type { SqlValue } from './value.ts'

/** What kind of value a column holds, in SQLite's words. */
export type Kind = 'null' | 'integer' | 'real' | 'text' | 'blob'

/** A value as the database held it. A text that would not come back as the same bytes is kept as these, in the database's encoding. */
export type ExactValue = SqlValue | { readonly text: Uint8Array }

/** A row that was deleted: what its columns held, and of those that are its content only what kind of value. */
export interface DeletedRow {
  readonly contents: Readonly<Record<string, Kind>>
  readonly others: Readonly<Record<string, ExactValue>>
}

/** A value in JSON: texts and NULL as they are. */
type Written = string | null | { readonly [kind in 'integer' | 'real' | 'blob' | 'bytes']?: string }

/** Rows that were deleted, as the bytes of `Change.rest`. */
export function encodeRest(rows: readonly DeletedRow[]): Uint8Array {
  return Buffer.from(JSON.stringify(rows.map(({ contents, others }) => ({ contents, others: mapValues(others, written) }))))
}

/** The rows of a `Change.rest`. */
export function decodeRest(rest: Uint8Array): DeletedRow[] {
  const rows = JSON.parse(new TextDecoder().decode(rest)) as { contents: DeletedRow['contents']; others: Record<string, Written> }[]
  return rows.map(({ contents, others }) => ({ contents, others: mapValues(others, exact) }))
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, map: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]))
}

function written(value: ExactValue): Written {
  if (value === null || typeof value === 'string') return value
  if (typeof value === 'bigint') return { integer: String(value) }
  // -0 would become 0.
  if (typeof value === 'number') return { real: Object.is(value, -0) ? '-0' : String(value) }
  return value instanceof Uint8Array ? { blob: base64(value) } : { bytes: base64(value.text) }
}

function exact(value: Written): ExactValue {
  if (value === null || typeof value === 'string') return value
  if (value.integer !== undefined) return BigInt(value.integer)
  if (value.real !== undefined) return Number(value.real)
  return value.blob === undefined ? { text: Buffer.from(value.bytes!, 'base64') } : Buffer.from(value.blob, 'base64')
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64')
}

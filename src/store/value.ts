import type { CompiledQuery } from 'kysely'

/** A value as a record of the database holds it: integers are `bigint`, so that none is rounded. */
export type SqlValue = string | number | bigint | Uint8Array | null

/** A query whose rows come as records, like those of a stream: arrays of `SqlValue` in the order of the selected columns. */
export interface RecordQuery extends CompiledQuery {
  readonly records: true
}

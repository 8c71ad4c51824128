import type { CompiledQuery } from 'kysely'

/** A query that may be worth to be prepared: it has much for the server to parse. */
export interface PreparedQuery extends CompiledQuery {
  readonly prepared: boolean
}

import type { Kysely } from 'kysely'
import type { Writer } from './writer.ts'
import type { Watched } from './database.ts'
import type { RowShape } from './row.ts'
import type { Chunk, Finding } from './store.ts'

/** One kind of row, in a database that is open: what a preset is made of. */
export interface Collection extends RowShape {
  /** The tables that it reads and writes, with the columns that a row is made of. */
  readonly watched: readonly Watched[]
  /** Further tables that writing a row reads or writes. Default: none. */
  readonly further?: readonly string[] | undefined
  /** Whether what a transaction wrote to its tables can be taken back. */
  readonly transactional: boolean
  /** How many rows `read` is going to yield, cheaply. */
  count(db: Kysely<unknown>): Promise<number>
  /** All rows in small chunks, in a stable order, within one transaction. */
  read(db: Kysely<unknown>): AsyncIterable<Chunk>
  /** What there is at each of these paths, in their order; `unknown` for a path that does not fit the pattern. */
  find(db: Kysely<unknown>, paths: readonly string[]): Promise<readonly Finding[]>
  /**
   * What writes its rows, for one batch.
   *
   * @param moment milliseconds since 1970: when the batch is written
   */
  writer(moment: number): Writer
}

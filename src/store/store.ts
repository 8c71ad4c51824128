import type { Problem, Row } from '../types.ts'

/** Rows that travel together from the store; the engine lets go of one chunk before it asks for the next. */
export interface Chunk {
  readonly rows: readonly Row[]
  /** Rows that exist but cannot become files. Their paths still count as present. */
  readonly problems: readonly Problem[]
}

/**
 * The database side. A store is a port: nothing outside `store/` asks which database is behind it.
 *
 * `read` yields every row once, as of one moment where the database can do that, and throws a
 * `RowtreeError` when it cannot read on: a partial read must never look like absent rows.
 */
export interface Store {
  /** How many rows `read` is going to yield, cheaply: for progress and to size the work. */
  count(): Promise<number>
  /** All rows in small chunks, in a stable order. */
  read(): AsyncIterable<Chunk>
  /** Names a row for people: `pages(site="a", slug="b")`. */
  describe(row: Pick<Row, 'collection' | 'key'>): string
  /** Absolute paths of the files that the store itself lives in; none for a server. */
  readonly files: readonly string[]
  close(): Promise<void>
}

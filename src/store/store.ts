import type { Digest, Problem, Row, RowKey } from '../types.ts'

/** Rows that travel together from the store; the engine lets go of one chunk before it asks for the next. */
export interface Chunk {
  readonly rows: readonly Row[]
  /** Rows that exist but cannot become files. Their paths still count as present. */
  readonly problems: readonly Problem[]
}

/** What a store has for a path. */
export type Finding =
  | { readonly kind: 'row'; readonly row: Row }
  /** No row yet: a file at this path could become one. `binary`: its content need not be text. */
  | { readonly kind: 'vacant'; readonly collection: string; readonly key: RowKey; readonly binary: boolean; readonly structured: boolean }
  /** The path names a row whose files belong at another path. */
  | { readonly kind: 'misplaced'; readonly belongs: string }
  /** The path fits no collection. */
  | { readonly kind: 'unknown' }
  /** The row exists but cannot become a file. */
  | { readonly kind: 'problem'; readonly problem: Problem }

/** One row to be written. */
export interface Change {
  readonly path: string
  readonly collection: string
  readonly key: RowKey
  /** The digest of the content that the row must still have (`digestOf(row.content)`); `undefined`: there must be no row. */
  readonly expected: Digest | undefined
  /** The file's bytes; `undefined`: the row is deleted. */
  readonly content: Uint8Array | undefined
  /** For a row that was deleted, or lost a part, and is made whole again: what `beforeCommit` was told of it then. All its columns come back with it. */
  readonly rest?: Uint8Array | undefined
}

/** What became of one change of a committed batch. */
export type Outcome =
  /**
   * The row is as asked, because it was `written` or because it was so before. `digest` is that of its content as a
   * later `read` gives it; absent when there is no row. `created`: what it held before was inherited, and shows again when the
   * row is deleted.
   */
  | { readonly kind: 'done'; readonly digest: Digest | undefined; readonly written: boolean; readonly created?: true }
  /** The row is not what was expected any more and was left alone. */
  | { readonly kind: 'changed' }
  /**
   * It could not be written, or nobody can tell whether it was; `untouched`: it holds what it held. Only where the database cannot take back the others, such as
   * MyISAM.
   */
  | { readonly kind: 'failed'; readonly problem: Problem; readonly untouched?: true }

/** A batch is committed as a whole, or nothing of it is, because of one change. Where a database cannot do that, each outcome tells of itself. */
export type Applied =
  | { readonly committed: true; readonly outcomes: readonly Outcome[]; /** What failed beside the rows, which are written. */ readonly problems?: readonly Problem[] }
  | { readonly committed: false; readonly problem: Problem }

/**
 * Is told of a batch that is written and not committed; what it throws rolls the batch back. It is told again when the batch had to be begun
 * anew: then a change that is not `written` any more may be one that the earlier attempt did commit. Where a database cannot take back what
 * it wrote, it is told before anything is written.
 *
 * @param previous what the rows held; `undefined` where there was none
 * @param outcomes what became of the changes
 * @param rests for each row that was deleted, or lost a part, all that this held beside its content, in a form that only the store reads
 */
export type BeforeCommit = (
  previous: readonly (Row['content'] | undefined)[],
  outcomes: readonly Outcome[],
  rests: readonly (Uint8Array | undefined)[],
) => void

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
  /** What there is at each of these paths, in their order. It takes time for these paths, not for all rows. */
  find(paths: readonly string[]): Promise<readonly Finding[]>
  /**
   * Writes rows in one transaction. Each is compared with what is expected, written, read back and compared with
   * what was written, so that a value which the database cut or changed fails the batch.
   *
   * @param beforeCommit called once, when everything is written but not committed; its lists are in the order of the changes
   * @throws `RowtreeError` `store-unwritable`, `store-locked`, `store-unreadable` where the whole store is concerned; nothing is changed then
   */
  apply(changes: readonly Change[], beforeCommit: BeforeCommit): Promise<Applied>
  /**
   * A short text, cheap to get, that is another one whenever somebody else committed something since: as long as it stays the same, no
   * row has changed but by `apply` of this store. It is taken before rows are read: what is committed in between then moves the next one.
   * A new text need not mean a change: the first `apply` gives one, too. It says nothing about the texts of another opened store.
   *
   * @throws `RowtreeError` `store-locked`, `store-unreadable`
   *
   * @example
   * ```ts
   * const now = await store.token()
   * if (now !== before) for await (const chunk of store.read()) take(chunk)
   * before = now
   * ```
   */
  token(): Promise<string>
  /**
   * Calls `onChange` soon after somebody else committed something, where the database tells by itself; the function that it gives ends that. `undefined` where it
   * does not. It may call too often, and now and then for nothing; it is no more than a wish to ask for the token.
   */
  listen(onChange: () => void): Promise<(() => Promise<void>) | undefined>
  /**
   * Whether the store is still what its URL names. `false` when its file was replaced or removed, and after `close`: it has to be opened
   * anew. Until then `apply` fails, and `read` and `find` give what was there.
   */
  isCurrent(): boolean
  /** SQL for an administrator to run once, after which `listen` is told of changes; `undefined` where the database has nothing of the kind. */
  notifySql(): string | undefined
  /** Names a row for people: `pages(site="a", slug="b")`. */
  describe(row: Pick<Row, 'collection' | 'key'>): string
  /** Absolute paths of the files that the store itself lives in; none for a server. */
  readonly files: readonly string[]
  close(): Promise<void>
}

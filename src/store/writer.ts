import type { Kysely } from 'kysely'
import type { Problem, Row } from '../types.ts'
import type { RowShape } from './row.ts'
import type { Change } from './store.ts'

/** What a row holds: its content, nothing where there is no row, or why its content cannot be told. */
export type Held = Row['content'] | Problem | undefined

/**
 * Writes the rows of one collection. It lives for one attempt at a batch and sees each change in this order: `prepare`, `lock`, `current`, `asked`,
 * `rest` or `taken`, `write`, `finish`, `current`, `asked`; so it may keep what it found.
 */
export interface Writer {
  readonly shape: RowShape
  /** Asks what it needs to know of the tables, before the transaction. Default: nothing. */
  prepare?(changes: readonly Change[]): Promise<void>
  /** Keeps others from inserting rows, where only the database's lock on a table does that. Called before anything is read in the transaction. Default: nothing. */
  lock?(db: Kysely<unknown>, changes: readonly Change[]): Promise<void>
  /** What the changes' rows hold, exactly as `read` gives it. Called before and after the writing, with many changes at once. */
  current(db: Kysely<unknown>, changes: readonly Change[]): Promise<readonly Held[]>
  /**
   * The content that `read` is going to give when the change is done. Called before and after the writing, only for
   * changes that have a content.
   */
  asked(change: Change): Row['content'] | Problem
  /**
   * Whether what `current` found only shows in place of a row that is not there. Such a row is inserted again also where it
   * would hold the same. Default: never.
   */
  isInherited?(change: Change): boolean
  /** What the row holds that the change is going to delete, beside its content, for `Change.rest`. */
  rest(db: Kysely<unknown>, change: Change): Promise<Uint8Array | undefined>
  /**
   * What an update takes away of the row beside its content, where a row is made of several, for `Change.rest` of its undo. Default: nothing.
   */
  taken?(db: Kysely<unknown>, change: Change): Promise<Uint8Array | undefined>
  /** What is going to show where the row is that the change deletes. Default: nothing. Asked only where the database cannot take back what it wrote. */
  revealed?(db: Kysely<unknown>, change: Change): Promise<Row['content'] | undefined>
  /**
   * Inserts and updates rows, or deletes one. What the database reports is thrown as it is; what it does not report, such as
   * a row that was not changed, is returned. Of several changes it is enough to name any one: a batch that fails is tried again in parts.
   */
  write(db: Kysely<unknown>, changes: readonly Change[]): Promise<Problem | undefined>
  /** Writes what depends on all that was written, in the same transaction. Default: nothing. */
  finish?(db: Kysely<unknown>): Promise<Problem | undefined>
  /** Called after the commit, for what is outside of the database. Default: nothing. */
  committed?(): Promise<readonly Problem[]>
}

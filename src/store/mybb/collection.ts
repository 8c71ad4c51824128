import type { Kysely } from 'kysely'
import type { Problem } from '../../types.ts'
import type { ContentSource } from './contents.ts'
import type { Look } from './owners.ts'
import type { Plan } from './plan.ts'

/** Values of a database row by column. */
export type Columns = Readonly<Record<string, string | number | Uint8Array>>

/** When, and by which version of MyBB, rows are written. */
export interface Stamp {
  /** Seconds since 1970. */
  readonly time: number
  /** For a template of this title, such as `1837`; `undefined` where the board does not tell. */
  versionOf(title: string): string | undefined
}

/** A row that a writer wrote or deleted. */
export interface Written {
  readonly path: string
  /** The template set or theme that it belongs to. */
  readonly owner: number
  readonly title: string
  /** Absent where it was deleted. */
  readonly content: Uint8Array | undefined
}

/** One kind of row that a board has: its templates, or its stylesheets. */
export interface BoardCollection extends ContentSource {
  /** Plans what the board shows. */
  plan(db: Kysely<unknown>, look?: Look): Promise<Plan>
  /** Characters that a new title may have: some databases cut a longer one without a word. */
  readonly longest: number
  /** Columns beside the content that every write sets. */
  touched(title: string, stamp: Stamp): Columns
  /** What a new row takes over from the inherited one that it hides: for each of these ids its columns. */
  models(db: Kysely<unknown>, ids: readonly number[]): Promise<ReadonlyMap<number, Columns>>
  /** Further columns of a new row. */
  added(title: string, model: Columns | undefined): Columns
  /** Writes what depends on these rows, in the same transaction. Gives why it cannot be done. */
  finish?(db: Kysely<unknown>, written: readonly Written[]): Promise<string | undefined>
  /** Does what follows once these rows are committed. */
  committed?(written: readonly Written[]): Promise<readonly Problem[]>
  /** Whose the rows of a holder are, to tell why they stay. */
  describeHolder(holder: number): string
}

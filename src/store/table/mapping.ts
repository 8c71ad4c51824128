import type { Kysely, RawBuilder } from 'kysely'
import type { SetValue } from '../../types.ts'
import type { Watched } from '../database.ts'

/** A value in a mapping. */
export type Literal = string | number | boolean

/** How a row becomes a file: the bytes of one column, a YAML map of several, or such a map between lines of `---` and the bytes of one more. */
export type Format = 'raw' | 'yaml' | 'front-matter'

/** How the rows of one table become files. */
export interface Mapping {
  /** The collection's name, for messages and for the baseline: another name is another collection. */
  readonly name: string
  /** A table or a view. */
  readonly table: string
  /** What tells the rows apart: columns, and names of `derived`. */
  readonly key: readonly string[]
  /** The path pattern; its placeholders are exactly the key's names: `{site}/{slug}.html`. */
  readonly path: string
  /** The columns that become the file's content: exactly one for `raw`. For `front-matter` the last one is the body. */
  readonly content: readonly string[]
  /** Default: `raw`. */
  readonly format?: Format | undefined
  /** What content columns are called in the file, by column. Default: by their own names. */
  readonly fields?: Readonly<Record<string, string>> | undefined
  /** What other columns get whenever a row is written. Default: none. */
  readonly set?: Readonly<Record<string, SetValue>> | undefined
  /** What further columns get when a row is inserted. Default: none. */
  readonly added?: Readonly<Record<string, Exclude<SetValue, 'increment'>>> | undefined
  /** What columns must hold: rows with other values are not seen, and new rows get these. Default: all rows. */
  readonly where?: Readonly<Record<string, Literal>> | undefined
  /** What columns must not hold: rows with one of these values are not seen. Default: all rows. */
  readonly hidden?: Readonly<Record<string, readonly string[]>> | undefined
  /** The column that alone names a row in the database, such as its number. Default: the key. Needed with `derived`. */
  readonly id?: string | undefined
  /** Names of the key that are no columns of the table. Default: none. */
  readonly derived?: Readonly<Record<string, DerivedKey>> | undefined
}

/** A text of the key that is in another table. */
export interface DerivedKey {
  /** The column that holds it. */
  readonly table: string
  readonly column: string
  /** What else is read to find it. Default: nothing. */
  readonly watched?: readonly Watched[] | undefined
  /**
   * An expression in parentheses that selects it for a row, or NULL, without parameters (`sql.lit` for literals), and for MyISAM without aliases of
   * tables, which it would have to lock one by one.
   *
   * @param column names a column of the row
   */
  select(column: (name: string) => RawBuilder<unknown>): RawBuilder<unknown>
  /** Looks up what the text stands for, such as an id, before a row is inserted; or says why there is no such thing, with the remedy. Default: rows cannot be inserted. */
  find?(db: Kysely<unknown>, text: string): Promise<{ readonly found: unknown } | { readonly state: string }>
  /**
   * Makes `select` give the text for a row that was just inserted.
   *
   * @param id the value of the row's `id` column
   * @param found what `find` gave
   */
  link?(db: Kysely<unknown>, id: unknown, found: unknown): Promise<unknown>
}

/** How the rows of one table become files, as the config says it. */
export interface TableCollection {
  readonly name: string
  /** A table or a view. */
  readonly table: string
  /** The columns that tell the rows apart. */
  readonly key: readonly string[]
  /** The path pattern; its placeholders are exactly the key columns. */
  readonly path: string
  /** The columns that become the file's content: one, unless the content is structured. */
  readonly content: readonly string[]
  /** The content is a YAML map of the columns, also of a single one. */
  readonly structured: boolean
  /** What other columns get when a row is written. */
  readonly set: Readonly<Record<string, SetValue>>
  /** See `Mapping`; absent: as `structured` says. */
  readonly format?: 'front-matter' | undefined
  /** See `Mapping`. */
  readonly where?: Readonly<Record<string, Literal>> | undefined
}

import type { CompiledQuery, Kysely, RawBuilder } from 'kysely'
import type { FieldValue } from '../core/codec.ts'
import type { Column } from './column.ts'
import type { SqlValue } from './value.ts'

/** The value that a column is going to hold for one that is asked for, or why it cannot. */
export type Storable = { readonly value: FieldValue } | { readonly state: string }

/** A column in a query. */
export interface Reference {
  readonly column: Column
  /** Its qualified name. */
  readonly expression: RawBuilder<unknown>
}

/**
 * What databases say differently, and how their values become ours. It asks nothing: it makes SQL and converts.
 *
 * A value takes this way: `select` puts it into a record as a `SqlValue`, `decode` makes a `FieldValue` of it; a value of a file is made one that the
 * column can hold by `store`, and `encode` makes what is bound to a parameter.
 */
export interface Language {
  /** A table by its name, unqualified or, where the database has that, as `schema.table`. */
  table(name: string): RawBuilder<unknown>
  /** Selects a key column as the text that SQL writes for its value. What is no text, and has none, arrives as bytes. */
  keyText(key: Reference): RawBuilder<unknown>
  /** Selects what `isExactly` compares a key column with. Default: `keyText`. */
  identity?(key: Reference): RawBuilder<unknown>
  /** Selects a content column, for `decode`. */
  select(content: Reference): RawBuilder<unknown>
  /** Selects what `Texts.isWhole` compares a text with; `null` where a text always arrives as it is. */
  proof(expression: RawBuilder<unknown>): RawBuilder<unknown>
  /** Selects the bytes of a text that did not arrive whole. */
  bytes(expression: RawBuilder<unknown>): RawBuilder<unknown>
  /** Selects a value so that it can be put back exactly: whether it is a text that arrives as bytes, and the value. Default: no, and `select`. */
  exact?(column: Reference): readonly [isText: RawBuilder<unknown>, value: RawBuilder<unknown>]
  /** Selects what kind of value a column holds: `null`, `integer`, `real`, `text`, `blob`. Default: by the column's kind. */
  kindOf?(column: Reference): RawBuilder<unknown>
  /** A selected value as one of a file. */
  decode(column: Column, selected: SqlValue): FieldValue
  /** What the column is going to give back when it is given this value. Where both would not agree, it is refused. */
  store(column: Column, value: FieldValue): Storable
  /** A value as a parameter of the driver. */
  encode(column: Column, value: FieldValue): unknown
  /** The text for a column that tells when its row was written. UTC. */
  moment(column: Column, milliseconds: number): FieldValue
  /** A placeholder for a value; `bytes`: for a text that is bound as its bytes. */
  parameter(column: Column, bytes: boolean): RawBuilder<unknown>
  /**
   * The parameters of `hasKeys` for rows whose key columns read as one of these texts; `undefined` where no row can have any of these keys. Their
   * number may be another one for the same number of keys.
   */
  keyParameters(columns: readonly Column[], keys: readonly (readonly string[])[]): readonly unknown[] | undefined
  /**
   * The condition for rows by their keys, with as many placeholders (`null`), served by an index where there is one. It may choose other rows too: those whose
   * key a column takes for the same.
   */
  hasKeys(columns: readonly Reference[], parameters: number): RawBuilder<unknown>
  /** The condition that names rows by the exact value of a key column, served by an index where there is one; the value, as selected by `identity`, is bound twice. */
  isExactly(key: Reference): RawBuilder<unknown>
  /** How rows are ordered by a key column so that equal keys are neighbours. `unique`: no two rows have the same key. */
  order(key: Reference, unique: boolean): RawBuilder<unknown>
  /** After `insert` and `update`: fail where a constraint would do something else than that. */
  readonly orAbort: RawBuilder<unknown>
  /** After the columns of an insert: values also for columns that the database gives. */
  readonly overriding: RawBuilder<unknown>
  /** At the end of a query whose rows nobody may change until the transaction ends. */
  readonly forUpdate: RawBuilder<unknown>
  /** Has constraints and triggers that wait for the commit do their work now; absent where none wait. */
  readonly settle?: RawBuilder<unknown>
  /** Keeps others from inserting rows until the transaction ends; absent where `forUpdate` does, or nobody else writes meanwhile. */
  lockTable?(table: string): RawBuilder<unknown>
  /**
   * One statement that updates many rows: sets these columns of each to values of its own, and those of `same` to the same in all. Absent where one statement a row is as fast.
   * Its number of affected rows is the number of rows that were found.
   *
   * @param rows for each the texts or numbers of its key, as selected by `keyText`, then parameters, as `encode` gives them
   */
  updateMany?(db: Kysely<unknown>, update: ManyRows): CompiledQuery
  /** How much `updateMany` takes well at once; `bytes` of contents. Default: anything. */
  readonly updateLimit?: { readonly rows: number; readonly bytes: number }
}

/** What `Language.updateMany` does. */
export interface ManyRows {
  readonly table: string
  readonly keys: readonly Column[]
  readonly columns: readonly Column[]
  readonly same: readonly RawBuilder<unknown>[]
  readonly rows: readonly { readonly key: readonly SqlValue[]; readonly values: readonly unknown[] }[]
}

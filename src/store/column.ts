/**
 * What values a column holds. `any`: values of every kind, as columns of SQLite may that declare no type. `other`: what has a text form of its own,
 * such as times, enumerations, UUIDs, JSON.
 */
export type Kind = 'text' | 'bytes' | 'integer' | 'real' | 'decimal' | 'boolean' | 'any' | 'other'

/** A column of a table that exists. */
export interface Column {
  readonly name: string
  readonly kind: Kind
  /** As the database calls the type: `VARCHAR(120)` in SQLite, as declared in capitals; `varchar(120)`, `int4`. */
  readonly type: string
  /** How much a text or bytes may take; absent where nobody says, or where it is more than anybody writes. */
  readonly limit?: { readonly most: number; readonly unit: 'bytes' | 'characters' } | undefined
  /** Which characters a text can hold: `bmp` is all of at most three bytes in UTF-8. Absent: every one, or the database has to tell. */
  readonly repertoire?: 'ascii' | 'latin1' | 'bmp' | undefined
  /** Two different texts may be the same to the database, such as `A` and `a`. */
  readonly caseless?: boolean | undefined
  /** The database computes it; it cannot be written. */
  readonly generated?: boolean | undefined
}

/** A table, or view, that exists. */
export interface Table {
  /** As the database spells it. */
  readonly name: string
  readonly view: boolean
  /** Whether what a transaction wrote can be taken back: not so in MyISAM. */
  readonly transactional: boolean
  readonly columns: readonly Column[]
  /** The columns of each unique index, the primary key among them; not of partial indexes and not of indexes on expressions. */
  readonly unique: readonly (readonly string[])[]
}

/** What a database says about its tables. It is asked each time: tables change. */
export interface Catalogue {
  /** The names of all tables and views where an unqualified name is looked for, sorted. */
  tables(): Promise<readonly string[]>
  /** The table that SQL means by this name, unqualified or as `schema.table`. */
  table(name: string): Promise<Table | undefined>
  /** The column that SQL means by this name: not every database minds capitals. */
  find(table: Table, column: string): Column | undefined
}

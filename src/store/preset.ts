import type { Collection } from './collection.ts'
import type { Database } from './database.ts'
import type { TableCollection } from './table/mapping.ts'

/** What a preset has to work with. */
export interface PresetContext {
  /** The open database. The preset reads and writes it only by its collections, and does not close it. */
  readonly database: Database
  /** What the names of its tables begin with; empty under presets without such a prefix. */
  readonly prefix: string
  /** The preset's own settings, as the config has them. Nobody has checked them yet. */
  readonly options: unknown
  /** What the config names under `collections`; the preset `table` only. */
  readonly collections: readonly TableCollection[]
}

/** A kind of database that rowtree can read and write: which rows it has, and where their files go. */
export interface Preset {
  /** For messages. */
  readonly name: string
  /**
   * Looks at the database, and gives the collections that it finds there. A path belongs to the first one whose pattern fits. It is called for each opening
   * of the store; what it gives is used until the database is closed.
   *
   * @throws {RowtreeError} `config-invalid` for settings that make no sense, `table-missing`, `column-missing`
   */
  open(context: PresetContext): Promise<readonly Collection[]>
}

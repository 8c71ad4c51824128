import { openDatabase } from './database.ts'
import { unreadable } from './failure.ts'
import { openMybb } from './mybb/index.ts'
import type { Store } from './store.ts'
import { openTable, type TableCollection } from './table.ts'

/** Which store to open, and how its rows map to paths. */
export interface StoreOptions {
  /** `sqlite:FILE` */
  readonly url: string
  /** The directory that a relative file in the URL starts from. */
  readonly directory: string
  readonly preset: 'table' | 'mybb'
  /** What the names of a board's tables begin with; preset `mybb` only. */
  readonly prefix: string
  /** Preset `table` only. */
  readonly collections: readonly TableCollection[]
  readonly mybb: {
    /** Whether the master theme is exported too. */
    readonly master: boolean
  }
  /** Milliseconds since 1970, for columns that tell when a row was written. Default: the system's clock. */
  readonly now?: () => number
}

/**
 * Opens a store and checks that what it is going to read exists.
 *
 * @throws {RowtreeError} `store-missing`, `store-unreadable`, `store-unsupported`, `table-missing`, `column-missing`
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const database = await openDatabase(options.url, options.directory, { readOnly: true })
  try {
    return options.preset === 'mybb'
      ? await openMybb(database, { prefix: options.prefix, master: options.mybb.master }, options.now)
      : await openTable(database, options.collections, options.now)
  } catch (error) {
    await database.close()
    throw unreadable(database.path, error)
  }
}

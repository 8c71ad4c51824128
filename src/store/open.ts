import { openDatabase } from './database.ts'
import { unreadable } from './failure.ts'
import { openMybb, type BoardOptions } from './mybb/index.ts'
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
  /** Preset `mybb` only. */
  readonly mybb: BoardOptions
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
      ? await openMybb(database, { prefix: options.prefix, ...options.mybb }, options.now)
      : await openTable(database, options.collections, options.now)
  } catch (error) {
    await database.close()
    throw unreadable(database.path, error)
  }
}

import { RowtreeError } from '../errors.ts'
import { openDatabase, type Tls } from './database.ts'
import { unreadable } from './failure.ts'
import { openMybb } from './mybb/index.ts'
import type { Store } from './store.ts'
import { openTable, type TableCollection } from './table.ts'

/** Which store to open, and how its rows map to paths. */
export interface StoreOptions {
  /** `sqlite:FILE`, `mysql://…`, `mariadb://…`, `postgres://…`, `postgresql://…` */
  readonly url: string
  /** The directory that a relative file in the URL starts from. */
  readonly directory: string
  /** How the connection to a server is encrypted. */
  readonly tls?: Tls | undefined
  /** One of ours, or a module by its absolute path. */
  readonly preset: 'table' | 'mybb' | 'wordpress' | 'settings' | { readonly module: string }
  /** What the names of the tables begin with; presets `mybb` and `wordpress` only. */
  readonly prefix: string
  /** Preset `table` only. */
  readonly collections: readonly TableCollection[]
  readonly mybb: {
    /** Whether the master theme is exported too. */
    readonly master: boolean
  }
  /** Preset `wordpress` only. */
  readonly wordpress?: object
  /** Preset `settings` only. */
  readonly settings?: object
  /** What a preset of somebody's own is told. */
  readonly options?: Readonly<Record<string, unknown>>
  /** Milliseconds since 1970, for columns that tell when a row was written. Default: the system's clock. */
  readonly now?: () => number
}

/**
 * Opens a store and checks that what it is going to read exists.
 *
 * @throws {RowtreeError} `store-missing`, `store-unreadable`, `store-unsupported`, `table-missing`, `column-missing`
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { preset } = options
  if (preset !== 'table' && preset !== 'mybb') {
    const name = typeof preset === 'string' ? preset : preset.module
    throw new RowtreeError('store-unsupported', `Cannot open the store: this version has no preset ${name}. Choose table or mybb`)
  }
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

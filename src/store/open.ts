import { assembleStore } from './assemble.ts'
import type { Collection } from './collection.ts'
import type { Database, Tls } from './database.ts'
import { boardCollections, type BoardOptions } from './mybb/index.ts'
import { openDatabase } from './open-database.ts'
import type { Store } from './store.ts'
import { openTableCollection } from './table/collection.ts'
import type { TableCollection } from './table/source.ts'

export type { TableCollection } from './table/source.ts'

/** Which store to open, and how its rows map to paths. */
export interface StoreOptions {
  /** `sqlite:FILE`, `mysql://…`, `mariadb://…`, `postgres://…`, `postgresql://…` */
  readonly url: string
  /** The directory that a relative file in the URL starts from. */
  readonly directory: string
  readonly tls?: Tls | undefined
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
 * @throws {RowtreeError} `store-missing`, `store-unreadable`, `store-unreachable`, `store-unsupported`, `table-missing`, `column-missing`
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const database = await openDatabase(options.url, options)
  try {
    return assembleStore(database, await openCollections(database, options), options.now)
  } catch (error) {
    await database.close()
    throw database.failures.unreadable(error)
  }
}

async function openCollections(database: Database, { preset, prefix, mybb, collections }: StoreOptions): Promise<readonly Collection[]> {
  if (preset === 'mybb') return boardCollections(database, { prefix, ...mybb })
  const all: Collection[] = []
  for (const collection of collections) all.push(await openTableCollection(database, collection))
  return all
}

import type { Collection } from '../collection.ts'
import type { Table } from '../column.ts'
import type { Database, Watched } from '../database.ts'
import { requireColumns } from '../schema.ts'
import type { BoardCollection } from './collection.ts'
import { findPaths } from './find.ts'
import { hasCache, readStamp } from './stamp.ts'
import { stylesheetsOf } from './stylesheets.ts'
import { templatesOf } from './templates.ts'
import { boardWriter } from './writer.ts'

/** Which tables are the board's, and what of them takes part. */
export interface MybbOptions {
  /** What the names of the board's tables begin with. */
  readonly prefix: string
  /** Whether the master theme is exported too; it is never written. */
  readonly master: boolean
}

type Columns = Readonly<Record<string, readonly string[]>>

const READ: Columns = {
  templates: ['tid', 'title', 'template', 'sid'],
  templatesets: ['sid', 'title'],
  templategroups: ['gid', 'prefix', 'title'],
  themes: ['tid', 'name', 'pid'],
  themestylesheets: ['sid', 'name', 'tid', 'stylesheet'],
}

/** Columns that only writing needs. */
const WRITTEN: Columns = {
  templates: ['version', 'status', 'dateline'],
  themestylesheets: ['attachedto', 'cachefile', 'lastmodified'],
}

/**
 * The templates and stylesheets of a MyBB 1.8 board: the ones that each template set and each
 * theme shows, wherever they inherit them from.
 *
 * @throws {RowtreeError} `table-missing`, `column-missing`
 */
export async function boardCollections(database: Database, { prefix, master }: MybbOptions): Promise<Collection[]> {
  const tables = await requireTables(database, prefix, READ)
  const transactional = tables.every((table) => table.transactional)
  const watched = (...names: string[]): Watched[] => names.map((name) => ({ table: prefix + name, columns: READ[name]! }))
  let cached: boolean | undefined

  /** Looks for what only writing needs, outside of its transaction. */
  async function prepare(): Promise<void> {
    if (cached !== undefined) return
    await requireTables(database, prefix, WRITTEN)
    cached = await hasCache(database, prefix)
  }

  function collectionOf(board: BoardCollection, ...parts: string[]): Collection {
    return {
      collection: board.collection,
      keyNames: board.keyNames,
      pattern: board.pattern,
      watched: watched(...parts),
      transactional,
      count: async (db) => (await board.plan(db)).size,
      async *read(db) {
        yield* (await board.plan(db)).read(db, database)
      },
      find: (db, paths) => findPaths(db, database, board, paths),
      writer: (moment) => boardWriter(board, database, { prepare, stampOf: (db) => readStamp(db, prefix, cached === true, Math.floor(moment / 1_000)) }),
    }
  }

  return [
    collectionOf(templatesOf(prefix, database.language), 'templates', 'templatesets', 'templategroups'),
    collectionOf(stylesheetsOf(prefix, database.language, master), 'themestylesheets', 'themes'),
  ]
}

async function requireTables(database: Database, prefix: string, tables: Columns): Promise<Table[]> {
  const found: Table[] = []
  for (const [name, columns] of Object.entries(tables)) {
    found.push(await requireColumns(database, { reader: 'the board', table: prefix + name, columns, remedy: findPrefix }))
  }
  return found
}

/** Every board has this table, so what comes before its name is the prefix. */
function findPrefix(tables: readonly string[]): string {
  const found = tables.filter((table) => table.endsWith('templatesets')).map((table) => table.slice(0, -'templatesets'.length))
  if (found.length === 0) return 'No table of a board is there. Correct store.url, or store.prefix'
  return `Set store.prefix to the board's table prefix: ${found.map((prefix) => JSON.stringify(prefix)).join(' or ')}`
}

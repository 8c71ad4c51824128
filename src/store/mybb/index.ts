import type { Collection } from '../collection.ts'
import type { Table } from '../column.ts'
import type { Database, Watched } from '../database.ts'
import { requireColumns } from '../schema.ts'
import { BoardCache } from './board-cache.ts'
import type { BoardFiles } from './board-files.ts'
import type { Choice } from './choice.ts'
import type { BoardCollection } from './collection.ts'
import { findPaths } from './find.ts'
import { findCache, readStamp } from './stamp.ts'
import { stylesheetsOf } from './stylesheets.ts'
import { templatesOf } from './templates.ts'
import { updateThemes } from './themes.ts'
import { boardWriter } from './writer.ts'

/** What of a board takes part. */
export interface BoardOptions extends Choice {
  /** Where the board keeps files of its stylesheets. Without them it serves from their rows what is written here. */
  readonly files?: BoardFiles | undefined
}

/** Which tables are the board's, and what of them takes part. */
export interface MybbOptions extends BoardOptions {
  /** What the names of the board's tables begin with. */
  readonly prefix: string
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
  themes: ['def', 'properties', 'stylesheets'],
  themestylesheets: ['attachedto', 'cachefile', 'lastmodified'],
}

/**
 * The templates and stylesheets of a MyBB 1.8 board: the ones that each template set and each
 * theme shows, wherever they inherit them from.
 *
 * @throws {RowtreeError} `table-missing`, `column-missing`
 */
export async function boardCollections(database: Database, options: MybbOptions): Promise<Collection[]> {
  const { prefix, files } = options
  const found = await requireTables(database, prefix, READ)
  const datacache = await findCache(database, prefix)
  const cached = datacache !== undefined
  const transactional = [...found, ...(cached ? [datacache] : [])].every((table) => table.transactional)
  const watched = (...names: string[]): Watched[] => names.map((name) => ({ table: prefix + name, columns: READ[name]! }))
  let complete = false

  /** Looks for what only writing needs, outside of its transaction. */
  async function prepare(): Promise<void> {
    if (!complete) await requireTables(database, prefix, WRITTEN)
    complete = true
  }

  function collectionOf(board: BoardCollection, ...parts: string[]): Collection {
    return {
      collection: board.collection,
      keyNames: board.keyNames,
      pattern: board.pattern,
      watched: watched(...parts),
      further: cached ? [`${prefix}datacache`] : [],
      transactional,
      count: async (db) => (await board.plan(db)).size,
      async *read(db) {
        yield* (await board.plan(db)).read(db, database)
      },
      find: (db, paths) => findPaths(db, database, board, paths),
      writer: (moment) => boardWriter(board, database, { prepare, stampOf: (db) => readStamp(db, prefix, cached, Math.floor(moment / 1_000)) }),
    }
  }

  const { language } = database
  const cache = files && new BoardCache(files)
  const tables = { prefix, cached, files: files !== undefined, forUpdate: language.forUpdate }
  const stylesheets: BoardCollection = {
    ...stylesheetsOf(prefix, language, options),
    finish: (db, written) => updateThemes(db, tables, written),
    committed: async (written) => (await cache?.follow(written)) ?? [],
  }
  return [
    collectionOf(templatesOf(prefix, language, options), 'templates', 'templatesets', 'templategroups'),
    collectionOf(stylesheets, 'themestylesheets', 'themes'),
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
  if (found.length === 0) {
    // Servers hide tables from those who have no rights to them.
    if (tables.some((table) => table.endsWith('templates'))) return 'Others of a board are there: give the user the rights to all of them, or correct store.prefix'
    return 'No table of a board is there. Correct store.url, or store.prefix'
  }
  return `Set store.prefix to the board's table prefix: ${found.map((prefix) => JSON.stringify(prefix)).join(' or ')}`
}

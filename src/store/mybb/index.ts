import type { Kysely } from 'kysely'
import { applyChanges, type Writer } from '../apply.ts'
import type { Database } from '../database.ts'
import { describer } from '../row.ts'
import { requireColumns } from '../schema.ts'
import { ask, readSnapshot } from '../snapshot.ts'
import type { Store } from '../store.ts'
import type { BoardCollection, Stamp, Written } from './collection.ts'
import { BoardCache } from './board-cache.ts'
import type { BoardFiles } from './board-files.ts'
import type { Choice } from './choice.ts'
import { findPaths } from './find.ts'
import type { Plan } from './plan.ts'
import { hasCache, readStamp } from './stamp.ts'
import { stylesheetsOf } from './stylesheets.ts'
import { templatesOf } from './templates.ts'
import { updateThemes } from './themes.ts'
import { boardWriter, type BoardWriter } from './writer.ts'

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

const TABLES: Readonly<Record<string, readonly string[]>> = {
  templates: ['tid', 'title', 'template', 'sid'],
  templatesets: ['sid', 'title'],
  templategroups: ['gid', 'prefix', 'title'],
  themes: ['tid', 'name', 'pid'],
  themestylesheets: ['sid', 'name', 'tid', 'stylesheet'],
}

/** Columns that only writing needs. */
const WRITTEN: typeof TABLES = {
  templates: ['version', 'status', 'dateline'],
  themes: ['def', 'properties', 'stylesheets'],
  themestylesheets: ['attachedto', 'cachefile', 'lastmodified'],
}

/**
 * The templates and stylesheets of a MyBB 1.8 board: the ones that each template set and each
 * theme shows, wherever they inherit them from. It owns the database.
 *
 * @param now Milliseconds since 1970.
 * @throws {RowtreeError} `table-missing`, `column-missing`
 */
export async function openMybb(
  database: Database,
  options: MybbOptions,
  now: () => number = Date.now,
): Promise<Store> {
  const { prefix, files } = options
  await requireTables(database, prefix, TABLES)
  const themes = (db: Kysely<unknown>, written: readonly Written[]): Promise<string | undefined> =>
    updateThemes(db, { prefix, cached: cached === true, files: files !== undefined, forUpdate: database.language.forUpdate }, written)
  const templates = templatesOf(prefix, options)
  const stylesheets = { ...stylesheetsOf(prefix, options), finish: themes }
  const collections: readonly BoardCollection[] = [templates, stylesheets]
  const cache = files && new BoardCache(files)

  async function plan(db: Kysely<unknown>): Promise<Plan[]> {
    const plans: Plan[] = []
    for (const collection of collections) plans.push(await collection.plan(db))
    return plans
  }

  let cached: boolean | undefined

  /** Looks for what only writing needs, outside of its transaction. */
  async function prepare(): Promise<boolean> {
    await requireTables(database, prefix, WRITTEN)
    return hasCache(database, prefix)
  }

  return {
    async count() {
      const plans = await ask(database, plan)
      return plans.reduce((total, { size }) => total + size, 0)
    },
    read: () => readSnapshot(database, async function* (transaction) {
      for (const part of await plan(transaction)) yield* part.read(transaction, database.texts)
    }),
    find: (paths) => ask(database, (db) =>
      db.transaction().execute((transaction) => findPaths(transaction, database.texts, collections, paths))),
    async apply(changes, beforeCommit) {
      cached ??= await ask(database, prepare)
      const time = Math.floor(now() / 1000)
      const stampOf = (db: Kysely<unknown>): Promise<Stamp> => readStamp(db, prefix, cached === true, time)
      let sheets: BoardWriter | undefined
      const writerOf = (name: string): Writer | undefined => {
        const found = collections.find(({ collection }) => collection === name)
        const writer = found && boardWriter(found, database.texts, stampOf)
        if (found === stylesheets) sheets = writer
        return writer
      }
      const applied = await applyChanges(database, changes, writerOf, beforeCommit)
      const problems = applied.committed ? await cache?.follow(sheets?.written ?? []) : undefined
      return applied.committed && problems?.length ? { ...applied, problems } : applied
    },
    describe: describer(collections),
    token: () => ask(database, () => database.token()),
    isCurrent: () => database.isCurrent(),
    files: database.files,
    close: () => database.close(),
  }
}

async function requireTables(database: Database, prefix: string, tables: typeof TABLES): Promise<void> {
  for (const [name, columns] of Object.entries(tables)) {
    await requireColumns(database, { reader: 'the board', table: prefix + name, columns, remedy: findPrefix })
  }
}

/** Every board has this table, so what comes before its name is the prefix. */
function findPrefix(tables: readonly string[]): string {
  const found = tables.filter((table) => table.endsWith('templatesets')).map((table) => table.slice(0, -'templatesets'.length))
  if (found.length === 0) return 'No table of a board is there. Correct store.url, or store.prefix'
  return `Set store.prefix to the board's table prefix: ${found.map((prefix) => JSON.stringify(prefix)).join(' or ')}`
}

import type { Kysely } from 'kysely'
import type { Database } from '../database.ts'
import { describer } from '../row.ts'
import { requireColumns } from '../schema.ts'
import { ask, readSnapshot } from '../snapshot.ts'
import type { Store } from '../store.ts'
import { findPaths } from './find.ts'
import type { Plan } from './plan.ts'
import { stylesheetsOf } from './stylesheets.ts'
import { templatesOf } from './templates.ts'

/** How to read a board. */
export interface MybbOptions {
  /** What the names of the board's tables begin with. */
  readonly prefix: string
  /** Whether the master theme is exported too. */
  readonly master: boolean
}

const TABLES: Readonly<Record<string, readonly string[]>> = {
  templates: ['tid', 'title', 'template', 'sid'],
  templatesets: ['sid', 'title'],
  templategroups: ['gid', 'prefix', 'title'],
  themes: ['tid', 'name', 'pid'],
  themestylesheets: ['sid', 'name', 'tid', 'stylesheet'],
}

/**
 * The templates and stylesheets of a MyBB 1.8 board: the ones that each template set and each
 * theme shows, wherever they inherit them from. It owns the database.
 *
 * @throws {RowtreeError} `table-missing`, `column-missing`
 */
export async function openMybb(database: Database, { prefix, master }: MybbOptions): Promise<Store> {
  for (const [name, columns] of Object.entries(TABLES)) {
    await requireColumns(database, { reader: 'the board', table: prefix + name, columns, remedy: findPrefix })
  }

  const collections = [templatesOf(prefix), stylesheetsOf(prefix, master)]

  async function plan(db: Kysely<unknown>): Promise<Plan[]> {
    const plans: Plan[] = []
    for (const collection of collections) plans.push(await collection.plan(db))
    return plans
  }

  return {
    async count() {
      const plans = await ask(database, plan)
      return plans.reduce((total, { size }) => total + size, 0)
    },
    read: () => readSnapshot(database, async function* (transaction) {
      for (const part of await plan(transaction)) yield* part.read(transaction, database.texts)
    }),
    find: (paths) => ask(database, (db) => findPaths(db, database.texts, collections, paths)),
    describe: describer(collections),
    files: database.files,
    close: () => database.close(),
  }
}

/** Every board has this table, so what comes before its name is the prefix. */
function findPrefix(tables: readonly string[]): string {
  const found = tables.filter((table) => table.endsWith('templatesets')).map((table) => table.slice(0, -'templatesets'.length))
  if (found.length === 0) return 'No table of a board is there. Correct store.url, or store.prefix'
  return `Set store.prefix to the board's table prefix: ${found.map((prefix) => JSON.stringify(prefix)).join(' or ')}`
}

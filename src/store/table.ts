import type { Kysely } from 'kysely'
import { applyChanges, type Writer } from './apply.ts'
import type { Database } from './database.ts'
import { describer } from './row.ts'
import { nearestTable, requireColumns } from './schema.ts'
import { ask, readSnapshot } from './snapshot.ts'
import type { Chunk, Store } from './store.ts'
import { accessTo, type Access } from './table/access.ts'
import { findPaths } from './table/find.ts'
import { countRows, readSource } from './table/read.ts'
import { columnsOf, compileSource, type TableCollection } from './table/source.ts'
import { tableWriter } from './table/write.ts'

export type { TableCollection } from './table/source.ts'

/**
 * A store of any tables, by mapping. It owns the database.
 *
 * @param now milliseconds since 1970
 * @throws {RowtreeError} `table-missing`, `column-missing`, `config-invalid`
 */
export async function openTable(
  database: Database,
  collections: readonly TableCollection[],
  now: () => number = Date.now,
): Promise<Store> {
  const all: Access[] = []
  for (const collection of collections) all.push(await open(database, collection))
  const byName = new Map(all.map((access) => [access.source.collection, access]))

  function writerOf(collection: string, moment: number): Writer | undefined {
    const access = byName.get(collection)
    return access && tableWriter(access, moment)
  }

  async function* read(transaction: Kysely<unknown>): AsyncGenerator<Chunk> {
    for (const { source } of all) yield* readSource(transaction, source, database.texts)
  }

  return {
    async count() {
      let total = 0
      for (const { source } of all) total += await ask(database, (db) => countRows(db, source))
      return total
    },
    read: () => readSnapshot(database, read),
    find: (paths) => ask(database, (db) => findPaths(db, all, paths)),
    apply(changes, beforeCommit) {
      const moment = now()
      return applyChanges(database, changes, (collection) => writerOf(collection, moment), beforeCommit)
    },
    describe: describer(all.map(({ source }) => source)),
    token: () => ask(database, () => database.token()),
    isCurrent: () => database.isCurrent(),
    files: database.files,
    close: () => database.close(),
  }
}

async function open(database: Database, collection: TableCollection): Promise<Access> {
  const { name, table } = collection
  const reader = `the collection ${JSON.stringify(name)}`
  const remedy = (tables: readonly string[]): string => nearestTable(table, tables)
  const found = await requireColumns(database, { reader, table, columns: columnsOf(collection), remedy })
  return accessTo(compileSource(collection, found), database.texts)
}

import type { Collection } from '../collection.ts'
import type { Database } from '../database.ts'
import { nearestTable, requireColumns } from '../schema.ts'
import { accessTo } from './access.ts'
import { findPaths } from './find.ts'
import { countRows, readSource } from './read.ts'
import { columnsOf, compileSource, type TableCollection } from './source.ts'
import { tableWriter } from './write.ts'

/**
 * The rows of one table, by mapping.
 *
 * @throws {RowtreeError} `table-missing`, `column-missing`, `config-invalid`
 */
export async function openTableCollection(database: Database, collection: TableCollection): Promise<Collection> {
  const { name, table, key, content } = collection
  const reader = `the collection ${JSON.stringify(name)}`
  const remedy = (tables: readonly string[]): string => nearestTable(table, tables)
  const found = await requireColumns(database, { reader, table, columns: columnsOf(collection), remedy })
  const access = accessTo(compileSource(collection, found, database.catalogue), database)
  const { source } = access
  return {
    collection: name,
    keyNames: source.keyNames,
    pattern: source.pattern,
    watched: [{ table: found.name, columns: [...key, ...content] }],
    transactional: found.transactional,
    count: (db) => countRows(db, access),
    read: (db) => readSource(db, access),
    find: (db, paths) => findPaths(db, access, paths),
    writer: (moment) => tableWriter(database, access, moment),
  }
}

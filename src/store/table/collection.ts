import type { Collection } from '../collection.ts'
import type { Column } from '../column.ts'
import type { Database } from '../database.ts'
import { nearestTable, requireColumns } from '../schema.ts'
import { accessTo } from './access.ts'
import { findPaths } from './find.ts'
import type { Mapping } from './mapping.ts'
import { countRows, readSource } from './read.ts'
import { columnsOf, compileSource } from './source.ts'
import { tableWriter } from './write.ts'

/**
 * The rows of one table, by mapping.
 *
 * @throws {RowtreeError} `table-missing`, `column-missing`, `config-invalid`
 */
export async function openMapping(database: Database, mapping: Mapping): Promise<Collection> {
  const { table, derived = {} } = mapping
  const reader = `the collection ${JSON.stringify(mapping.name)}`
  const remedy = (tables: readonly string[]): string => nearestTable(table, tables)
  const found = await requireColumns(database, { reader, table, columns: columnsOf(mapping), remedy })
  const origins = new Map<string, Column>()
  const tables = [found]
  for (const [name, key] of Object.entries(derived)) {
    const origin = await requireColumns(database, { reader, table: key.table, columns: [key.column], remedy })
    origins.set(name, database.catalogue.find(origin, key.column)!)
    tables.push(origin)
  }
  const access = accessTo(compileSource(mapping, found, database, origins), database)
  const { source } = access
  const columns = columnsOf({ ...mapping, set: {}, added: {} })
  return {
    collection: mapping.name,
    keyNames: source.keyNames,
    pattern: source.pattern,
    watched: [
      { table: found.name, columns: [...new Set(columns)] },
      ...Object.values(derived).flatMap(({ table: name, column, watched = [] }) => [{ table: name, columns: [column] }, ...watched]),
    ],
    transactional: tables.every(({ transactional }) => transactional),
    count: (db) => countRows(db, access),
    read: (db) => readSource(db, access),
    find: (db, paths) => findPaths(db, access, paths),
    writer: (moment) => tableWriter(database, access, moment),
  }
}

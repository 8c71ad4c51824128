import { sql, type Kysely, type RawBuilder } from 'kysely'
import { compilePattern } from '../core/paths.ts'
import { RowtreeError } from '../errors.ts'
import type { RowKey } from '../types.ts'
import type { Database } from './database.ts'
import { readDistinct, type OpenChunk } from './distinct.ts'
import { describer, placeRow, rowProblem, type KeyValue, type RowShape } from './row.ts'
import { nearestTable, requireColumns } from './schema.ts'
import { ask, readSnapshot } from './snapshot.ts'
import type { SqlValue } from './sqlite.ts'
import type { Chunk, Store } from './store.ts'
import { keyText, type Texts } from './texts.ts'

/** How the rows of one table become files. */
export interface TableCollection {
  readonly name: string
  /** A table or a view. */
  readonly table: string
  /** The columns that tell the rows apart. */
  readonly key: readonly string[]
  /** The path pattern; its placeholders are key columns. */
  readonly path: string
  /** The column that becomes the file's content. */
  readonly content: string
}

/** A collection, ready to be read. */
interface Source extends RowShape {
  readonly table: string
  readonly content: string
  /** For each placeholder its index in the key; `undefined` where that is the key itself. */
  readonly places: readonly number[] | undefined
}

/**
 * A store of any tables, by mapping. It owns the database.
 *
 * @throws {RowtreeError} `table-missing`, `column-missing`, `config-invalid`
 */
export async function openTable(database: Database, collections: readonly TableCollection[]): Promise<Store> {
  const sources = collections.map(compileSource)
  for (const { name, table, key, content } of collections) {
    const reader = `the collection ${JSON.stringify(name)}`
    const remedy = (tables: readonly string[]): string => nearestTable(table, tables)
    await requireColumns(database, { reader, table, columns: [...key, content], remedy })
  }

  async function* read(transaction: Kysely<unknown>): AsyncGenerator<Chunk> {
    for (const source of sources) yield* readSource(transaction, source, database.texts)
  }

  return {
    async count() {
      let total = 0
      for (const source of sources) total += await ask(database, (db) => countRows(db, source))
      return total
    },
    read: () => readSnapshot(database, read),
    describe: describer(sources),
    files: database.files,
    close: () => database.close(),
  }
}

function compileSource({ name: collection, table, key, path, content }: TableCollection): Source {
  const pattern = compilePattern(path)
  const stranger = pattern.names.find((placeholder) => !key.includes(placeholder))
  if (stranger !== undefined) {
    const state = `{${stranger}} is not among its key columns ${key.map((name) => JSON.stringify(name)).join(', ')}`
    throw new RowtreeError('config-invalid', `Cannot use the path pattern of the collection "${collection}": ${state}`)
  }
  const places = pattern.names.map((placeholder) => key.indexOf(placeholder))
  const same = places.length === key.length && places.every((place, index) => place === index)
  return { collection, keyNames: key, pattern, places: same ? undefined : places, table, content }
}

async function countRows(db: Kysely<unknown>, { table }: Source): Promise<number> {
  const { rows } = await sql<{ total: number }>`select count(*) as total from ${sql.id(table)}`.execute(db)
  return rows[0]!.total
}

/**
 * Yields the rows of one collection. Texts that did not arrive whole are rare and come last, from
 * a second look at the table: while a stream is open the connection answers no other query.
 */
async function* readSource(db: Kysely<unknown>, source: Source, texts: Texts): AsyncGenerator<Chunk> {
  let left = 0
  const width = source.keyNames.length

  function addRow(chunk: OpenChunk, record: SqlValue[], copies: number): void {
    const content = record[width] ?? ''
    if (copies === 1 && typeof content === 'string' && !texts.isWhole(content, Number(record[width + 1] ?? 0))) left++
    else add(chunk, source, record, copies, content)
  }

  function addLeft(chunk: OpenChunk, record: SqlValue[], copies: number): void {
    const [content, octets, bytes] = record.slice(width)
    if (copies > 1 || typeof content !== 'string' || texts.isWhole(content, Number(octets))) return
    add(chunk, source, record, copies, texts.decode(bytes as Uint8Array))
  }

  yield* readDistinct(db, select(source), width, addRow)
  if (left > 0) yield* readDistinct(db, select(source, sql`, cast(${column(source.content)} as blob)`), width, addLeft)
}

function add(chunk: OpenChunk, source: Source, record: SqlValue[], copies: number, content: SqlValue): void {
  const key = record.slice(0, source.keyNames.length) as KeyValue[]
  const path = placeRow(source, key, source.places?.map((place) => key[place]!) ?? key)
  if (typeof path !== 'string') chunk.problems.push(path)
  else if (copies > 1) {
    const state = `${copies} rows have this key. Name the columns in key that tell them apart`
    chunk.problems.push(rowProblem(source, key, 'duplicate-row', path, state))
  } else if (typeof content === 'string' || content instanceof Uint8Array) {
    chunk.rows.push({ collection: source.collection, key: key as RowKey, path, content })
  } else {
    const state = `the column ${JSON.stringify(source.content)} holds the number ${content}. A file's content is text or bytes`
    chunk.problems.push(rowProblem(source, key, 'unsupported-value', path, state))
  }
}

/** Binary order, whatever the columns' collation: else `a`, `A`, `a` would hide that `a` occurs twice. */
function select({ table, keyNames, content }: Source, more: RawBuilder<unknown> = sql``): RawBuilder<unknown> {
  const keys = keyNames.map((name) => keyText(column(name)))
  const order = keyNames.map((name) => sql`${column(name)} collate binary`)
  const body = column(content)
  return sql`select ${sql.join(keys)}, ${body}, octet_length(${body})${more}
    from ${sql.id(table)} as ${sql.id('source')} order by ${sql.join(order)}`
}

/** Qualified, because SQLite takes an unknown quoted name alone for a text. */
function column(name: string): RawBuilder<unknown> {
  return sql.id('source', name)
}

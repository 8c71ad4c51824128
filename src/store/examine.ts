import { sql } from 'kysely'
import type { Remark } from '../doctor.ts'
import { toldOf } from '../errors.ts'
import { assembleStore } from './assemble.ts'
import type { Collection } from './collection.ts'
import type { Table } from './column.ts'
import type { Database } from './database.ts'
import type { Role, Server } from './examination.ts'
import { openDatabase } from './open-database.ts'
import { presetOf, settingsOf, type StoreOptions } from './open.ts'

/** Looks at a store, from the connection to the single table, as far as it gets; it changes nothing and never throws. */
export async function* examineStore(options: StoreOptions): AsyncGenerator<Remark> {
  let database: Database
  try {
    database = await openDatabase(options.url, options)
  } catch (error) {
    yield { name: 'connection', status: 'fail', ...toldOf(error) }
    return
  }
  try {
    yield* examineDatabase(database, options)
  } catch (error) {
    yield { name: 'connection', status: 'fail', ...toldOf(database.failures.unreadable(error)) }
  } finally {
    await database.close()
  }
}

async function* examineDatabase(database: Database, options: StoreOptions): AsyncGenerator<Remark> {
  const server = await database.examination.server()
  yield connectionOf(server, database.name, await roundTrip(database))
  if (server.way !== 'file') yield encryptionOf(server)
  const preset = await presetOf(options)
  let collections: readonly Collection[]
  try {
    collections = await preset.open({ database, prefix: options.prefix, options: settingsOf(options), collections: options.collections })
  } catch (error) {
    yield { name: 'tables', status: 'fail', ...toldOf(database.failures.unreadable(error)) }
    return
  }
  const roles = rolesOf(collections, options)
  const tables = (await Promise.all(roles.map(({ table }) => database.catalogue.table(table)))).filter((table) => table !== undefined)
  const rows = await assembleStore(database, collections).count()
  yield { name: 'tables', status: 'ok', message: `${rows.toLocaleString('en-US')} ${rows === 1 ? 'row' : 'rows'} in ${names(roles.map(({ table }) => table))}`, measured: { rows, tables: roles.length } }
  yield* await database.examination.remarks(roles)
  yield* narrowOf(tables, roles, database)
  yield* keysOf(tables, roles, database)
}

/** A question is asked three times; milliseconds of the one in the middle. */
async function roundTrip({ kysely }: Database): Promise<number> {
  const times: number[] = []
  for (let asked = 0; asked < 3; asked++) {
    const start = performance.now()
    await sql`select 1`.execute(kysely)
    times.push(performance.now() - start)
  }
  return times.toSorted((a, b) => a - b)[1]!
}

/** From here on a batch of an import takes a second for its questions alone. */
const SLOW = 100

/** How quickly a server answers, and whether it is new enough. */
export function connectionOf({ title, atLeast }: Server, name: string, ms: number): Remark {
  const measured = { server: title, ms: Math.round(ms * 1_000) / 1_000 }
  const message = `${title} at ${name}, ${ms < 1 ? ms.toFixed(2) : ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms a question`
  if (atLeast !== undefined) {
    return { name: 'connection', status: 'warn', message: `${message}; nobody tries rowtree with a version that old`, remedy: `update it to ${atLeast} or later`, measured }
  }
  return ms < SLOW ? { name: 'connection', status: 'ok', message, measured } : { name: 'connection', status: 'warn', message, remedy: 'run rowtree nearer to the database', measured }
}

function encryptionOf({ way }: Server): Remark {
  if (way !== 'open') return { name: 'encryption', status: 'ok', message: way === 'encrypted' ? 'the connection is encrypted' : 'the server is on this machine' }
  const message = 'the connection is not encrypted: whoever is on the way reads the rows'
  return { name: 'encryption', status: 'warn', message, remedy: 'set store.tls: true, or use a tunnel' }
}

/** The tables of all collections, each once. The first one of a collection has its rows. */
function rolesOf(collections: readonly Collection[], options: StoreOptions): Role[] {
  const roles = new Map<string, Role>()
  for (const { collection, watched, further = [] } of collections) {
    const mapping = options.collections.find(({ name }) => name === collection)
    const [own, ...others] = watched
    if (own) {
      const key = mapping && [...mapping.key, ...Object.keys(mapping.where ?? {})]
      const contents = mapping?.content ?? own.columns
      roles.set(own.table, { table: own.table, written: true, contents: [...contents, ...(roles.get(own.table)?.contents ?? [])], key: key ?? roles.get(own.table)?.key })
    }
    for (const table of [...others.map((one) => one.table), ...further]) {
      if (!roles.has(table)) roles.set(table, { table, written: false, contents: [] })
    }
  }
  return [...roles.values()]
}

const REPERTOIRES = { ascii: 'ASCII', latin1: 'Latin 1', bmp: 'characters of up to three bytes, no emoji' } as const

/** Columns that become files and cannot hold every character. */
function* narrowOf(tables: readonly Table[], roles: readonly Role[], { catalogue, examination }: Database): Generator<Remark> {
  const told: Remark[] = []
  for (const { table: name, contents } of roles) {
    const table = tables.find((one) => one.name === name)
    const columns = table === undefined ? [] : contents.map((column) => catalogue.find(table, column)).filter((column) => column?.kind === 'text')
    const narrow = columns.find((column) => column!.repertoire !== undefined)
    if (!narrow) continue
    const message = `${name}.${narrow.name} holds only ${REPERTOIRES[narrow.repertoire!]}: a file with others is refused`
    told.push({ name: 'characters', status: 'warn', message, remedy: examination.widen?.(name) ?? `give ${name} a character set of all characters` })
  }
  yield* told.length > 0 ? told : [{ name: 'characters', status: 'ok', message: 'contents may be of any characters' } as const]
}

/** Keys that nothing keeps unique, and keys that are the same to the database where they differ to a person. */
async function* keysOf(tables: readonly Table[], roles: readonly Role[], { catalogue, examination }: Database): AsyncGenerator<Remark> {
  const keyed = roles.flatMap(({ table: name, key }) => {
    const table = tables.find((one) => one.name === name)
    return table === undefined || table.view || key === undefined ? [] : [{ table, key }]
  })
  if (keyed.length === 0) return
  const told: Remark[] = []
  for (const { table, key } of keyed) {
    const columns = new Set(key.map((column) => catalogue.find(table, column)?.name))
    const unique = (await examination.unique?.(table)) ?? table.unique
    if (unique.some((index) => index.every((column) => columns.has(column)))) continue
    const message = `nothing keeps ${names(key)} unique in ${table.name}: of two rows with one key only the first becomes a file`
    told.push({ name: 'keys', status: 'warn', message, remedy: `add a unique index on ${table.name} (${key.join(', ')})` })
  }
  if (told.length > 0) return yield* told
  const caseless = keyed.flatMap(({ table, key }) => key.filter((column) => catalogue.find(table, column)?.caseless).map((column) => `${table.name}.${column}`))
  const same = caseless.length === 0 ? '' : `; "A" and "a" are one in ${names(caseless)}, so files whose names differ by that alone are refused`
  yield { name: 'keys', status: 'ok', message: `an index keeps keys unique${same}` }
}

function names(list: readonly string[]): string {
  const unique = [...new Set(list)]
  return unique.length > 4 ? `${unique.slice(0, 3).join(', ')} and ${unique.length - 3} more` : unique.join(', ')
}

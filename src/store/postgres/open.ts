import { Kysely, sql } from 'kysely'
import { RowtreeError } from '../../errors.ts'
import type { Database, DatabaseOptions } from '../database.ts'
import { wholeTexts } from '../texts.ts'
import { addressOf } from './address.ts'
import { catalogueOf } from './catalogue.ts'
import { PostgresConnection, type Witness } from './connection.ts'
import { PostgresDialect } from './dialect.ts'
import { postgresExamination } from './examine.ts'
import { failuresOf } from './failures.ts'
import { postgresLanguage } from './language.ts'
import { listenTo } from './listen.ts'
import { notifySql } from './notify-sql.ts'
import { connect } from './session.ts'
import { ChangeToken } from './token.ts'

/** The oldest version that has all that is asked here, as `server_version_num` says it. */
const OLDEST = 140_000

/**
 * Opens a database of a PostgreSQL server: `postgres://user:password@host:5432/database`. Its connections are made when they are needed, the first one at once.
 *
 * @throws {RowtreeError} `store-missing`, `store-unreachable`, `store-unreadable`, `store-unsupported`
 */
export async function openPostgres(url: string, options: DatabaseOptions): Promise<Database> {
  const address = addressOf(url, options)
  const { name } = address
  const failures = failuresOf(name)
  const token = new ChangeToken()
  let closed = false

  function connection(asks: boolean, witness?: Witness): PostgresConnection {
    return new PostgresConnection({ open: () => connect(address), asks, witness })
  }

  const question = connection(true)
  const stream = connection(true)
  const writer = connection(false, token)
  const kysely = kyselyOn(question)
  const streaming = kyselyOn(stream)
  const writing = kyselyOn(writer)
  const listeners = new Set<() => Promise<void>>()

  try {
    await requireSupported(kysely, name)
  } catch (error) {
    await kysely.destroy()
    throw failures.unreadable(error)
  }

  return {
    name,
    language: postgresLanguage,
    catalogue: catalogueOf(kysely),
    failures,
    texts: wholeTexts,
    examination: postgresExamination(kysely, address),
    kysely,
    streaming: async () => streaming,
    async writing() {
      try {
        await writer.connect()
        return writing
      } catch (error) {
        throw failures.unwritable(error)
      }
    },
    recover: () => undefined,
    token: (watched) => token.read(kysely, watched),
    async listen(watched, onChange) {
      const stop = await listenTo({ open: () => connect(address), own: () => writer.processId, watched, onChange })
      if (stop === undefined) return undefined
      if (closed) {
        await stop()
        return undefined
      }
      listeners.add(stop)
      return async () => {
        listeners.delete(stop)
        await stop()
      }
    },
    notifySql: (watched) => notifySql([...new Set(watched.map(({ table }) => inSchema(table, address.schema)))]),
    isCurrent: () => !closed,
    files: [],
    async close() {
      closed = true
      await Promise.all([...listeners].map((stop) => stop()))
      for (const one of [kysely, streaming, writing]) await one.destroy()
      for (const one of [question, stream, writer]) await one.close()
    },
  }
}

/** Whoever runs the SQL need not look for tables where this connection does. */
function inSchema(table: string, schema: string | undefined): string {
  return schema === undefined || table.includes('.') ? table : `${schema}.${table}`
}

function kyselyOn(connection: PostgresConnection): Kysely<unknown> {
  return new Kysely<unknown>({ dialect: new PostgresDialect(connection) })
}

async function requireSupported(kysely: Kysely<unknown>, path: string): Promise<void> {
  const { rows: [server] } = await sql<{ encoding: string; number: number; version: string }>`
    select current_setting('server_encoding') as encoding, current_setting('server_version_num')::int4 as number, current_setting('server_version') as version`.execute(kysely)
  const { encoding, number, version } = server!
  const unsupported = (state: string, remedy: string): RowtreeError => new RowtreeError('store-unsupported', `Cannot open the store ${path}: ${state}`, { path, remedy })
  if (number < OLDEST) throw unsupported(`its server is PostgreSQL ${version}`, 'Use version 14 or later')
  // Its texts are any bytes, of which nobody says what characters they are.
  if (encoding === 'SQL_ASCII') throw unsupported('its encoding is SQL_ASCII, so its texts need not be valid in any', 'Move it to a database of encoding UTF8')
}

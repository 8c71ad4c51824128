import { isIP } from 'node:net'
import { Kysely } from 'kysely'
import { RowtreeError } from '../../errors.ts'
import type { Database, DatabaseOptions, Tls } from '../database.ts'
import { redactUrl } from '../url.ts'
import { addressOf, type Address } from './address.ts'
import { catalogueOf } from './catalogue.ts'
import { connect } from './connect.ts'
import { MysqlDialect } from './dialect.ts'
import { Engines } from './engines.ts'
import { mysqlExamination } from './examine.ts'
import { exclusively } from './exclusive.ts'
import { failuresOf } from './failures.ts'
import { mysqlLanguage } from './language.ts'
import { Session } from './session.ts'
import { Sums } from './sums.ts'
import { serverTexts } from './texts.ts'

/**
 * Opens a database of a MariaDB or MySQL server: `mysql://user:password@host:3306/database`, `mariadb://…`, with `?socket=FILE` for one on
 * this computer.
 *
 * @throws {RowtreeError} `store-unsupported`, `store-unreachable`, `store-missing`, `store-unreadable`
 */
export async function openMysql(url: string, { tls }: DatabaseOptions): Promise<Database> {
  const address = addressOf(url)
  const name = redactUrl(url)
  requireName(name, address, tls)
  const failures = failuresOf(name)
  const sessions = { question: newSession(), stream: newSession(), writer: newSession() }
  const kysely = new Kysely<unknown>({ dialect: new MysqlDialect(sessions.question) })
  const engines = new Engines(catalogueOf(kysely))
  const { catalogue } = engines
  const sums = new Sums(catalogue, sessions.writer)
  const stream = new Kysely<unknown>({ dialect: new MysqlDialect(sessions.stream) })
  const writer = new Kysely<unknown>({ dialect: new MysqlDialect(sessions.writer, sums) })
  let closed = false

  function newSession(): Session {
    return new Session(() => connect(address, tls))
  }

  try {
    await sessions.question.run({ sql: 'select 1', parameters: [], records: true })
  } catch (error) {
    throw failures.unreadable(error)
  }
  return {
    name,
    language: mysqlLanguage,
    catalogue,
    failures,
    texts: serverTexts,
    examination: mysqlExamination({ question: kysely, writer }, catalogue, address),
    kysely,
    streaming: async () => stream,
    async writing() {
      try {
        if (!closed) await sessions.writer.ready()
        return writer
      } catch (error) {
        throw failures.unwritable(error)
      }
    },
    recover() {},
    token: (watched) => sums.token(kysely, watched),
    isCurrent: () => !closed,
    isTransactional: (db, tables) => engines.isTransactional(db, tables),
    exclusively: (tables, work) => exclusively({ name, writer, session: sessions.writer, sums }, tables, work),
    files: [],
    async close() {
      closed = true
      for (const session of Object.values(sessions)) await session.close()
    },
  }
}

/** For an address in place of a name the driver takes a certificate for localhost, whoever answers (mysql2 3.24). */
function requireName(path: string, { host, socket }: Address, tls: Tls | undefined): void {
  if (tls?.verify !== true || socket !== undefined || isIP(host) === 0) return
  const state = `the certificate of ${host} can only be verified by a name`
  throw new RowtreeError('store-unsupported', `Cannot open the store ${path}: ${state}`, { path, remedy: 'Write the name of the server in store.url, or do not verify' })
}

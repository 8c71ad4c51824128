import { RowtreeError } from '../errors.ts'
import type { Database, DatabaseOptions } from './database.ts'
import { redactUrl } from './url.ts'

/** How a URL of each kind is opened. Drivers are loaded when they are needed: most runs need none, and they take time. */
const KINDS: Readonly<Record<string, Open>> = {
  sqlite: async (...way) => (await import('./sqlite/open.ts')).openSqlite(...way),
  mysql,
  mariadb: mysql,
  postgres,
  postgresql: postgres,
}

type Open = (url: string, options: DatabaseOptions) => Promise<Database>

async function mysql(...way: Parameters<Open>): Promise<Database> {
  return (await import('./mysql/open.ts')).openMysql(...way)
}

async function postgres(...way: Parameters<Open>): Promise<Database> {
  return (await import('./postgres/open.ts')).openPostgres(...way)
}

const EXAMPLES = 'Write sqlite:FILE, mysql://USER@HOST/DATABASE or postgres://USER@HOST/DATABASE'

/**
 * Opens the database of a URL: `sqlite:board.db`, `mysql://…`, `mariadb://…`, `postgres://…`, `postgresql://…`.
 *
 * @throws {RowtreeError} `store-missing`, `store-unreadable`, `store-unreachable`, `store-unsupported`
 */
export async function openDatabase(url: string, options: DatabaseOptions): Promise<Database> {
  const scheme = /^[a-z][a-z0-9+.-]*(?=:)/i.exec(url)?.[0].toLowerCase()
  // What has no scheme may hold a password anywhere.
  if (scheme === undefined) throw unsupported('***', 'it does not begin with a kind of database')
  const open = KINDS[scheme]
  if (open === undefined) throw unsupported(/^[a-z][a-z0-9+.-]*:\/\//i.test(url) ? redactUrl(url) : '***', 'rowtree knows no such kind of database')
  return open(url, options)
}

function unsupported(path: string, state: string): RowtreeError {
  return new RowtreeError('store-unsupported', `Cannot open the store ${path}: ${state}`, { path, remedy: EXAMPLES })
}

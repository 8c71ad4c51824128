import { RowtreeError } from '../../errors.ts'
import { redactUrl } from '../url.ts'

/** Where a server is, who asks, and for which database. */
export interface Address {
  readonly host: string
  readonly port: number
  /** The path of a socket, in place of host and port. */
  readonly socket: string | undefined
  readonly user: string
  readonly password: string
  readonly database: string
}

/** The parameters that a URL may have. */
const PARAMETERS: ReadonlySet<string> = new Set(['socket'])

/**
 * Reads a URL like `mysql://user:password@host:3306/database?socket=/run/mysqld/mysqld.sock`. What it holds may be percent-encoded. The host is
 * `localhost` unless it names one, the port 3306.
 *
 * @throws {RowtreeError} `store-unsupported`: the URL is none, names no user or no database, or has an unknown parameter
 */
export function addressOf(url: string): Address {
  if (!/^(?:mysql|mariadb):\/\//i.test(url)) throw unsupported(url, 'it does not begin with mysql:// or mariadb://')
  const parts = partsOf(url)
  const stranger = [...parts.searchParams.keys()].find((name) => !PARAMETERS.has(name))
  if (stranger !== undefined) {
    throw unsupported(url, `it has the unknown parameter ${JSON.stringify(stranger)}`, 'Known is socket=/run/mysqld/mysqld.sock')
  }
  const database = decoded(url, parts.pathname.slice(1))
  if (database === '') throw unsupported(url, 'it names no database')
  const user = decoded(url, parts.username)
  if (user === '') throw unsupported(url, 'it names no user')
  return {
    host: decoded(url, parts.hostname).replace(/^\[(.*)\]$/, '$1') || 'localhost',
    port: parts.port === '' ? 3306 : Number(parts.port),
    socket: parts.searchParams.get('socket') ?? undefined,
    user,
    password: decoded(url, parts.password),
    database,
  }
}

function partsOf(url: string): URL {
  try {
    return new URL(url)
  } catch {
    // The runtime's own words would show the whole URL.
    throw unsupported(url, 'it is not a valid URL', 'Write mysql://user:password@host/database, with %40 for an "@" in the password')
  }
}

function decoded(url: string, text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw unsupported(url, 'a "%" in it is not followed by two hexadecimal digits', 'Write %25 for a "%"')
  }
}

function unsupported(url: string, state: string, remedy = 'Write mysql://user:password@host/database'): RowtreeError {
  const path = redactUrl(url)
  return new RowtreeError('store-unsupported', `Cannot open the store ${path}: ${state}`, { path, remedy })
}

import { RowtreeError } from '../../errors.ts'
import type { DatabaseOptions, Tls } from '../database.ts'
import { redactUrl } from '../url.ts'
import type { ClientOptions } from './driver.ts'

/** Where a URL leads. */
export interface Address {
  /** The URL without secrets. */
  readonly name: string
  readonly client: ClientOptions
  /** Where names of tables are looked for; `undefined`: as the server says. */
  readonly schema: string | undefined
}

/** How long a server may take to answer a new connection, in milliseconds. */
const PATIENCE = 10_000

const PARAMETERS = ['host', 'schema']

/**
 * Reads `postgres://user:password@host:5432/database`. A socket's directory is given as `?host=/var/run/postgresql`, another place for tables than the
 * server's `search_path` as `?schema=board`.
 *
 * @throws {RowtreeError} `store-unsupported`
 */
export function addressOf(url: string, { tls }: DatabaseOptions): Address {
  const name = redactUrl(url)
  const parsed = parse(url, name)
  const { searchParams } = parsed
  const strange = [...searchParams.keys()].find((key) => !PARAMETERS.includes(key))
  if (strange !== undefined) {
    const remedy = /ssl/i.test(strange) ? 'Write store.tls instead' : `It may have ${PARAMETERS.map((one) => `"${one}"`).join(' and ')} only`
    throw unsupported(name, `its parameter ${JSON.stringify(strange)} is not known`, remedy)
  }
  const database = decoded(parsed.pathname.slice(1), name)
  if (database === '' || database.includes('/')) throw unsupported(name, 'it names no database', 'Write postgres://USER@HOST/DATABASE')
  const user = decoded(parsed.username, name)
  if (user === '') throw unsupported(name, 'it names no user', 'Write postgres://USER@HOST/DATABASE')
  const password = decoded(parsed.password, name)
  const host = searchParams.get('host') ?? decoded(parsed.hostname, name).replace(/^\[(.*)\]$/, '$1')
  return {
    name,
    schema: searchParams.get('schema') ?? undefined,
    client: {
      host: host === '' ? 'localhost' : host,
      port: parsed.port === '' ? 5432 : Number(parsed.port),
      user,
      // For an empty one the driver would look in the environment and in the user's home.
      password: () => password,
      database,
      ssl: host.startsWith('/') ? false : encryption(tls),
      application_name: 'rowtree',
      connectionTimeoutMillis: PATIENCE,
      keepAlive: true,
    },
  }
}

function parse(url: string, name: string): URL {
  try {
    // The scheme of the web knows how to read a host; one of its own would not.
    const parsed = new URL(url.replace(/^postgres(?:ql)?:\/\/([^/?#@]*@)?(?=[/?]|$)/i, 'postgres://$1localhost'))
    if (/^postgres(?:ql)?:$/.test(parsed.protocol) && url.includes('://') && parsed.hash === '') return parsed
  } catch {
    // What a password looks like must not get into a message, as it would with the runtime's.
  }
  throw unsupported(name, 'it cannot be read', 'Write postgres://USER:PASSWORD@HOST:5432/DATABASE, with "%" and two digits for special characters')
}

function decoded(text: string, name: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw unsupported(name, 'it has a "%" that two digits do not follow', 'Write %25 for "%"')
  }
}

function encryption(tls: Tls | undefined): object | false {
  if (tls === undefined) return false
  const { ca, cert, key, verify } = tls
  return { rejectUnauthorized: verify, ...(ca !== undefined && { ca }), ...(cert !== undefined && { cert }), ...(key !== undefined && { key }) }
}

function unsupported(path: string, state: string, remedy: string): RowtreeError {
  return new RowtreeError('store-unsupported', `Cannot open the store ${path}: ${state}`, { path, remedy })
}

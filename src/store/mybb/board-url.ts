import type { BoardDatabase } from './board-config.ts'

/** The variable of the environment that a store's URL takes the password of a board's database from. */
const PASSWORD_VARIABLE = 'ROWTREE_DB_PASSWORD'

/** A URL for `store.url`, and which variable it needs. */
export interface StoreUrl {
  /** With `${ROWTREE_DB_PASSWORD}` where a password belongs. */
  readonly url: string
  /** What the variable holds is taken literally: the config encodes it. */
  readonly secret?: typeof PASSWORD_VARIABLE
}

/**
 * The URL of the store that a board keeps its rows in. A relative file of SQLite stays as it is.
 *
 * @example
 * ```ts
 * storeUrlOf({ type: 'mysqli', database: 'board', prefix: 'mybb_', hostname: 'db', username: 'me', hasPassword: true })
 * // { url: 'mysql://me:${ROWTREE_DB_PASSWORD}@db/board', secret: 'ROWTREE_DB_PASSWORD' }
 * ```
 */
export function storeUrlOf({ type, database, hostname = 'localhost', port, username, hasPassword }: BoardDatabase): StoreUrl {
  // The config takes `${` for the start of a variable's name.
  if (type === 'sqlite') return { url: `sqlite:${database.replaceAll('${', () => '$${')}` }
  const isMysql = type.startsWith('mysql')
  const isSocket = hostname.startsWith('/')
  const host = isSocket ? 'localhost' : hostname.includes(':') ? `[${hostname}]` : encodeURIComponent(hostname)
  const user = username === undefined && !hasPassword ? '' : `${encode(username ?? '')}${hasPassword ? `:\${${PASSWORD_VARIABLE}}` : ''}@`
  const socket = isSocket ? `?${isMysql ? 'socket' : 'host'}=${encode(hostname).replaceAll('%2F', '/')}` : ''
  const url = `${isMysql ? 'mysql' : 'postgres'}://${user}${host}${port === undefined ? '' : `:${port}`}/${encode(database)}${socket}`
  return { url, ...(hasPassword && { secret: PASSWORD_VARIABLE }) }
}

/** Also what `encodeURIComponent` leaves and a shell or YAML could take for syntax. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)
}

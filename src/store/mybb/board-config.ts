import { RowtreeError } from '../../errors.ts'
import { readSettings, type Setting, type Settings } from './php-settings.ts'

/** How a board talks to its database; a name of MyBB's. */
export type BoardDatabaseType = 'mysqli' | 'mysql_pdo' | 'pgsql' | 'pgsql_pdo' | 'sqlite'

/** Where a board keeps its rows, as `inc/config.php` tells; without the password. */
export interface BoardDatabase {
  readonly type: BoardDatabaseType
  /** The name of the database; of SQLite its file. */
  readonly database: string
  /** In front of the names of the board's tables. */
  readonly prefix: string
  /** A name, an address without brackets, or the path of a socket (its directory for PostgreSQL); absent for SQLite. */
  readonly hostname?: string
  readonly port?: number
  readonly username?: string
  /** Such as `utf8mb4`. */
  readonly encoding?: string
  readonly hasPassword: boolean
}

const TYPES: readonly string[] = ['mysqli', 'mysql_pdo', 'pgsql', 'pgsql_pdo', 'sqlite'] satisfies BoardDatabaseType[]

/**
 * Reads the settings of a board's `inc/config.php` without running PHP. Of several servers it takes the one that MyBB
 * writes to.
 *
 * @throws {RowtreeError} `config-invalid`: no database is named there, or one of a type nobody knows
 *
 * @example
 * ```ts
 * readBoardConfig(`<?php
 * $config['database']['type'] = 'mysqli';
 * $config['database']['database'] = 'board';
 * $config['database']['hostname'] = 'localhost';`)
 * // { type: 'mysqli', database: 'board', prefix: '', hostname: 'localhost', hasPassword: false }
 * ```
 */
export function readBoardConfig(source: string): BoardDatabase {
  const settings = serverOf(source)
  const type = need(settings, 'type')
  if (!TYPES.includes(type)) throw invalid(`the database type ${JSON.stringify(type)} is none of ${TYPES.join(', ')}. Give store.url yourself`)
  const [username, encoding] = [textIn(settings, 'username'), textIn(settings, 'encoding')]
  return {
    type: type as BoardDatabaseType,
    database: need(settings, 'database'),
    prefix: textIn(settings, 'table_prefix') ?? '',
    ...(type !== 'sqlite' && hostOf(textIn(settings, 'hostname') ?? 'localhost')),
    ...(type !== 'sqlite' && username !== undefined && { username }),
    ...(encoding !== undefined && { encoding }),
    hasPassword: hasPassword(settings.get('password'), settings.has('password')),
  }
}

/** Settings of the server that is written to, over those of all servers. */
function serverOf(source: string): Settings {
  const database = readSettings(source, 'config').get('database')
  if (!(database instanceof Map)) throw invalid("it does not set $config['database']. Give the directory of a board, or store.url")
  // MyBB looks for further servers only where none is named at the top.
  if (database.has('hostname')) return database
  const server = firstOf(database.get('write')) ?? firstOf(database) ?? firstOf(database.get('read'))
  return new Map([...database, ...(server ?? [])])
}

function firstOf(servers: Setting): Settings | undefined {
  if (!(servers instanceof Map)) return undefined
  if (servers.has('hostname')) return servers
  const first = [...servers].find(([key, server]) => /^\d+$/.test(key) && server instanceof Map)
  return first?.[1] as Settings | undefined
}

/** Hosts as MyBB takes them: with a port or a socket behind a colon, with `p:` in front for a lasting connection. */
function hostOf(text: string): { hostname: string; port?: number } {
  const host = text.replace(/^p:/, '')
  const [, six, four, tail] = /^(?:\[([^\]]*)\]|([^:]*))(?::(.*))?$/.exec(host) ?? []
  const name = six ?? four
  if (name === undefined || host.startsWith('/') || (six === undefined && tail?.includes(':') && !tail.startsWith('/'))) return { hostname: host }
  if (tail !== undefined && /^\d+$/.test(tail)) return { hostname: name || 'localhost', port: Number(tail) }
  return { hostname: tail?.startsWith('/') ? tail : name || 'localhost' }
}

/** A password that only PHP can tell, as from its environment, counts as one. */
function hasPassword(password: Setting, isSet: boolean): boolean {
  return isSet && password !== '' && password !== null
}

function textIn(settings: Settings, name: string): string | undefined {
  const value = settings.get(name)
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined
}

function need(settings: Settings, name: string): string {
  const value = textIn(settings, name)
  if (value !== undefined && value !== '') return value
  const state = settings.has(name) ? 'is no plain text there' : 'is missing'
  throw invalid(`$config['database']['${name}'] ${state}. Correct it, or give store.url yourself`)
}

function invalid(state: string): RowtreeError {
  return new RowtreeError('config-invalid', `Cannot read the board's inc/config.php: ${state}`)
}

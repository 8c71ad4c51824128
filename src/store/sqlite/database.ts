import { randomUUID } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { resolve } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { Kysely, sql } from 'kysely'
import { RowtreeError } from '../errors.ts'
import { replaced, unreadable, unwritable } from './failure.ts'
import { identityOf } from './identity.ts'
import { openSqliteFile, rollBackJournal } from './sqlite-file.ts'
import { NodeSqliteDialect } from './sqlite.ts'
import { Texts, type TextEncoding } from './texts.ts'

/** An open database, whichever it is. */
export interface Database {
  /** The connection for single questions. */
  readonly kysely: Kysely<unknown>
  /** A connection for streams of rows, opened at the first call: a connection that streams answers nothing else. */
  streaming(): Promise<Kysely<unknown>>
  /**
   * A connection that may write, opened at the first call. No stream of rows may be open while it writes.
   *
   * @throws {RowtreeError} `store-unwritable`, `store-locked`, `store-missing`
   */
  writing(): Promise<Kysely<unknown>>
  /** Takes back what another program left that died while it wrote. Called before anything is read: only opening does it by itself. */
  recover(): void
  /**
   * A text that is another one as soon as a connection of somebody else committed, or `writing` was called for the first time. What our
   * own writing connection commits leaves it as it is.
   */
  token(): Promise<string>
  /** Whether the URL still names the file that was opened. Never so after `close`. */
  isCurrent(): boolean
  /** The database file, for messages. */
  readonly path: string
  readonly texts: Texts
  /** The database file and those that SQLite keeps beside it, https://sqlite.org/tempfiles.html. */
  readonly files: readonly string[]
  close(): Promise<void>
}

/**
 * Opens the database of a URL: `sqlite:board.db`, relative to the directory, or `sqlite:/srv/board.db`.
 * The file name is taken literally; spaces and `%` need no encoding.
 *
 * @throws {RowtreeError} `store-missing`, `store-unreadable`, `store-unsupported`
 */
export async function openDatabase(
  url: string,
  directory: string,
  options: { readonly readOnly: boolean },
): Promise<Database> {
  const path = resolve(directory, sqliteFile(url))
  // Looked at before it is opened: were it replaced in between, this would be the identity of neither.
  const identity = identityOf(path)
  let kysely: Kysely<unknown> | undefined
  try {
    kysely = kyselyOn(openSqliteFile(path, options))
    const { rows } = await sql<{ encoding: TextEncoding }>`pragma encoding`.execute(kysely)
    const files = ['', '-journal', '-wal', '-shm'].map((suffix) => path + suffix)
    const real = realpathSync(path)
    return { ...connections(kysely, { path, identity, ...options }), recover: () => rollBackJournal(real), path, files, texts: new Texts(rows[0]!.encoding) }
  } catch (error) {
    await kysely?.destroy()
    throw unreadable(path, error)
  }
}

/** What was opened first, and what is opened later. */
interface Opened {
  readonly path: string
  readonly identity: string | undefined
  readonly readOnly: boolean
}

function connections(
  kysely: Kysely<unknown>,
  { path, identity, readOnly }: Opened,
): Pick<Database, 'kysely' | 'streaming' | 'writing' | 'token' | 'isCurrent' | 'close'> {
  let stream: Kysely<unknown> | undefined
  let writer = readOnly ? undefined : kysely
  // Versions of one opening say nothing about those of another.
  const opening = randomUUID()
  // Nothing is opened after the end: the closed connection then says what is wrong.
  let closed = false
  const isCurrent = (): boolean => !closed && identityOf(path) === identity

  /** All connections lead to one file, or there is none. */
  function connect(what: 'read' | 'write'): Kysely<unknown> {
    const database = openSqliteFile(path, { readOnly: what === 'read' && readOnly })
    if (isCurrent()) return kyselyOn(database)
    database.close()
    throw replaced(path, what)
  }

  return {
    kysely,
    isCurrent,
    async streaming() {
      if (closed) return kysely
      return (stream ??= connect('read'))
    },
    async writing() {
      try {
        if (closed) return kysely
        return (writer ??= connect('write'))
      } catch (error) {
        throw unwritable(path, error)
      }
    },
    async token() {
      // The version of a connection moves with the commits of all others. That of the one which writes is therefore none of ours.
      const { rows } = await sql<{ data_version: number }>`pragma data_version`.execute(writer ?? kysely)
      return `${opening} ${writer ? 'writer' : 'reader'} ${rows[0]!.data_version}`
    },
    async close() {
      closed = true
      for (const one of new Set([kysely, stream, writer])) await one?.destroy()
    },
  }
}

function kyselyOn(database: DatabaseSync): Kysely<unknown> {
  return new Kysely<unknown>({ dialect: new NodeSqliteDialect(database) })
}

function sqliteFile(url: string): string {
  const scheme = /^[a-z][a-z0-9+.-]*(?=:)/i.exec(url)?.[0].toLowerCase()
  if (scheme === undefined) {
    // What has no scheme may hold a password anywhere.
    throw unsupported('***', 'it does not begin with a kind of database. Write sqlite:FILE')
  }
  if (scheme !== 'sqlite') {
    throw unsupported(/^[a-z][a-z0-9+.-]*:\/\//i.test(url) ? url : '***', 'this version reads SQLite only. Write sqlite:FILE')
  }
  // Three slashes: an empty host, then an absolute path.
  const file = url.slice('sqlite:'.length).replace(/^\/\//, '')
  if (file === '') throw unsupported(url, 'it names no file. Write sqlite:FILE')
  return file
}

function unsupported(url: string, state: string): RowtreeError {
  const path = redactUrl(url)
  return new RowtreeError('store-unsupported', `Cannot open the store ${path}: ${state}`, { path })
}

/**
 * The URL with `***` for each secret, fit for messages.
 *
 * @example
 * ```ts
 * redactUrl('mysql://me:hunter2@host/board') // 'mysql://me:***@host/board'
 * ```
 */
export function redactUrl(url: string): string {
  // Up to the last "@": an unencoded password may contain any character, "@" and "/" too.
  return url
    .replace(/^([a-z][a-z0-9+.-]*:(?:\/\/)?[^:@/]*):.*@/is, '$1:***@')
    .replace(/([?&][^=&]*(?:password|passwd|pwd|secret|token)[^=&]*=)[^&]*/gi, '$1***')
}

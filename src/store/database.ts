import { realpathSync } from 'node:fs'
import { resolve } from 'node:path'
import { Kysely, sql } from 'kysely'
import { RowtreeError } from '../errors.ts'
import { unreadable, unwritable } from './failure.ts'
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
   * @throws {RowtreeError} `store-unwritable`
   */
  writing(): Promise<Kysely<unknown>>
  /** Takes back what another program left that died while it wrote. Called before anything is read: only opening does it by itself. */
  recover(): void
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
  let kysely: Kysely<unknown> | undefined
  try {
    kysely = connect(path, options)
    const { rows } = await sql<{ encoding: TextEncoding }>`pragma encoding`.execute(kysely)
    const files = ['', '-journal', '-wal', '-shm'].map((suffix) => path + suffix)
    const real = realpathSync(path)
    return { ...connections(kysely, path, options), recover: () => rollBackJournal(real), path, files, texts: new Texts(rows[0]!.encoding) }
  } catch (error) {
    await kysely?.destroy()
    throw unreadable(path, error)
  }
}

function connections(
  kysely: Kysely<unknown>,
  path: string,
  options: { readonly readOnly: boolean },
): Pick<Database, 'kysely' | 'streaming' | 'writing' | 'close'> {
  let stream: Kysely<unknown> | undefined
  let writer = options.readOnly ? undefined : kysely
  // Nothing is opened after the end: the closed connection then says what is wrong.
  let closed = false
  return {
    kysely,
    async streaming() {
      if (closed) return kysely
      return (stream ??= connect(path, options))
    },
    async writing() {
      try {
        if (closed) return kysely
        return (writer ??= connect(path, { readOnly: false }))
      } catch (error) {
        throw unwritable(path, error)
      }
    },
    async close() {
      closed = true
      for (const one of new Set([kysely, stream, writer])) await one?.destroy()
    },
  }
}

function connect(path: string, options: { readonly readOnly: boolean }): Kysely<unknown> {
  return new Kysely<unknown>({ dialect: new NodeSqliteDialect(openSqliteFile(path, options)) })
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

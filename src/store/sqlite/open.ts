import { randomUUID } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { resolve } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { Kysely, sql } from 'kysely'
import { RowtreeError } from '../../errors.ts'
import type { Database, DatabaseOptions } from '../database.ts'
import { sqliteCatalogue } from './catalogue.ts'
import { NodeSqliteDialect } from './dialect.ts'
import { sqliteExamination } from './examine.ts'
import { replaced, sqliteFailures } from './failures.ts'
import { openSqliteFile, rollBackJournal } from './file.ts'
import { identityOf } from './identity.ts'
import { sqliteLanguage } from './language.ts'
import { SqliteTexts, type TextEncoding } from './texts.ts'

/**
 * Opens the database of a URL: `sqlite:board.db`, relative to the directory, or `sqlite:/srv/board.db`.
 * The file name is taken literally; spaces and `%` need no encoding.
 *
 * @throws {RowtreeError} `store-missing`, `store-unreadable`, `store-unsupported`
 */
export async function openSqlite(url: string, { directory }: DatabaseOptions): Promise<Database> {
  const path = resolve(directory, fileOf(url))
  // Looked at before it is opened: were it replaced in between, this would be the identity of neither.
  const identity = identityOf(path)
  const gate = new Gate(path, identity)
  const failures = sqliteFailures(path, () => gate.isCurrent())
  let kysely: Kysely<unknown> | undefined
  try {
    kysely = kyselyOn(openSqliteFile(path, { readOnly: true }))
    const { rows } = await sql<{ encoding: TextEncoding }>`pragma encoding`.execute(kysely)
    const real = realpathSync(path)
    return {
      ...connections(kysely, gate, failures),
      name: path,
      language: sqliteLanguage,
      catalogue: sqliteCatalogue(kysely),
      failures,
      examination: sqliteExamination(kysely, real),
      recover: () => rollBackJournal(real),
      // The database file and those that SQLite keeps beside it, https://sqlite.org/tempfiles.html.
      files: ['', '-journal', '-wal', '-shm'].map((suffix) => path + suffix),
      texts: new SqliteTexts(rows[0]!.encoding),
    }
  } catch (error) {
    await kysely?.destroy()
    throw failures.unreadable(error)
  }
}

/** All connections lead to one file, or there is none. */
class Gate {
  readonly #path: string
  readonly #identity: string | undefined
  /** Nothing is opened after the end: the closed connection then says what is wrong. */
  closed = false

  constructor(path: string, identity: string | undefined) {
    this.#path = path
    this.#identity = identity
  }

  isCurrent(): boolean {
    return !this.closed && identityOf(this.#path) === this.#identity
  }

  connect(what: 'read' | 'write'): Kysely<unknown> {
    const database = openSqliteFile(this.#path, { readOnly: what === 'read' })
    if (this.isCurrent()) return kyselyOn(database)
    database.close()
    throw replaced(this.#path, what)
  }
}

function connections(
  kysely: Kysely<unknown>,
  gate: Gate,
  { unwritable }: Database['failures'],
): Pick<Database, 'kysely' | 'streaming' | 'writing' | 'token' | 'isCurrent' | 'close'> {
  let stream: Kysely<unknown> | undefined
  let writer: Kysely<unknown> | undefined
  // Versions of one opening say nothing about those of another.
  const opening = randomUUID()

  return {
    kysely,
    isCurrent: () => gate.isCurrent(),
    async streaming() {
      if (gate.closed) return kysely
      return (stream ??= gate.connect('read'))
    },
    async writing() {
      try {
        if (gate.closed) return kysely
        return (writer ??= gate.connect('write'))
      } catch (error) {
        throw unwritable(error)
      }
    },
    async token() {
      // The version of a connection moves with the commits of all others. That of the one which writes is therefore none of ours.
      const { rows } = await sql<{ data_version: number }>`pragma data_version`.execute(writer ?? kysely)
      return `${opening} ${writer ? 'writer' : 'reader'} ${rows[0]!.data_version}`
    },
    async close() {
      gate.closed = true
      for (const one of new Set([kysely, stream, writer])) await one?.destroy()
    },
  }
}

function kyselyOn(database: DatabaseSync): Kysely<unknown> {
  return new Kysely<unknown>({ dialect: new NodeSqliteDialect(database) })
}

function fileOf(url: string): string {
  // Three slashes: an empty host, then an absolute path.
  const file = url.slice('sqlite:'.length).replace(/^\/\//, '')
  if (file !== '') return file
  throw new RowtreeError('store-unsupported', `Cannot open the store ${url}: it names no file`, { path: url, remedy: 'Write sqlite:FILE' })
}

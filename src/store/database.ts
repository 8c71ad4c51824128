import type { Kysely } from 'kysely'
import type { RowtreeError } from '../errors.ts'
import type { Catalogue } from './column.ts'
import type { Examination } from './examination.ts'
import type { Language } from './language.ts'
import type { Texts } from './texts.ts'

/** The part of a table that a store reads. */
export interface Watched {
  readonly table: string
  readonly columns: readonly string[]
}

/**
 * An open database, whichever it is. A connection to a server that was lost is opened again by itself at the next question outside of a transaction;
 * amid a transaction the driver's error tells.
 */
export interface Database {
  /** What messages call it: the path of its file, or its URL without secrets. */
  readonly name: string
  readonly language: Language
  readonly catalogue: Catalogue
  readonly failures: Failures
  readonly texts: Texts
  readonly examination: Examination
  /** The connection for single questions. */
  readonly kysely: Kysely<unknown>
  /** A connection for streams of rows, opened at the first call: a connection that streams answers nothing else. */
  streaming(): Promise<Kysely<unknown>>
  /**
   * A connection that may write, opened at the first call. No stream of rows may be open while it writes.
   *
   * @throws {RowtreeError} `store-unwritable`, `store-locked`, `store-missing`, `store-unreachable`
   */
  writing(): Promise<Kysely<unknown>>
  /** Takes back what another program left that died while it wrote. Called before anything is read: only opening does it by itself. */
  recover(): void
  /**
   * A text that is another one as soon as somebody else committed a change to one of these tables, perhaps also without. What our
   * own writing connection commits leaves it as it is.
   */
  token(watched: readonly Watched[]): Promise<string>
  /**
   * Tells as soon as somebody else commits a change to one of these tables; the function that it gives ends that. `undefined` where the database
   * does not tell: then `token` has to be asked.
   */
  listen?(watched: readonly Watched[], onChange: () => void): Promise<(() => Promise<void>) | undefined>
  /** SQL that makes the database tell of changes to these tables, for an administrator to run once. Absent: it cannot tell. */
  notifySql?(watched: readonly Watched[]): string
  /** Whether the URL still names what was opened: a file may be replaced. Never so after `close`. */
  isCurrent(): boolean
  /**
   * Whether what a transaction writes to these tables can still be taken back, where it could when they were opened. Asked within the transaction, which has
   * looked at them; absent where it always can.
   */
  isTransactional?(db: Kysely<unknown>, tables: readonly string[]): Promise<boolean>
  /** Keeps everybody else from these tables while `work` writes to them, where a transaction cannot: MyISAM. */
  exclusively?<T>(tables: readonly string[], work: (db: Kysely<unknown>) => Promise<T>): Promise<T>
  /** Absolute paths of the files that the database lives in; none for a server. */
  readonly files: readonly string[]
  close(): Promise<void>
}

/** What the errors of a driver mean. */
export interface Failures {
  /** As a `store-unreadable` error that names the store, or a more precise one. A `RowtreeError` is given back as it is. */
  unreadable(error: unknown): RowtreeError
  /** As a `store-unwritable` error that names the store, or a more precise one. A `RowtreeError` is given back as it is. */
  unwritable(error: unknown): RowtreeError
  /** The database's words where it refused one row: a constraint, a trigger, a type; `undefined` where the whole store is concerned. */
  refusal(error: unknown): string | undefined
  /** Whether the transaction lost against another one, and would pass if it were begun anew: a deadlock, a row that somebody else changed. */
  isRace(error: unknown): boolean
  /** Whether the connection was lost: what was not committed is gone, and of a commit nobody knows. */
  isLost(error: unknown): boolean
}

/** How a database is opened. */
export interface DatabaseOptions {
  /** The directory that relative files start from. */
  readonly directory: string
  /** How a server's connection is encrypted; absent: not at all, unless the URL says so. */
  readonly tls?: Tls | undefined
}

/** Encryption of a connection. Texts are PEM. */
export interface Tls {
  /** Whom the server's certificate has to be signed by. Default: the runtime's authorities. */
  readonly ca?: string | undefined
  readonly cert?: string | undefined
  readonly key?: string | undefined
  /** Whether a certificate is refused that nobody known signed, or that is of another host. */
  readonly verify: boolean
}

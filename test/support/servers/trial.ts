import process from 'node:process'

export type Kind = 'sqlite' | 'mysql' | 'postgres'

/** The rows of a query, each value as text; bytes as `x'00FF'`. */
export type Records = readonly (readonly (string | null)[])[]

/** Somebody's connection, beside those of the stores. Scripts may say words of `words.ts`. */
export interface Person {
  /** Runs a script of any statements. */
  execute(script: string): Promise<void>
  /** Runs a script as it is, such as a dump. */
  load(script: string): Promise<void>
  query(sql: string): Promise<Records>
  close(): Promise<void>
}

/** A database that belongs to a group of tests. */
export interface Trial extends Person {
  readonly kind: Kind
  /** What a store is opened with. */
  readonly url: string
  /** Makes the database, or connects to it. */
  begin(): Promise<void>
  /** Empties the database, then runs a script. */
  fresh(script: string): Promise<void>
  /** Another connection; whoever asks closes it. */
  connect(): Promise<Person>
  /** Ends the connections of everybody else to this database, and tells how many there were. */
  killOthers(): Promise<number>
  /** How many of them wait for a lock; more than none where nobody can tell. */
  waiting(): Promise<number>
  /** Drops the database. */
  end(): Promise<void>
}

/** How trials of one kind are made. */
export interface Maker {
  readonly kind: Kind
  /** For people. */
  readonly title: string
  /** The environment variable that holds the server's URL. */
  readonly variable?: string
  /** The URL where none is given. */
  readonly usual: string
  answers(url: string): Promise<boolean>
  /** Somebody's connection to a database that is there. */
  connect(url: string): Promise<Person>
  make(url: string): Trial
}

let made = 0

/** A name for a database that nobody else has. */
export function freshName(): string {
  return `rt_contract_${process.pid}_${Date.now() % 1_000_000}_${++made}`
}

/** The URL of another database of the same server. */
export function urlOf(url: string, database: string): string {
  return Object.assign(new URL(url), { pathname: `/${database}` }).href
}

/** Bytes as a record shows them. */
export function shownBytes(bytes: Uint8Array): string {
  return `x'${Buffer.from(bytes).toString('hex').toUpperCase()}'`
}

// @ts-ignore The package has no types; those that are used here are below.
import * as pg from 'pg'

/** How a client connects. */
export interface ClientOptions {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: () => string
  readonly database: string
  readonly ssl: object | boolean
  readonly application_name: string
  readonly connectionTimeoutMillis: number
  readonly keepAlive: boolean
}

/** One statement for the driver. */
export interface Statement {
  readonly text: string
  readonly values?: readonly unknown[]
  /** Makes it a prepared statement of this name. */
  readonly name?: string
  readonly rowMode?: 'array'
  readonly types?: { getTypeParser(oid: number, format?: string): (text: string) => unknown }
}

/** What a statement gave. */
export interface Result {
  readonly rows: readonly unknown[]
  readonly rowCount: number | null
  readonly command: string | null
}

/** What a trigger tells. */
export interface Notification {
  readonly processId: number
  readonly channel: string
  readonly payload?: string
}

/** One connection of the driver. */
export interface Client {
  /** The server's process behind it; `null` before it is connected. */
  readonly processID: number | null
  connect(): Promise<unknown>
  query(statement: Statement): Promise<Result>
  on(event: 'error', listener: (error: Error) => void): this
  on(event: 'end', listener: () => void): this
  on(event: 'notification', listener: (notification: Notification) => void): this
  end(): Promise<void>
}

/** A client that is not connected yet. */
export function newClient(options: ClientOptions): Client {
  const { Client } = ((pg as { default?: unknown }).default ?? pg) as { readonly Client: new (options: ClientOptions) => Client }
  return new Client(options)
}

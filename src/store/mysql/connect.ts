import type { Duplex } from 'node:stream'
import { createConnection, type Connection, type SslOptions } from 'mysql2'
import type { Tls } from '../database.ts'
import type { Address } from './address.ts'
import { limitPackets } from './packet.ts'

/** How long a server may take to answer at all, in milliseconds. */
const PATIENCE = 10_000

/**
 * What each connection begins with, whatever the server's configuration says: nothing is cut, rounded or left out silently, a key of 0 is
 * no other one, times are UTC, a lock is waited for as long as SQLite's is, and a reader that pauses is not thrown out.
 */
const SETTINGS = [
  'set names utf8mb4',
  "set session sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO', time_zone = '+00:00', autocommit = 1, "
  + 'innodb_lock_wait_timeout = 5, lock_wait_timeout = 5, wait_timeout = 28800, net_read_timeout = 600, net_write_timeout = 3600, '
  + 'sql_select_limit = 18446744073709551615, sql_safe_updates = 0, foreign_key_checks = 1, unique_checks = 1',
  'set session transaction isolation level repeatable read',
]

/** Opens a connection. It throws the driver's error. */
export async function connect(address: Address, tls: Tls | undefined): Promise<Connection> {
  const connection = createConnection({
    ...(address.socket === undefined ? { host: address.host, port: address.port } : { socketPath: address.socket }),
    user: address.user,
    password: address.password,
    database: address.database,
    charset: 'UTF8MB4_UNICODE_CI',
    // FOUND_ROWS: a row that holds the new values already counts as updated. A server may not ask for files of this machine.
    flags: ['FOUND_ROWS', '-LOCAL_FILES'],
    connectTimeout: PATIENCE,
    maxPreparedStatements: 20,
    keepAliveInitialDelay: 30_000,
    supportBigNumbers: true,
    dateStrings: true,
    jsonStrings: true,
    ...(tls !== undefined && { ssl: sslOf(tls) }),
  })
  try {
    await new Promise<void>((resolve, reject) => {
      connection.once('error', reject)
      connection.connect((error) => (error ? reject(error) : resolve()))
    })
    for (const setting of SETTINGS) await run(connection, setting)
    const [row] = (await run(connection, 'select @@max_allowed_packet as bytes')) as { bytes: number | string }[]
    limitPackets(connection, Number(row!.bytes))
    return connection
  } catch (error) {
    cut(connection)
    throw error
  }
}

/** Ends a connection at once. The driver's `destroy` waits for a server that is still sending rows. */
export function cut(connection: Connection): void {
  // That it ended is told once more, to nobody.
  connection.on('error', () => {})
  connection.destroy()
  ;(connection as unknown as { readonly stream: Duplex }).stream.destroy()
}

function sslOf({ ca, cert, key, verify }: Tls): SslOptions {
  return {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    rejectUnauthorized: verify,
    verifyIdentity: verify,
  }
}

function run(connection: Connection, text: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    connection.query(text, (error, result) => (error ? reject(error) : resolve(result)))
  })
}

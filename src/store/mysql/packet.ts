import type { Connection } from 'mysql2'

/** What the server takes at once, in bytes. It is the same as long as a connection lasts. */
const limits = new WeakMap<Connection, number>()

/** What a packet has beside the statement, and more. */
const HEADER = 64

/** A value of a prepared statement has a length and a type beside it. */
const OF_VALUE = 16

/** Remembers what the server of a connection takes at once. */
export function limitPackets(connection: Connection, bytes: number): void {
  limits.set(connection, bytes)
}

/**
 * The server's error for a statement that is larger than it takes. The server itself ends the connection amid the statement, which looks like any other
 * lost connection: the row that is to blame could not be told.
 */
export function packetFault(connection: Connection, sql: string, parameters: readonly unknown[], prepared: boolean): Error | undefined {
  const limit = limits.get(connection)
  if (limit === undefined) return undefined
  const least = HEADER + sql.length + parameters.reduce<number>((sum, value) => sum + OF_VALUE + lengthOf(value), 0)
  // A character takes three bytes of UTF-8 at the most, or two where it is escaped; a byte two digits.
  if (3 * least < limit) return undefined
  const size = HEADER + (prepared ? preparedSize(parameters) : Buffer.byteLength(connection.format(sql, parameters as unknown[])))
  if (size < limit) return undefined
  const message = `its statement takes ${size} bytes, and the server takes ${limit} at once. Raise max_allowed_packet there`
  return Object.assign(new Error(message), { code: 'ER_NET_PACKET_TOO_LARGE', errno: 1153 })
}

function lengthOf(value: unknown): number {
  return typeof value === 'string' || value instanceof Uint8Array ? value.length : 0
}

function preparedSize(parameters: readonly unknown[]): number {
  return parameters.reduce<number>((sum, value) => sum + OF_VALUE + (typeof value === 'string' ? Buffer.byteLength(value) : lengthOf(value)), 0)
}

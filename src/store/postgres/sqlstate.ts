/** PostgreSQL's code of an error, such as `23505`; the runtime's, such as `ECONNREFUSED`, is none. */
export function sqlStateOf(error: unknown): string | undefined {
  const { code } = (error ?? {}) as { code?: unknown }
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && code !== 'EPIPE' ? code : undefined
}

/** The system's code of an error of the network, such as `ECONNREFUSED`. One for several addresses of a host has them inside. */
export function networkCodeOf(error: unknown): string | undefined {
  const { code, errors } = (error ?? {}) as { code?: unknown; errors?: unknown }
  if (typeof code === 'string' && /^E[A-Z_]{3,}$/.test(code)) return code
  if (!Array.isArray(errors)) return undefined
  return errors.map(networkCodeOf).find((found) => found !== undefined)
}

const LOST_NETWORK: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNABORTED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENETDOWN'])

/** Whether the connection was lost, or never came about. */
export function isLost(error: unknown): boolean {
  const state = sqlStateOf(error)
  if (state !== undefined) return state.startsWith('08') || /^57P0[1235]$/.test(state) || state === '25P03'
  const code = networkCodeOf(error)
  if (code !== undefined) return LOST_NETWORK.has(code)
  // The driver's own words have no code.
  return error instanceof Error && /^(?:Connection terminated|Client has encountered a connection error|Client was closed|timeout expired)/.test(error.message)
}

/** Whether a prepared statement no longer fits the tables: it has to be prepared anew. */
export function isStale(error: unknown): boolean {
  return sqlStateOf(error) === '0A000' && error instanceof Error && error.message.includes('cached plan')
}

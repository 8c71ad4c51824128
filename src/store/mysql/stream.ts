import type { Connection, QueryOptions } from 'mysql2'

/** A query without a callback tells by events; the package's types leave them out. */
interface Events {
  on(event: 'result', listener: (row: unknown[]) => void): this
  on(event: 'error', listener: (error: unknown) => void): this
  on(event: 'end', listener: () => void): this
}

/**
 * The rows of a query in chunks of at least `size`. The connection is paused while a chunk waits to be taken, so that memory does not grow with the rows.
 *
 * @throws what ended the rows early: they never just stop
 */
export async function* streamOf(connection: Connection, options: QueryOptions, size: number): AsyncGenerator<unknown[][]> {
  let rows: unknown[][] = []
  let state = 'open' as 'open' | 'ended' | 'failed'
  let reason: unknown
  let wake: (() => void) | undefined

  function fail(error: unknown): void {
    if (state !== 'open') return
    state = 'failed'
    reason = error
    wake?.()
  }
  // A lost connection is told to the connection alone.
  const closed = (): void => fail(Object.assign(new Error('Connection lost: The server closed the connection.'), { code: 'PROTOCOL_CONNECTION_LOST', fatal: true }))
  connection.on('error', fail)
  connection.on('end', closed)
  const query = connection.query(options) as unknown as Events
  query.on('error', fail)
  query.on('result', (row) => {
    if (rows.push(row) < size) return
    connection.pause()
    wake?.()
  })
  query.on('end', () => {
    if (state === 'open') state = 'ended'
    wake?.()
  })
  try {
    while (true) {
      if (rows.length < size && state === 'open') {
        const more = new Promise<void>((resolve) => (wake = resolve))
        connection.resume()
        await more
        continue
      }
      if (state === 'failed') throw reason
      const taken = rows
      rows = []
      if (taken.length > 0) yield taken
      if (state === 'ended' && rows.length === 0) return
    }
  } finally {
    connection.off('error', fail)
    connection.off('end', closed)
    connection.resume()
  }
}

import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** The way to a server, which can be cut. */
export interface Wire {
  /** The server's URL, by this way. */
  readonly url: string
  /** Cuts the connection that says this to the server: `before` the server hears it, or `after` it answered, which nobody hears. Once. */
  cut(when: 'before' | 'after', words: RegExp): void
  /** Whether a cut was made since it was asked for. */
  readonly isCut: boolean
  /** How many connections are open. */
  readonly connections: number
  /** Ends all connections and takes no more. */
  down(): Promise<void>
  up(): Promise<void>
}

/** Lays a way to the server of a URL. It goes with the test. */
export async function wireTo(url: string): Promise<Wire> {
  const target = new URL(url)
  const port = Number(target.port || (target.protocol.startsWith('mysql') ? 3306 : 5432))
  const pairs = new Set<readonly [Socket, Socket]>()
  let order: { readonly when: 'before' | 'after'; readonly words: RegExp } | undefined
  let listening: Server | undefined
  let at = 0

  function join(client: Socket): void {
    const server = connect(port, target.hostname)
    const pair = [client, server] as const
    let deaf = false
    const end = (): void => {
      pairs.delete(pair)
      for (const socket of pair) socket.destroy()
    }
    pairs.add(pair)
    for (const socket of pair) socket.setNoDelay(true).on('error', end).on('close', end)
    client.on('data', (data) => {
      const asked = order !== undefined && order.words.test(data.toString('latin1')) ? order.when : undefined
      if (asked !== undefined) order = undefined
      if (asked === 'before') return end()
      deaf ||= asked === 'after'
      server.write(data)
    })
    server.on('data', (data) => (deaf ? end() : client.write(data)))
  }

  async function up(): Promise<void> {
    listening = createServer(join).listen(at, '127.0.0.1')
    await once(listening, 'listening')
    at = (listening.address() as AddressInfo).port
  }

  async function down(): Promise<void> {
    const closed = listening === undefined ? undefined : once(listening, 'close')
    listening?.close()
    listening = undefined
    for (const pair of pairs) for (const socket of pair) socket.destroy()
    await closed
  }

  await up()
  onTestFinished(down)
  return {
    url: Object.assign(new URL(url), { host: `127.0.0.1:${at}` }).href,
    cut: (when, words) => (order = { when, words }),
    get isCut() {
      return order === undefined
    },
    get connections() {
      return pairs.size
    },
    down, up,
  }
}

import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { errnoOf, messageOf, RowtreeError } from '../../errors.ts'
import { isLocalHost, isLocalOrigin } from './access.ts'
import { type Changes, changesOf, type PageEvent } from './changes.ts'
import { clientScript } from './client.ts'

/**
 * Where live reload is served unless a port is named. Not 35729, where browser extensions expect a server of another protocol; and below the
 * ports that systems lend to outgoing connections.
 */
export const RELOAD_PORT = 7698

/** How live reload is served. */
export interface ReloadOptions {
  /** `0`: any free port. @default 7698 */
  readonly port?: number
  /** After how many milliseconds each open connection gets a sign of life. @default 15,000 */
  readonly keepAlive?: number
}

/** Live reload while it is served. */
export interface Reload {
  /** Such as `http://127.0.0.1:7698`. */
  readonly url: string
  /** The tag to paste into a page. */
  readonly script: string
  /** Pages swap their stylesheets where all of these are stylesheets, and load themselves again otherwise. One event, whatever the number. */
  tell(paths: readonly string[]): void
  /** Ends all connections at once. */
  close(): Promise<void>
}

/** Only this machine; browsers find it under `localhost` as well. */
const ADDRESS = '127.0.0.1'

/** After how many milliseconds a page comes back to a session that has ended. */
const RETRY = 1_000

/**
 * Serves the script for pages at `/rowtree.js` and what changes, as server-sent events, at `/events`; nothing else, and to this machine alone.
 *
 * @throws {RowtreeError} `port-unavailable`
 * @example
 * ```ts
 * const reload = await startReload({ port: 7698 })
 * console.log(reload.script)
 * reload.tell(['styles/Default/global.css'])
 * await reload.close()
 * ```
 */
export async function startReload({ port = RELOAD_PORT, keepAlive = 15_000 }: ReloadOptions = {}): Promise<Reload> {
  const changes = changesOf(randomBytes(4).toString('hex'))
  const listeners = new Set<ServerResponse>()
  const server = createServer((request, response) => answer(request, response, changes, listeners))
  await listen(server, port)
  const url = `http://${ADDRESS}:${(server.address() as AddressInfo).port}`
  const timer = setInterval(() => broadcast(listeners, ':\n\n'), keepAlive)
  timer.unref()
  return {
    url,
    // Async, so that no page waits for it.
    script: `<script src="${url}/rowtree.js" async></script>`,
    tell(paths) {
      if (paths.length > 0) broadcast(listeners, frame(changes.add(paths)))
    },
    async close() {
      clearInterval(timer)
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const errno = errnoOf(error)
      const state = errno === 'EADDRINUSE' ? 'another program listens there; end it, or name' : `${messageOf(error)}; name`
      const message = `Cannot serve live reload on ${ADDRESS}:${port}: ${state} another port with --reload PORT`
      reject(new RowtreeError('port-unavailable', message, { cause: error, ...(errno === undefined ? {} : { errno }) }))
    })
    server.listen(port, ADDRESS, resolve)
  })
}

function answer(request: IncomingMessage, response: ServerResponse, changes: Changes, listeners: Set<ServerResponse>): void {
  const { host, origin } = request.headers
  const [path, query] = (request.url ?? '').split('?', 2)
  response.setHeader('Vary', 'Origin')
  response.setHeader('X-Content-Type-Options', 'nosniff')
  if (!isLocalHost(host)) return refuse(response, 403, 'Only for pages of this machine')
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405, 'Only GET and HEAD')
  response.setHeader('Cache-Control', 'no-store')
  if (path === '/rowtree.js') {
    response.writeHead(200, { 'Content-Type': 'text/javascript; charset=utf-8', 'Cross-Origin-Resource-Policy': 'cross-origin' })
    response.end(clientScript(changes.since(undefined).id))
  } else if (path === '/events') {
    if (origin !== undefined && !isLocalOrigin(origin)) return refuse(response, 403, 'Only for pages of this machine')
    if (origin !== undefined) response.setHeader('Access-Control-Allow-Origin', origin)
    response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8' })
    if (request.method === 'HEAD') return void response.end()
    listeners.add(response)
    response.once('close', () => listeners.delete(response))
    const last = request.headers['last-event-id'] ?? new URLSearchParams(query).get('last') ?? undefined
    response.write(`retry: ${RETRY}\n${frame(changes.since(String(last)))}`)
  } else {
    refuse(response, 404, 'Only /rowtree.js and /events')
  }
}

function refuse(response: ServerResponse, status: number, text: string): void {
  if (status === 405) response.setHeader('Allow', 'GET, HEAD')
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' })
  response.end(`${text}\n`)
}

function broadcast(listeners: ReadonlySet<ServerResponse>, text: string): void {
  for (const response of listeners) response.write(text)
}

function frame({ event, id, paths }: PageEvent): string {
  return `event: ${event}\nid: ${id}\ndata: ${JSON.stringify({ paths })}\n\n`
}

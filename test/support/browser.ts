import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { eventually } from './eventually.ts'

/** Where systems put a browser that speaks the DevTools protocol. */
const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/Applications/Chromium.app/Contents/MacOS/Chromium']

/** The browser of this machine, if it has one. */
export const CHROMIUM: string | undefined = PLACES.find((path) => existsSync(path))

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--remote-debugging-port=0',
]

/** A page in a browser. */
export interface Page {
  /**
   * What an expression is worth in the page; a promise's value. `undefined` while the page is changing for another.
   *
   * @throws when the expression does
   */
  evaluate(expression: string): Promise<unknown>
  /** Waits until an expression is true in the page. */
  until(expression: string): Promise<void>
  close(): Promise<void>
}

/** A browser without a window. */
export interface Browser {
  open(url: string): Promise<Page>
  /** Ends the process; its directory may be removed then. */
  close(): Promise<void>
}

interface Reply {
  readonly id?: number
  readonly result?: Readonly<Record<string, unknown>>
  readonly error?: { readonly message: string }
}

type Send = (method: string, params?: object, sessionId?: string) => Promise<Reply>

/**
 * Starts a browser and speaks with it by the DevTools protocol.
 *
 * @param profile an empty directory for what it keeps
 */
export async function startBrowser(profile: string): Promise<Browser> {
  const child = spawn(CHROMIUM!, [...FLAGS, `--user-data-dir=${profile}`, 'about:blank'], { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = exit(child)
  const close = async (): Promise<void> => {
    child.kill()
    await ended
  }
  let printed = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (printed += text))
  let send: Send
  try {
    const address = await eventually('the browser listens', () => /^DevTools listening on (ws:\S+)/m.exec(printed)?.[1])
    send = await speak(address)
  } catch (error) {
    await close()
    throw new Error(`Cannot start ${CHROMIUM}: ${printed}`, { cause: error })
  }
  return {
    close,
    async open(url) {
      const { targetId } = await told(send('Target.createTarget', { url }))
      const { sessionId } = await told(send('Target.attachToTarget', { targetId, flatten: true }))
      return page(send, String(targetId), String(sessionId))
    },
  }
}

function page(send: Send, targetId: string, sessionId: string): Page {
  const evaluate = async (expression: string): Promise<unknown> => {
    const reply = await send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true }, sessionId)
    // The page went away meanwhile; the next one is asked next time.
    if (reply.error && /context|navigated/i.test(reply.error.message)) return undefined
    const { result, exceptionDetails } = await told(Promise.resolve(reply))
    if (exceptionDetails) throw new Error(`Cannot evaluate ${expression}: ${JSON.stringify(exceptionDetails)}`)
    return (result as { value?: unknown }).value
  }
  return {
    evaluate,
    until: async (expression) => void (await eventually(`${expression} in the page`, async () => (await evaluate(expression)) === true)),
    close: async () => void (await told(send('Target.closeTarget', { targetId }))),
  }
}

async function speak(address: string): Promise<Send> {
  const socket = new WebSocket(address)
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve)
    socket.addEventListener('error', reject)
  })
  const waiting = new Map<number, (reply: Reply) => void>()
  let count = 0
  socket.addEventListener('message', ({ data }) => {
    const reply = JSON.parse(String(data)) as Reply
    waiting.get(reply.id ?? 0)?.(reply)
    waiting.delete(reply.id ?? 0)
  })
  return (method, params = {}, sessionId = undefined) =>
    new Promise((resolve) => {
      waiting.set(++count, resolve)
      socket.send(JSON.stringify({ id: count, method, params, sessionId }))
    })
}

async function told(reply: Promise<Reply>): Promise<Readonly<Record<string, unknown>>> {
  const { result, error } = await reply
  if (!result) throw new Error(`Cannot drive the browser: ${error?.message}`)
  return result
}

function exit(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => child.once('close', () => resolve()).once('error', () => resolve()))
}

import { createServer, request, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http'
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import process from 'node:process'
import { describe, expect, it, onTestFinished } from 'vitest'
import { isLocalHost, isLocalOrigin } from '../../src/cli/reload/access.ts'
import { changesOf } from '../../src/cli/reload/changes.ts'
import { type Reload, type ReloadOptions, startReload } from '../../src/cli/reload/server.ts'
import { eventually } from '../support/eventually.ts'

async function served(options: ReloadOptions = {}): Promise<Reload> {
  const reload = await startReload({ port: 0, ...options })
  onTestFinished(() => reload.close())
  return reload
}

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

/** `fetch` cannot name another host, and reads no answer that has no end. */
function ask(url: string, headers: OutgoingHttpHeaders = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request(url, { headers, method, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, text }))
    })
      .on('error', reject)
      .end()
  })
}

interface Listener {
  readonly headers: IncomingHttpHeaders
  /** All that came so far. */
  text(): string
  events(): { event: string; id: string; paths: readonly string[] }[]
  ended(): boolean
  leave(): void
}

/** Listens; there is nothing to hear yet but where the session is. */
function listener(url: string, headers: OutgoingHttpHeaders = {}): Promise<Listener> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { headers, agent: false }, (response) => {
      let text = ''
      let ended = false
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      response.on('close', () => (ended = true)).on('error', () => (ended = true))
      resolve({
        headers: response.headers,
        text: () => text,
        events: () =>
          [...text.matchAll(/event: (\w+)\nid: (.+)\ndata: (.+)\n\n/g)].map(([, event, id, data]) => ({ event: event!, id: id!, ...(JSON.parse(data!) as { paths: string[] }) })),
        ended: () => ended,
        leave: () => sent.destroy(),
      })
    })
    sent.on('error', reject).end()
  })
}

/** Waits for so many events, the first one included, and gives the last. */
function nth(one: Listener, count: number): Promise<{ event: string; id: string; paths: readonly string[] }> {
  return eventually(`event ${count} comes`, () => one.events()[count - 1])
}

describe('what is served', () => {
  it('the script, as one that parses', async () => {
    const reload = await served()
    const { status, headers, text } = await ask(`${reload.url}/rowtree.js`)
    expect(status).toBe(200)
    expect(headers['content-type']).toBe('text/javascript; charset=utf-8')
    expect(headers['cache-control']).toBe('no-store')
    expect(() => new Function(text)).not.toThrow()
    expect(reload.script).toBe(`<script src="${reload.url}/rowtree.js" async></script>`)
    expect(reload.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  })

  it.each(['/', '/rowtree.js/', '/events/..', '/../../etc/passwd', '/%2e%2e/rowtree.yaml', '/styles/Default/global.css', 'http://localhost/rowtree.js'])('nothing at %s', async (path) => {
    const reload = await served()
    const { port } = new URL(reload.url)
    const socket = connect(Number(port), '127.0.0.1')
    let text = ''
    socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)
    await eventually('an answer comes', () => text.includes('\r\n\r\n'))
    socket.destroy()
    expect(text).toMatch(/^HTTP\/1\.1 404 /)
  })

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('nothing for %s', async (method) => {
    const reload = await served()
    const { status, headers } = await ask(`${reload.url}/events`, {}, method)
    expect(status).toBe(405)
    expect(headers.allow).toBe('GET, HEAD')
  })

  it.each(['/events', '/rowtree.js'])('HEAD of %s has an end and no body', async (path) => {
    const reload = await served()
    expect(await ask(reload.url + path, {}, 'HEAD')).toMatchObject({ status: 200, text: '' })
  })
})

describe('who may listen', () => {
  it.each(['evil.example', 'localhost.evil.example:80', '127.0.0.1.evil.example', '192.168.0.1:7698', '[::2]'])('not under the name %j', async (host) => {
    const reload = await served()
    for (const path of ['/rowtree.js', '/events', '/']) expect(await ask(reload.url + path, { host })).toMatchObject({ status: 403 })
    expect(isLocalHost(host)).toBe(false)
  })

  it.each(['localhost', 'LOCALHOST:1', '127.0.0.1:65535', '[::1]:7698'])('under the name %s', async (host) => {
    const reload = await served()
    expect(await ask(`${reload.url}/rowtree.js`, { host })).toMatchObject({ status: 200 })
  })

  it.each(['http://localhost:8080', 'https://localhost', 'http://127.0.0.1', 'http://[::1]:8080', 'http://forum.test', 'http://forum.localhost:81', 'http://box.local'])(
    'pages of %s',
    async (origin) => {
      const reload = await served()
      const { headers, leave } = await listener(`${reload.url}/events`, { origin })
      leave()
      expect(headers['access-control-allow-origin']).toBe(origin)
      expect(headers['content-type']).toBe('text/event-stream; charset=utf-8')
    },
  )

  it.each(['http://evil.example', 'http://localhost.evil.example', 'http://evil.example/localhost', 'http://eviltest', 'null', 'file://', 'http://localhost@evil.example', 'http://local host'])(
    'not pages of %s',
    async (origin) => {
      const reload = await served()
      const { status, headers } = await ask(`${reload.url}/events`, { origin })
      expect(status).toBe(403)
      expect(headers['access-control-allow-origin']).toBeUndefined()
      expect(isLocalOrigin(origin)).toBe(false)
    },
  )
})

describe('events', () => {
  it.each([
    ['styles', ['styles/Default/global.css']],
    ['styles', ['a.css', 'B.CSS']],
    ['page', ['header.html']],
    ['page', ['a.css', 'header.html', 'b.css']],
    ['page', ['notes.css.html']],
  ])('%s for %j', async (event, paths) => {
    const reload = await served()
    const one = await listener(`${reload.url}/events`)
    expect(await nth(one, 1)).toMatchObject({ event: 'ready', paths: [] })
    reload.tell(paths)
    expect(await nth(one, 2)).toMatchObject({ event, paths })
  })

  it('one for many paths, to every listener; none for none', async () => {
    const reload = await served()
    const all = await Promise.all([1, 2, 3].map(() => listener(`${reload.url}/events`)))
    const many = Array.from({ length: 2_000 }, (_, index) => `templates/Default/ein "${index}"\n.html`)
    reload.tell([])
    reload.tell(many)
    reload.tell(['last.css'])
    for (const one of all) {
      expect(await nth(one, 3)).toMatchObject({ event: 'styles', paths: ['last.css'] })
      expect(one.events()[1]).toMatchObject({ event: 'page', paths: many })
      expect(one.text()).toMatch(/^retry: \d+\n/)
    }
  })

  it('what was missed, once, after coming back', async () => {
    const reload = await served()
    const first = await listener(`${reload.url}/events`)
    const { id } = await nth(first, 1)
    first.leave()
    for (const path of ['a.css', 'b.css', 'a.css']) reload.tell([path])
    const second = await listener(`${reload.url}/events?last=${id}`)
    const missed = await nth(second, 1)
    expect(missed).toMatchObject({ event: 'styles', paths: ['a.css', 'b.css'] })
    // A browser that comes back by itself says in a header what it saw, with the address of the first time.
    const third = await listener(`${reload.url}/events?last=${id}`, { 'last-event-id': missed.id })
    expect(await nth(third, 1)).toMatchObject({ event: 'ready', id: missed.id })
  })

  it('what came between the script and the listening', async () => {
    const reload = await served()
    reload.tell(['header.html'])
    const { text } = await ask(`${reload.url}/rowtree.js`)
    const id = /last = "(.+)"/.exec(text)![1]
    const first = await listener(`${reload.url}/events?last=${id}`)
    expect(await nth(first, 1)).toMatchObject({ event: 'ready' })
    reload.tell(['header.html'])
    const second = await listener(`${reload.url}/events?last=${id}`)
    expect(await nth(second, 1)).toMatchObject({ event: 'page', paths: [] })
  })

  it('a listener that leaves does not trouble the others', async () => {
    const reload = await served({ keepAlive: 2 })
    const [gone, stays] = [await listener(`${reload.url}/events`), await listener(`${reload.url}/events`)]
    gone.leave()
    for (let round = 0; round < 20; round++) reload.tell(['a.css'])
    expect(await nth(stays, 21)).toMatchObject({ event: 'styles' })
  })

  it('signs of life in between', async () => {
    const reload = await served({ keepAlive: 2 })
    const one = await listener(`${reload.url}/events`)
    await eventually('three of them come', () => one.text().endsWith(':\n\n:\n\n:\n\n'))
    expect(one.events()).toHaveLength(1)
  })
})

describe('what a page missed', () => {
  it.each([
    ['nothing', 3, 'ready', []],
    ['a stylesheet', 2, 'styles', ['b.css']],
    ['a page and a stylesheet: the page wins', 1, 'page', []],
    ['all', 0, 'page', []],
  ])('%s', (_, seen, event, paths) => {
    const changes = changesOf('aa')
    for (const path of ['a.css', 'x.html', 'b.css']) changes.add([path])
    expect(changes.since(`aa-${seen}`)).toEqual({ event, id: 'aa-3', paths })
  })

  it.each([undefined, '', 'bb-0', 'aa', 'aa-x', 'undefined'])('of another session, such as %j: nothing', (id) => {
    const changes = changesOf('aa')
    changes.add(['x.html'])
    expect(changes.since(id)).toEqual({ event: 'ready', id: 'aa-1', paths: [] })
  })
})

describe('begin and end', () => {
  it.runIf(process.platform === 'linux')('listens at no other address', async () => {
    const { port } = new URL((await served()).url)
    const mine = Object.values(networkInterfaces()).flatMap((all) => all!.filter(({ family }) => family === 'IPv4').map(({ address }) => address))
    const others = [...mine, '127.0.0.2'].filter((address) => address !== '127.0.0.1')
    const asked = others.map((address) => ask(`http://${address}:${port}/rowtree.js`).then(() => address, (error: { code?: string }) => error.code))
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['ECONNREFUSED']))
  })

  it('ends open connections at once', async () => {
    const reload = await startReload({ port: 0 })
    const all = await Promise.all([1, 2].map(() => listener(`${reload.url}/events`)))
    await reload.close()
    for (const one of all) await eventually('the connection ends', () => one.ended())
    await expect(ask(`${reload.url}/rowtree.js`)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  it('a port that is taken', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void other.close())
    const { port } = other.address() as { port: number }
    await expect(startReload({ port })).rejects.toMatchObject({
      name: 'RowtreeError',
      code: 'port-unavailable',
      errno: 'EADDRINUSE',
      message: `Cannot serve live reload on 127.0.0.1:${port}: another program listens there; end it, or name another port with --reload PORT`,
    })
  })

  it('the port is free again, and another session has another id', async () => {
    const first = await startReload({ port: 0 })
    const port = Number(new URL(first.url).port)
    const before = await nth(await listener(`${first.url}/events`), 1)
    first.tell(['header.html'])
    await first.close()
    const second = await served({ port })
    const after = await nth(await listener(`${second.url}/events?last=${before.id}`), 1)
    expect(after.event).toBe('ready')
    expect(after.id.split('-')[0]).not.toBe(before.id.split('-')[0])
  })
})

import { type AddressInfo, createServer } from 'node:net'
import { inspect } from 'node:util'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { type Config, openEngine, parseConfig, RowtreeError } from '../../src/index.ts'
import { rowtree } from '../support/cli.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { SERVER } from '../store/postgres/server.ts'

/** It means something in a URL, and in a shell. */
const PASSWORD = 'hunter2@:/?#%$&'

/** A port where nobody listens. */
async function deadPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** The port of a server that is none of a database. */
async function rudePort(): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.end('hello')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

const noPort = (): Promise<number> => Promise.resolve(1)

function configOf(url: string): Config {
  return parseConfig(`store: { url: ${JSON.stringify(url)}, preset: mybb }\ntree: ./board\n`, { directory: '/', env: { PW: PASSWORD } })
}

it.each<[name: string, port: () => Promise<number>, url: (port: number) => string]>([
  ['nobody listens', deadPort, (port) => `postgres://me:\${PW}@127.0.0.1:${port}/board`],
  ['nobody listens', deadPort, (port) => `mysql://me:\${PW}@127.0.0.1:${port}/board`],
  ['the server is none of a database', rudePort, (port) => `postgresql://me:\${PW}@127.0.0.1:${port}/board`],
  ['the server is none of a database', rudePort, (port) => `mariadb://me:\${PW}@127.0.0.1:${port}/board`],
  ['the user is unknown', noPort, () => `${SERVER.replace(/\/\/[^@]*@/, '//nobody-of-ours:${PW}@')}`],
  ['the user is unknown', noPort, () => 'mysql://nobody-of-ours:${PW}@127.0.0.1/test'],
  ['the host is none', noPort, () => 'postgres://me:hunter2@[x/board'],
  ['the host is none', noPort, () => 'mysql://me:hunter2@[x/board'],
  ['the password is not encoded', noPort, () => 'mysql://me:hunter2#%@127.0.0.1:1/board'],
  ['the password is not encoded', noPort, () => 'postgres://me:hunter2#%@127.0.0.1:1/board'],
  ['the port is none', noPort, () => 'postgres://me:hunter2@127.0.0.1:99999/board'],
  ['the password is in the query', noPort, () => 'postgres://me@127.0.0.1:1/board?password=hunter2'],
  ['there is no such kind of database', noPort, () => 'oracle://me:${PW}@127.0.0.1/board'],
  ['the scheme is missing', noPort, () => 'me:${PW}@127.0.0.1/board'],
])('no password is told where %s', async (_, port, url) => {
  const error = await openEngine(configOf(url(await port()))).then(
    async (engine) => await engine.close(),
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(RowtreeError)
  expect((error as RowtreeError).code).toMatch(/^store-/)
  // With its stack, its causes, and what a driver put beside them.
  expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('hunter2')
})

it('nor does the command line tell one, however much it is to tell', async () => {
  const cwd = temporaryDirectory()
  writeFileSync(join(cwd, 'rowtree.yaml'), `store: { url: 'postgres://me:\${PW}@127.0.0.1:${await deadPort()}/board', preset: mybb }\ntree: ./board\n`)
  const done = await rowtree(['export', '-v'], { cwd, env: { PW: PASSWORD } })
  expect(done).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/^error: Cannot .* store postgres:\/\/me:\*\*\*@127\.0\.0\.1:/m) })
  expect(done.stderr).not.toContain('hunter2')
})

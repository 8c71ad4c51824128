import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { delimiter, join } from 'node:path'
import process from 'node:process'
import { onTestFinished } from 'vitest'
import { eventually } from '../eventually.ts'
import { temporaryDirectory } from '../temporary.ts'
import { MYSQL } from './mysql.ts'
import { POSTGRES } from './postgres.ts'
import type { Maker } from './trial.ts'

/** A server that nobody else uses. */
export interface OwnServer {
  /** With a database that is there. */
  readonly url: string
  /** Starts it on what its last run left, and waits until it answers. */
  start(): Promise<void>
  /** Ends it at once, with all that it was doing. */
  kill(): Promise<void>
}

/** How servers of one kind are made. */
export interface OwnKind {
  readonly kind: 'mysql' | 'postgres'
  /** Why there can be none here; empty where there can. */
  readonly absent: string
  make(): Promise<OwnServer>
}

const DIRECTORIES: readonly string[] = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', ...postgresDirectories()]

/** Debian keeps them out of the path. */
function postgresDirectories(): string[] {
  const root = '/usr/lib/postgresql'
  return existsSync(root) ? readdirSync(root).toSorted((a, b) => Number(b) - Number(a)).map((version) => join(root, version, 'bin')) : []
}

function programOf(name: string): string | undefined {
  return DIRECTORIES.map((directory) => join(directory, name)).find((file) => existsSync(file))
}

/** Servers refuse to run as root. */
interface User {
  readonly uid?: number
  readonly gid?: number
}

function userOf(name: string): User | undefined {
  if (process.getuid?.() !== 0) return {}
  try {
    const [uid, gid] = ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })))
    return { uid: uid!, gid: gid! }
  } catch {
    return undefined
  }
}

interface Recipe {
  readonly maker: Maker
  readonly user: string
  readonly programs: readonly [init: string, server: string]
  readonly url: (port: number) => string
  readonly init: (data: string) => readonly string[]
  readonly run: (data: string, port: number) => readonly string[]
}

const RECIPES: readonly Recipe[] = [
  {
    maker: MYSQL,
    user: 'mysql',
    programs: ['mariadb-install-db', 'mariadbd'],
    url: (port) => `mysql://root@127.0.0.1:${port}/mysql`,
    init: (data) => ['--no-defaults', `--datadir=${data}`, '--auth-root-authentication-method=normal', '--skip-test-db', '--skip-name-resolve'],
    run: (data, port) => [
      '--no-defaults', `--datadir=${data}`, `--port=${port}`, '--bind-address=127.0.0.1', `--socket=${data}/socket`, `--pid-file=${data}/pid`, '--skip-name-resolve',
      '--innodb-buffer-pool-size=16M', '--innodb-log-file-size=8M',
    ],
  },
  {
    maker: POSTGRES,
    user: 'postgres',
    programs: ['initdb', 'postgres'],
    url: (port) => `postgres://postgres@127.0.0.1:${port}/postgres`,
    init: (data) => ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
    run: (data, port) => ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', data],
  },
]

/** MariaDB and PostgreSQL, with their data in a directory of the running test. */
export const OWN_SERVERS: readonly OwnKind[] = RECIPES.map((recipe) => {
  const [init, server] = recipe.programs.map(programOf)
  const user = userOf(recipe.user)
  const lacks = init === undefined || server === undefined ? recipe.programs.join(' and ') : user === undefined ? `a user ${recipe.user}` : ''
  return {
    kind: recipe.maker.kind as OwnKind['kind'],
    absent: lacks === '' ? '' : ` (skipped: no ${lacks} here)`,
    make: () => make(recipe, init!, server!, user!),
  }
})

async function make({ maker, url: urlOf, init, run }: Recipe, initProgram: string, program: string, user: User): Promise<OwnServer> {
  const directory = temporaryDirectory()
  const data = join(directory, 'data')
  mkdirSync(data, { mode: 0o700 })
  chmodSync(directory, 0o755)
  if (user.uid !== undefined) chownSync(data, user.uid, user.gid!)
  execFileSync(initProgram, init(data), { ...user, cwd: data, stdio: ['ignore', 'ignore', 'pipe'] })
  const port = await freePort()
  const url = urlOf(port)
  let child: ChildProcess | undefined

  async function start(): Promise<void> {
    await eventually(`${maker.title} runs`, async () => {
      // The last one's processes may still be ending: then it ends at once.
      if (child === undefined || child.exitCode !== null) child = spawn(program, run(data, port), { ...user, cwd: data, stdio: 'ignore' })
      return maker.answers(url)
    })
  }

  async function kill(): Promise<void> {
    if (child === undefined || child.exitCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
    child = undefined
  }

  onTestFinished(kill)
  return { url, start, kill }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

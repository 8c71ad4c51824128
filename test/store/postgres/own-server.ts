import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import process from 'node:process'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { openPostgres } from '../../../src/store/postgres/open.ts'
import { eventually } from '../../support/eventually.ts'

const HOME = '/usr/lib/postgresql'

/** Where the server's programs are; `undefined` where there are none. */
export const BINARIES: string | undefined = existsSync(HOME)
  ? readdirSync(HOME).map((version) => join(HOME, version, 'bin')).find((directory) => existsSync(join(directory, 'initdb')))
  : undefined

/** Whether a server can be made: it does not run as root, so that somebody else has to. */
export const canServe: boolean = BINARIES !== undefined && process.getuid?.() === 0 && existsSync('/usr/bin/openssl')

/** A server of a test's own, with TLS by a certificate for `localhost`. */
export class OwnServer {
  readonly directory: string
  port = 0
  #process: ChildProcess | undefined

  constructor() {
    this.directory = mkdtempSync('/dev/shm/rt-pg-')
    chmodSync(this.directory, 0o755)
    execFileSync('chown', ['postgres', this.directory])
    as(`${BINARIES!}/initdb -D ${this.data} -U postgres --auth=trust --no-sync --encoding=UTF8 --locale=C`)
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-keyout']
    execFileSync('openssl', ['req', '-x509', ...key, this.path('ca.key'), '-out', this.path('ca.crt'), '-subj', '/CN=rowtree test'], { stdio: 'ignore' })
    execFileSync('openssl', ['req', ...key.filter((word) => word !== '-days' && word !== '2'), this.path('server.key'), '-out', this.path('server.csr'), '-subj', '/CN=localhost'], { stdio: 'ignore' })
    writeFileSync(this.path('extensions'), 'subjectAltName=DNS:localhost')
    execFileSync('openssl', ['x509', '-req', '-in', this.path('server.csr'), '-CA', this.path('ca.crt'), '-CAkey', this.path('ca.key'), '-CAcreateserial', '-days', '2', '-extfile', this.path('extensions'), '-out', this.path('server.crt')], { stdio: 'ignore' })
    execFileSync('chown', ['postgres', this.path('server.key'), this.path('server.crt')])
    chmodSync(this.path('server.key'), 0o600)
    const rules = ['local all all trust', 'hostssl all guarded all scram-sha-256', 'host all guarded all reject', 'host all all 127.0.0.1/32 trust', 'host all all ::1/128 trust']
    writeFileSync(join(this.data, 'pg_hba.conf'), `${rules.join('\n')}\n`)
  }

  get data(): string {
    return this.path('data')
  }

  /** Who signed the certificate, as PEM. */
  get ca(): string {
    return readFileSync(this.path('ca.crt'), 'utf8')
  }

  url(host = '127.0.0.1', user = 'postgres'): string {
    return `postgres://${user}@${host}:${this.port}/postgres`
  }

  async start(): Promise<void> {
    this.port ||= await freePort()
    const settings = [`port=${this.port}`, `unix_socket_directories=${this.directory}`, 'listen_addresses=localhost', 'fsync=off', 'ssl=on', `ssl_cert_file=${this.path('server.crt')}`, `ssl_key_file=${this.path('server.key')}`]
    const words = settings.map((setting) => `-c ${setting}`).join(' ')
    this.#process = spawn('su', ['postgres', '-c', `exec ${BINARIES!}/postgres -D ${this.data} ${words}`], { stdio: 'ignore' })
    await eventually('the server answers', () => openPostgres(this.url(), { directory: '/' }).then((database) => database.close().then(() => true), () => false))
  }

  /** Ends it as a crash would. */
  async kill(): Promise<void> {
    const ended = once(this.#process!, 'exit')
    const [pid] = readFileSync(join(this.data, 'postmaster.pid'), 'utf8').split('\n')
    process.kill(Number(pid), 'SIGQUIT')
    await ended
    this.#process = undefined
  }

  async remove(): Promise<void> {
    if (this.#process !== undefined) await this.kill()
    rmSync(this.directory, { recursive: true, force: true })
  }

  path(name: string): string {
    return join(this.directory, name)
  }
}

function as(command: string): void {
  execFileSync('su', ['postgres', '-c', command], { stdio: 'ignore', cwd: '/' })
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

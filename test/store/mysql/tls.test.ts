import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { once } from 'node:events'
import { createConnection } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openMysql } from '../../../src/store/mysql/open.ts'
import type { Tls } from '../../../src/store/database.ts'
import { eventually } from '../../support/eventually.ts'
import { records } from './server.ts'
import { sql } from 'kysely'

const missing = ['/usr/sbin/mariadbd', '/usr/bin/mariadb-install-db', '/usr/bin/openssl'].find((file) => !existsSync(file))

describe.skipIf(missing)('a server with a certificate of its own', () => {
  const directory = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'rowtree-tls-'))
  const socket = join(directory, 'my.sock')
  let server: ChildProcess
  const isRoot = process.getuid?.() === 0
  let port: number

  const file = (name: string): string => readFileSync(join(directory, name), 'utf8')

  function openssl(...given: string[]): void {
    execFileSync('openssl', given, { cwd: directory, stdio: 'pipe' })
  }

  function certify(host: string): void {
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', 'server.key']
    openssl('req', ...key, '-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`, '-out', 'server.csr')
    openssl('x509', '-req', '-in', 'server.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-days', '2', '-copy_extensions', 'copy', '-out', 'server.pem')
    if (isRoot) execFileSync('chown', ['-R', 'mysql', directory])
  }

  beforeAll(async () => {
    openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=authority', '-keyout', 'ca.key', '-out', 'ca.pem')
    certify('localhost')
    chmodSync(directory, 0o755)
    const user = isRoot ? ['--user=mysql'] : []
    const data = `--datadir=${join(directory, 'data')}`
    execFileSync('mariadb-install-db', ['--no-defaults', ...user, data, '--skip-test-db', '--auth-root-authentication-method=normal'], { stdio: 'pipe' })
    port = await freePort()
    const tls = ['ca', 'cert', 'key'].map((what) => `--ssl-${what}=${join(directory, { ca: 'ca.pem', cert: 'server.pem', key: 'server.key' }[what]!)}`)
    server = spawn('/usr/sbin/mariadbd', ['--no-defaults', ...user, data, `--port=${port}`, '--bind-address=127.0.0.1', `--socket=${socket}`, '--innodb-buffer-pool-size=8M', ...tls], { stdio: 'ignore' })
    const root = await eventually('the server accepts connections', () => createConnection({ socketPath: socket, user: 'root' }).catch(() => undefined))
    for (const statement of [
      "create user 'safe'@'localhost' identified by 'pass@word' require ssl",
      "grant all on *.* to 'safe'@'localhost'",
      "create user 'mere'@'localhost'",
      'create database board',
      'create table board.pages (id int) engine = MyISAM',
      "grant select, update on board.* to 'mere'@'localhost'",
    ]) await root.query(statement)
    await root.end()
  })
  afterAll(async () => {
    if (server?.exitCode === null) {
      server.kill('SIGKILL')
      await once(server, 'exit')
    }
    rmSync(directory, { recursive: true, force: true })
  })

  async function cipher(tls: Tls | undefined, user = 'safe:pass%40word', host = 'localhost'): Promise<unknown> {
    const database = await openMysql(`mysql://${user}@${host}:${port}/board`, { directory: '/', tls })
    try {
      const [[, value]] = (await records(database.kysely, sql`show session status like 'Ssl_cipher'`)) as [[string, string]]
      return value
    } finally {
      await database.close()
    }
  }

  it('is reached with the authority that signed it', async () => {
    expect(await cipher({ ca: file('ca.pem'), verify: true })).toMatch(/^TLS/)
  })

  it('is reached where nobody wants to verify it', async () => {
    expect(await cipher({ verify: false })).toMatch(/^TLS/)
  })

  it('is refused where nobody known signed it', async () => {
    await expect(cipher({ verify: true })).rejects.toMatchObject({ code: 'store-unreadable', message: expect.stringContaining("the server's certificate is not accepted") })
  })

  it('is not reached by its address, for which nothing would be verified', async () => {
    await expect(cipher({ ca: file('ca.pem'), verify: true }, undefined, '127.0.0.1')).rejects.toMatchObject({ code: 'store-unsupported', message: expect.stringContaining('verified by a name') })
  })

  it('is not reached without encryption by a user who needs it', async () => {
    await expect(cipher(undefined)).rejects.toMatchObject({ message: expect.stringContaining('does not accept this user and password') })
    await expect(cipher(undefined)).rejects.not.toMatchObject({ message: expect.stringContaining('pass@word') })
  })

  it('is reached by its socket', async () => {
    const database = await openMysql(`mysql://root@localhost/board?socket=${encodeURIComponent(socket)}`, { directory: '/' })
    expect(await records(database.kysely, sql`select database()`)).toEqual([['board']])
    await database.close()
  })

  it('tells of LOCK TABLES where the user lacks it', async () => {
    const database = await openMysql(`mysql://mere@localhost:${port}/board`, { directory: '/' })
    await expect(database.exclusively!(['pages'], () => Promise.resolve())).rejects.toMatchObject({ code: 'store-unwritable', message: expect.stringContaining('Grant LOCK TABLES') })
    await database.close()
  })

  it('says so where it is read-only', async () => {
    const root = await openMysql(`mysql://root@localhost/board?socket=${encodeURIComponent(socket)}`, { directory: '/' })
    await sql`set global read_only = 1`.execute(root.kysely)
    const database = await openMysql(`mysql://mere@localhost:${port}/board`, { directory: '/' })
    const error = await sql`update pages set id = 1`.execute(await database.writing()).then(() => undefined, (thrown: unknown) => thrown)
    expect(database.failures.unwritable(error)).toMatchObject({ code: 'store-unwritable', message: expect.stringContaining('the server is read-only') })
    await database.close()
    await root.close()
  })

  it('is refused where its certificate is of another host', async () => {
    certify('elsewhere.test')
    const root = await openMysql(`mysql://root@localhost/board?socket=${encodeURIComponent(socket)}`, { directory: '/' })
    await sql`flush ssl`.execute(root.kysely)
    await root.close()
    await expect(cipher({ ca: file('ca.pem'), verify: true })).rejects.toMatchObject({ message: expect.stringContaining("the server's certificate is not accepted") })
    expect(await cipher({ ca: file('ca.pem'), verify: false })).toMatch(/^TLS/)
  })
})

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as { port: number }
  probe.close()
  await once(probe, 'close')
  return port
}

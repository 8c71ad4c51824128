import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RowtreeError } from '../../../src/errors.ts'
import type { Database, DatabaseOptions } from '../../../src/store/database.ts'
import { openPostgres } from '../../../src/store/postgres/open.ts'
import { eventually } from '../../support/eventually.ts'
import { wireTo } from '../../support/wire.ts'
import { canServe, OwnServer } from './own-server.ts'

async function refusalOf(url: string, tls?: DatabaseOptions['tls']): Promise<unknown> {
  return openPostgres(url, { directory: '/', tls }).then((database) => database.close(), (error: unknown) => error)
}

async function isEncrypted(url: string, tls?: DatabaseOptions['tls']): Promise<unknown> {
  const database = await openPostgres(url, { directory: '/', tls })
  const { rows } = await sql<{ ssl: boolean }>`select ssl from pg_stat_ssl where pid = pg_backend_pid()`.execute(database.kysely)
  await database.close()
  return rows[0]!.ssl
}

describe.skipIf(!canServe)(`the way to a PostgreSQL server${canServe ? '' : ' (skipped: it takes root, initdb and openssl to start one)'}`, () => {
  let server: OwnServer

  beforeAll(async () => {
    server = new OwnServer()
    await server.start()
    const database = await openPostgres(server.url(), { directory: '/' })
    const writing = await database.writing()
    for (const text of ["create role guarded login password 'hunter2'", 'create role crowded login connection limit 0', 'create schema board', 'create table board.pages (id int)']) {
      await sql.raw(text).execute(writing)
    }
    await database.close()
  })

  afterAll(() => server.remove())

  it('is not encrypted unless it is asked for', async () => {
    expect(await isEncrypted(server.url())).toBe(false)
  })

  it('is encrypted, with a certificate that is trusted', async () => {
    expect(await isEncrypted(server.url('localhost'), { ca: server.ca, verify: true })).toBe(true)
  })

  it('is encrypted without trust, where that is asked for', async () => {
    expect(await isEncrypted(server.url(), { verify: false })).toBe(true)
  })

  it('ends where nobody known signed the certificate', async () => {
    expect(await refusalOf(server.url('localhost'), { verify: true })).toMatchObject({ code: 'store-unreadable', message: expect.stringContaining('is not trusted') })
  })

  it('ends where the certificate is of another host', async () => {
    expect(await refusalOf(server.url('127.0.0.1'), { ca: server.ca, verify: true })).toMatchObject({ code: 'store-unreadable', message: expect.stringContaining('is not trusted') })
  })

  it('leads through a socket', async () => {
    const database = await openPostgres(`postgres://postgres@/postgres?host=${server.directory}`.replace('@/', `@localhost:${server.port}/`), { directory: '/' })
    const { rows } = await sql<{ address: string | null }>`select inet_client_addr()::text as address`.execute(database.kysely)
    await database.close()
    expect(rows).toEqual([{ address: null }])
  })

  it('leads to a schema', async () => {
    const database = await openPostgres(`${server.url()}?schema=board`, { directory: '/' })
    const tables = await database.catalogue.tables()
    await database.close()
    expect(tables).toEqual(['pages'])
  })

  it('takes a password, and never tells it', async () => {
    const tls = { ca: server.ca, verify: true }
    expect(await isEncrypted(server.url('localhost', 'guarded:hunter2'), tls)).toBe(true)
    const refusal = await refusalOf(server.url('localhost', 'guarded:hunter3'), tls)
    expect(refusal).toMatchObject({ code: 'store-unreadable', errno: '28P01', message: expect.stringContaining('does not let this user in') })
    expect((refusal as RowtreeError).message).not.toContain('hunter')
    expect(await refusalOf(server.url('localhost', 'guarded'), tls)).toMatchObject({ code: 'store-unreadable', message: expect.stringContaining('does not let this user in') })
    expect(await refusalOf(server.url('127.0.0.1', 'guarded:hunter2'))).toMatchObject({ errno: '28000', message: expect.stringContaining('set store.tls') })
  })

  it('leaves no connection behind that the server goes on waiting at', async () => {
    const wire = await wireTo(server.url('127.0.0.1', 'guarded'))
    expect(await refusalOf(wire.url, { verify: false })).toMatchObject({ message: expect.stringContaining('does not let this user in') })
    await eventually('it is closed', () => wire.connections === 0)
  })

  it.each([
    ['no such database', () => server.url().replace(/postgres$/, 'nowhere'), { code: 'store-missing', errno: '3D000' }],
    ['too many connections', () => server.url('127.0.0.1', 'crowded'), { code: 'store-unreachable', errno: '53300' }],
    ['nobody at the port', () => 'postgres://postgres@127.0.0.1:9/postgres', { code: 'store-unreachable', errno: 'ECONNREFUSED' }],
    ['nobody at the socket', () => 'postgres://postgres@localhost/postgres?host=/nowhere', { code: 'store-unreachable' }],
    ['no such host', () => 'postgres://postgres@nowhere.invalid/postgres', { code: 'store-unreachable' }],
  ])('ends with %s', async (_, url, details) => {
    expect(await refusalOf(url())).toMatchObject(details)
  })

  it('is found again after the server crashed, amid everything', async () => {
    const database: Database = await openPostgres(server.url(), { directory: '/' })
    const ask = async (): Promise<unknown> => (await sql`select 1 as one`.execute(database.kysely)).rows
    const transaction = await (await database.writing()).startTransaction().setAccessMode('read write').execute()
    await sql`insert into board.pages values (1)`.execute(transaction)
    await server.kill()
    const failure: unknown = await ask().catch((error: unknown) => database.failures.unreadable(error))
    expect(failure).toMatchObject({ code: 'store-unreachable' })
    await expect(transaction.commit().execute()).rejects.toSatisfy((error) => database.failures.isLost(error))
    await expect(database.writing()).rejects.toMatchObject({ code: expect.stringMatching(/^store-un/) })
    await server.start()
    expect(await eventually('it answers', () => ask().catch(() => undefined))).toEqual([{ one: 1 }])
    await transaction.rollback().execute()
    const { rows } = await sql`select id from board.pages`.execute(await database.writing())
    expect(rows).toEqual([])
    await database.close()
  })
})

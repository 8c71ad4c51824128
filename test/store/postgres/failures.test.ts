import { sql, type ControlledTransaction } from 'kysely'
import process from 'node:process'
import { beforeAll, describe, expect, it } from 'vitest'
import { RowtreeError } from '../../../src/errors.ts'
import type { Database } from '../../../src/store/database.ts'
import { addressOf } from '../../../src/store/postgres/address.ts'
import { openPostgres } from '../../../src/store/postgres/open.ts'
import { describeOnServer, ownDatabase } from './server.ts'

describe('the URL of a PostgreSQL database', () => {
  it.each([
    ['postgres://me:p%40ss@db.example:5433/board', { host: 'db.example', port: 5433, user: 'me', database: 'board', ssl: false }],
    ['postgresql://me@localhost/board', { host: 'localhost', port: 5432, user: 'me', database: 'board' }],
    ['postgres://me@/board?host=/var/run/postgresql', { host: '/var/run/postgresql', port: 5432 }],
    ['postgres://me@[::1]:5433/my%20board', { host: '::1', port: 5433, database: 'my board' }],
  ])('%s is understood', (url, client) => {
    expect(addressOf(url, { directory: '/' }).client).toMatchObject(client)
  })

  it.each([
    'postgres:///board?host=/run&schema=a',
    'postgres://me@localhost',
    'postgres://me@localhost/',
    'postgres://localhost/board',
    'postgres://me@localhost/board?sslmode=require',
    'postgres://me@localhost/board#x',
    'postgres://me@localhost:99999/board',
    'postgres://me:%zz@localhost/board',
    'postgres:board',
  ])('%s is refused', (url) => {
    expect(() => addressOf(url, { directory: '/' })).toThrow(RowtreeError)
  })

  it.each([['postgres://me:p%40ss@h/b', 'p@ss'], ['postgres://me@h/b', '']])('the password of %s', (url, password) => {
    expect(addressOf(url, { directory: '/' }).client.password()).toBe(password)
  })

  it('names what it does not know', () => {
    expect(() => addressOf('postgres://me:hunter2@localhost/board?sslmode=require', { directory: '/' })).toThrow(
      'Cannot open the store postgres://me:***@localhost/board?sslmode=require: its parameter "sslmode" is not known. Write store.tls instead',
    )
  })
})

describeOnServer('a database whose texts may be anything', () => {
  const own = ownDatabase("template template0 encoding 'SQL_ASCII' locale 'C'")

  it('is refused', async () => {
    await expect(openPostgres(own.url, { directory: '/' })).rejects.toMatchObject({ code: 'store-unsupported', message: expect.stringContaining('SQL_ASCII') })
  })
})

describeOnServer('failures of PostgreSQL', () => {
  const own = ownDatabase()
  let database: Database

  beforeAll(async () => {
    await own.run(`create table pages (id int primary key, body text not null check (body <> 'no'), amount numeric(3,1), parent int references pages); insert into pages values (1, 'one');
      create function refuse() returns trigger language plpgsql as $$ begin if new.body = 'stop' then raise exception 'not today'; end if; return new; end $$;
      create trigger refuse before insert or update on pages for each row execute function refuse();
      create view few as select * from pages where id < 10 with local check option;
      create sequence secrets; create table hidden (id int)`)
    database = await own.open()
  })

  async function failureOf(...statements: readonly string[]): Promise<unknown> {
    const transaction: ControlledTransaction<unknown> = await (await database.writing()).startTransaction().setAccessMode('read write').execute()
    try {
      for (const statement of statements) await sql.raw(statement).execute(transaction)
    } catch (error) {
      return error
    } finally {
      await transaction.rollback().execute()
    }
    return undefined
  }

  it.each([
    ["insert into pages values (1, 'two')", /unique constraint "pages_pkey"\. Key \(id\)=\(1\) already exists$/],
    ["update pages set body = 'no'", /check constraint/],
    ['update pages set body = null', /not-null constraint/],
    ['update pages set parent = 77', /foreign key.*is not present in table "pages"$/],
    ["update pages set body = 'stop'", /^not today$/],
    ['update pages set amount = 100', /numeric field overflow/],
    ["update pages set amount = 'x'", /invalid input syntax/],
    ["insert into few values (77, 'x')", /check option/],
  ])('of one row: %s', async (statement, words) => {
    const failure = await failureOf(statement)
    expect(database.failures.refusal(failure)).toMatch(words)
    expect(database.failures.isLost(failure)).toBe(false)
    expect(database.failures.isRace(failure)).toBe(false)
  })

  it.each([
    [['set transaction read only', "update pages set body = 'x'"], 'store-unwritable', '25006', 'lets nobody write'],
    [['create role nobody_else_%', 'set role nobody_else_%', 'select * from hidden'], 'store-unwritable', '42501', 'lacks a privilege: permission denied for table hidden'],
    [["set local statement_timeout = '20ms'", 'select pg_sleep(5)'], 'store-unwritable', '57014', 'cancelled'],
    [['select * from nowhere'], 'store-unwritable', '42P01', '"nowhere" does not exist'],
  ])('of the whole store: %j', async (statements, code, errno, words) => {
    const failure = await failureOf(...statements.map((text) => text.replace('%', String(process.pid))))
    expect(database.failures.refusal(failure)).toBeUndefined()
    expect(database.failures.unwritable(failure)).toMatchObject({ code, errno, message: expect.stringContaining(words) })
    expect(database.failures.unreadable(failure)).toMatchObject({ code: 'store-unreadable' })
    expect(database.failures.unwritable(failure).message).toMatch(/^Cannot write the store postgres:/)
  })

  it('of a lock that somebody else has', async () => {
    await own.run('begin; lock table pages')
    const failure = await failureOf("set local lock_timeout = '20ms'", 'select * from pages')
    await own.run('rollback')
    expect(database.failures.unwritable(failure)).toMatchObject({ code: 'store-locked', errno: '55P03' })
  })

  it('of two that wait for each other', async () => {
    await own.run('begin; lock table pages in row exclusive mode; lock table hidden')
    const transaction = await (await database.writing()).startTransaction().setAccessMode('read write').execute()
    await sql`set local deadlock_timeout = '20ms'`.execute(transaction)
    await sql`lock table pages in row exclusive mode`.execute(transaction)
    const theirs = own.run('lock table pages in exclusive mode')
    const failure: unknown = await sql`lock table hidden`.execute(transaction).catch((error: unknown) => error)
    await transaction.rollback().execute()
    await theirs
    await own.run('rollback')
    expect(database.failures.isRace(failure)).toBe(true)
  })

  it('which are ours already stay as they are', () => {
    const error = new RowtreeError('store-missing', 'Cannot')
    expect(database.failures.unreadable(error)).toBe(error)
    expect(database.failures.unwritable(error)).toBe(error)
  })
})

import { sql } from 'kysely'
import { beforeEach, expect, it } from 'vitest'
import type { Database, Watched } from '../../../src/store/database.ts'
import { eventually } from '../../support/eventually.ts'
import { describeOnServer, ownDatabase } from './server.ts'

const WATCHED: readonly Watched[] = [{ table: 'pages', columns: ['id', 'body'] }]

describeOnServer('the token of PostgreSQL', () => {
  const own = ownDatabase()
  let database: Database

  beforeEach(async () => {
    await own.run(`drop table if exists pages, elsewhere cascade; create table pages (id int primary key, body text, hits int default 0); create table elsewhere (id int);
      insert into pages values (1, 'one'), (2, 'two')`)
    database = await own.open()
  })

  const token = (): Promise<string> => database.token(WATCHED)

  async function write(...statements: readonly string[]): Promise<void> {
    const transaction = await (await database.writing()).startTransaction().setAccessMode('read write').execute()
    for (const statement of statements) await sql.raw(statement).execute(transaction)
    await transaction.commit().execute()
  }

  it('stays while nothing changes, and while others write elsewhere', async () => {
    const before = await token()
    expect(await token()).toBe(before)
    await own.run('insert into elsewhere values (1)')
    expect(await token()).toBe(before)
    await own.run('update pages set hits = hits + 1')
    expect(await token()).toBe(before)
  })

  it.each([
    "update pages set body = 'other' where id = 1",
    "insert into pages values (3, 'three')",
    'delete from pages where id = 1',
    'truncate pages',
    "update pages set body = case id when 1 then 'two' else 'one' end",
    "update pages set body = null where id = 1",
    "update pages set body = '' where id = 1",
  ])('moves with %j', async (statement) => {
    const before = await token()
    await own.run(statement)
    const after = await token()
    expect(after).not.toBe(before)
    expect(await token()).toBe(after)
  })

  it('moves with capitals in a column that does not mind them, and with swapped columns', async () => {
    await own.run("create collation if not exists nobody (provider = icu, locale = 'und-u-ks-level2', deterministic = false); alter table pages alter column body type text collate nobody")
    const before = await token()
    await own.run("update pages set body = 'ONE' where id = 1")
    const between = await token()
    expect(between).not.toBe(before)
    await own.run("update pages set id = id + 1, body = case id when 1 then 'two' else 'ONE' end")
    expect(await token()).not.toBe(between)
  })

  it('does not move with what we commit', async () => {
    const before = await token()
    await write("update pages set body = 'ours'", "insert into pages values (3, 'ours')")
    expect(await token()).toBe(before)
    await write('select 1')
    await write('lock table pages in share row exclusive mode', "update pages set body = 'ours again'")
    expect(await token()).toBe(before)
  })

  it('moves when somebody else wrote before us', async () => {
    const before = await token()
    await own.run("update pages set body = 'theirs' where id = 1")
    await write("update pages set body = 'ours' where id = 2")
    expect(await token()).not.toBe(before)
  })

  it('moves when somebody else wrote while we did', async () => {
    const before = await token()
    const transaction = await (await database.writing()).startTransaction().setAccessMode('read write').execute()
    await sql`update pages set body = 'ours' where id = 2`.execute(transaction)
    await own.run("update pages set body = 'theirs' where id = 1")
    await transaction.commit().execute()
    const after = await token()
    expect(after).not.toBe(before)
    expect(await token()).toBe(after)
  })

  it('moves when somebody else wrote right after us', async () => {
    const before = await token()
    for (let n = 0; n < 2; n++) await write(`update pages set body = 'ours ${n}' where id = 2`)
    await own.run("update pages set body = 'theirs' where id = 1")
    expect(await token()).not.toBe(before)
  })

  it('stays when what we wrote was taken back', async () => {
    const before = await token()
    const transaction = await (await database.writing()).startTransaction().setAccessMode('read write').execute()
    await sql`update pages set body = 'ours' where id = 2`.execute(transaction)
    await transaction.rollback().execute()
    expect(await token()).toBe(before)
  })

  it('moves when a long transaction ends that was under way all the time', async () => {
    const other = await own.open()
    const transaction = await (await other.writing()).startTransaction().setAccessMode('read write').execute()
    await sql`update pages set body = 'late' where id = 1`.execute(transaction)
    const before = await token()
    for (let n = 0; n < 3; n++) await own.run('insert into elsewhere values (1)')
    expect(await token()).toBe(before)
    await transaction.commit().execute()
    expect(await token()).not.toBe(before)
  })

  it('moves with a view whose rows no transaction changed', async () => {
    await own.run("create view now_pages as select id, clock_timestamp()::text as body from pages")
    const watched = [{ table: 'now_pages', columns: ['id', 'body'] }]
    const before = await database.token(watched)
    expect(await database.token(watched)).not.toBe(before)
  })

  it('moves with a partition', async () => {
    await own.run(`create table parts (id int, body text) partition by range (id); create table part partition of parts for values from (0) to (10)`)
    const watched = [{ table: 'parts', columns: ['id', 'body'] }]
    const before = await database.token(watched)
    expect(await database.token(watched)).toBe(before)
    await own.run("insert into part values (1, 'one')")
    expect(await database.token(watched)).not.toBe(before)
    await own.run('drop table parts')
  })

  it('goes on after its connection was lost', async () => {
    const before = await token()
    await own.run("select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()")
    expect(await eventually('it answers', () => token().catch(() => undefined))).toBe(before)
  })
})

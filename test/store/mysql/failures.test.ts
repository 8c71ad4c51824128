import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RowtreeError } from '../../../src/errors.ts'
import type { Database } from '../../../src/store/database.ts'
import { openMysql } from '../../../src/store/mysql/open.ts'
import { makeGround, skipped, type Ground } from './server.ts'

async function thrownBy(work: () => Promise<unknown>): Promise<unknown> {
  return work().then(() => undefined, (error: unknown) => error)
}

describe.skipIf(skipped)('what MariaDB reports', () => {
  let ground: Ground
  let database: Database

  beforeAll(async () => {
    ground = await makeGround()
    await ground.query('create table parents (id int primary key) engine = innodb')
    await ground.query(`create table pages (slug varchar(10) primary key, body tinytext character set latin1 not null, n int unsigned, parent int references parents (id),
      check (n < 100), computed int as (n + 1) stored)`)
    await ground.query("insert into pages (slug, body, n) values ('a', 'one', 1), ('b', 'two', 2)")
    await ground.query(`create trigger refuse before update on pages for each row if new.body = 'never' then signal sqlstate '45000' set message_text = 'not that'; end if`)
    database = await ground.open()
  })
  afterAll(() => ground.drop())

  it.each([
    ["insert into pages (slug, body) values ('a', '')", "Duplicate entry 'a'"],
    ["update pages set slug = 'b' where slug = 'a'", 'Duplicate entry'],
    ["update pages set slug = 'too long for it' where slug = 'a'", 'Data too long'],
    ["update pages set body = '日本' where slug = 'a'", 'Incorrect string value'],
    ["update pages set body = repeat('x', 256) where slug = 'a'", 'Data too long'],
    ["update pages set body = null where slug = 'a'", 'cannot be null'],
    ["update pages set n = -1 where slug = 'a'", 'Out of range'],
    ["update pages set n = 'x' where slug = 'a'", 'Incorrect integer'],
    ["update pages set n = 100 where slug = 'a'", 'CONSTRAINT'],
    ["update pages set parent = 5 where slug = 'a'", 'foreign key constraint'],
    ["update pages set body = 'never' where slug = 'a'", 'not that'],
    ["update pages set computed = 5 where slug = 'a'", 'generated'],
    ["insert into pages (slug) values ('c')", "doesn't have a default"],
  ])('refuses one row: %s', async (statement, words) => {
    const db = await database.writing()
    const error = await thrownBy(() => sql.raw(statement).execute(db))
    expect(database.failures.refusal(error)).toContain(words)
    expect(database.failures.isLost(error)).toBe(false)
  })

  it('is no refusal where the statement is wrong', async () => {
    const error = await thrownBy(() => sql`selec`.execute(database.kysely))
    expect(error).toBeInstanceOf(Error)
    expect(database.failures.refusal(error)).toBeUndefined()
    expect(database.failures.unreadable(error)).toMatchObject({ code: 'store-unreadable', errno: 'ER_PARSE_ERROR' })
  })

  it('refuses a row that is larger than a packet', async () => {
    const db = await database.writing()
    const [packet] = await ground.query('select @@max_allowed_packet as size')
    const error = await thrownBy(() => sql`update pages set body = ${'x'.repeat(packet!['size'] as number)} where slug = 'a'`.execute(db))
    expect(database.failures.refusal(error) ?? String(database.failures.isLost(error))).toMatch(/max_allowed_packet|true/)
    expect((await sql`select 1`.execute(db)).rows).toHaveLength(1)
  })

  it('knows a deadlock', async () => {
    const db = await database.writing()
    const transaction = await db.startTransaction().setAccessMode('read write').execute()
    await sql`update pages set n = 3 where slug = 'a'`.execute(transaction)
    // The one that changed more rows wins.
    await ground.query('begin')
    await ground.query("update pages set n = 4 where slug = 'b'")
    await ground.query('insert into parents values (1), (2), (3), (4)')
    const waiting = ground.query("update pages set n = 4 where slug = 'a'")
    const error = await thrownBy(() => sql`update pages set n = 3 where slug = 'b'`.execute(transaction))
    await transaction.rollback().execute()
    await waiting
    await ground.query('rollback')
    expect(database.failures.isRace(error)).toBe(true)
    expect(database.failures.unwritable(error)).toMatchObject({ code: 'store-locked' })
  })

  it.each([
    ['mysql://nobody:hunter2@127.0.0.1:3306/test', 'store-unreadable', 'does not accept this user and password'],
    ['mysql://root@127.0.0.1:3306/rt_mysql_none', 'store-missing', 'no database of this name'],
    ['mysql://root:hunter2@127.0.0.1:1/test', 'store-unreachable', 'nothing accepts connections'],
    ['mysql://root:hunter2@no-such-host.invalid/test', 'store-unreachable', /no computer has this name|cannot be looked up/],
    ['mysql://root:hunter2@localhost/test?socket=/nowhere/my.sock', 'store-unreachable', 'no such socket'],
  ])('opens nothing: %s', async (url, code, state) => {
    const error = await thrownBy(() => openMysql(url, { directory: '/' }))
    expect(error).toBeInstanceOf(RowtreeError)
    expect(error).toMatchObject({ code, message: expect.stringMatching(state) })
    expect((error as Error).message).not.toContain('hunter2')
  })

  it('is told as it is where it is known already', () => {
    const error = new RowtreeError('cancelled', 'Cannot go on')
    expect(database.failures.unwritable(error)).toBe(error)
  })
})

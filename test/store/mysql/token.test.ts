import { sql, type Kysely } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Database } from '../../../src/store/database.ts'
import { makeGround, records, skipped, type Ground } from './server.ts'

const WATCHED = [{ table: 'pages', columns: ['id', 'body', 'weight', 'place'] }]

describe.skipIf(skipped).each(['InnoDB', 'MyISAM'])('the token of a table of %s', (engine) => {
  let ground: Ground
  let database: Database

  beforeAll(async () => {
    ground = await makeGround()
    await ground.query(`create table pages (id int primary key, body mediumtext, weight float, place point, other int) engine = ${engine}`)
    database = await ground.open()
  })
  afterAll(() => ground.drop())
  beforeEach(async () => {
    await ground.query('delete from pages')
    await ground.query("insert into pages (id, body) values (1, 'one'), (2, 'two'), (3, null), (4, 'same'), (5, 'same')")
  })

  const token = (): Promise<string> => database.token(WATCHED)

  it.each([
    ["update pages set body = 'three' where id = 1"],
    ["update pages set body = if(id = 1, 'two', 'one') where id < 3"],
    ["update pages set body = '' where id = 3"],
    ["update pages set body = 'ONE' where id = 1"],
    ["update pages set body = 'one ' where id = 1"],
    ["update pages set body = 'other' where id > 3"],
    ['delete from pages where id > 3'],
    ['delete from pages'],
    ["insert into pages (id, body) values (6, 'same')"],
    ['update pages set id = 7 where id = 1'],
    ['update pages set weight = 0.1 where id = 1'],
    ['update pages set place = point(1, 2) where id = 1'],
  ])('moves with: %s', async (statement) => {
    const before = await token()
    expect(await token()).toBe(before)
    await ground.query(statement)
    const after = await token()
    expect(after).not.toBe(before)
    expect(await token()).toBe(after)
  })

  it('moves with the last digit of a FLOAT', async () => {
    await ground.query('update pages set weight = 16777214')
    const before = await token()
    await ground.query('update pages set weight = 16777215')
    expect(await token()).not.toBe(before)
  })

  it('moves with a long text', async () => {
    await ground.query("update pages set body = concat(repeat('x', 15000000), 'a') where id = 1")
    const before = await token()
    await ground.query("update pages set body = concat(repeat('x', 15000000), 'b') where id = 1")
    expect(await token()).not.toBe(before)
  })

  it('stays with what nobody watches', async () => {
    const before = await token()
    await ground.query('update pages set other = 5')
    expect(await token()).toBe(before)
  })

  it.skipIf(engine === 'MyISAM')('stays with what is not committed, and with our own commits', async () => {
    const before = await token()
    await write(async (db) => {
      await sql`update pages set body = 'ours' where id = 1`.execute(db)
      expect(await token()).toBe(before)
    })
    expect(await token()).toBe(before)
    await ground.query("update pages set body = 'one' where id = 1")
    expect(await token()).not.toBe(before)
  })

  it.skipIf(engine === 'MyISAM')('moves with what somebody else commits before, amid or after our own transaction', async () => {
    for (const when of ['before', 'amid', 'after']) {
      const before = await token()
      if (when === 'before') await ground.query("update pages set body = concat(body, 'x') where id = 2")
      await write(async (db) => {
        await sql`update pages set body = concat(body, 'y') where id = 1`.execute(db)
        if (when === 'amid') await ground.query("update pages set body = concat(body, 'x') where id = 2")
      })
      if (when === 'after') await ground.query("update pages set body = concat(body, 'x') where id = 2")
      expect([when, await token()]).not.toEqual([when, before])
    }
  })

  it.skipIf(engine === 'MyISAM')('stays with a transaction that is taken back', async () => {
    const before = await token()
    const db = await database.writing()
    const transaction = await db.startTransaction().setAccessMode('read write').execute()
    await sql`delete from pages`.execute(transaction)
    await transaction.rollback().execute()
    expect(await token()).toBe(before)
  })

  it('stays with what is written exclusively, and nobody else writes meanwhile', async () => {
    const before = await token()
    let waiting: Promise<unknown> | undefined
    const seen = await database.exclusively!(['pages'], async (db) => {
      await sql`update pages set body = 'ours' where id = 1`.execute(db)
      waiting = ground.query("update pages set body = concat(body, ' and theirs') where id = 1")
      return records(db, sql`select body from pages where id = 1`)
    })
    expect(seen).toEqual([['ours']])
    await waiting
    expect(await token()).not.toBe(before)
    expect(await ground.query('select body from pages where id = 1')).toEqual([{ body: 'ours and theirs' }])
    const now = await token()
    await database.exclusively!(['pages'], (db) => sql`update pages set body = 'ours again' where id = 1`.execute(db))
    expect(await token()).toBe(now)
  })

  it('lets go of the lock where the work fails', async () => {
    await expect(database.exclusively!(['pages'], () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    await ground.query("update pages set body = 'theirs'")
    expect(await ground.query('select distinct body from pages')).toEqual([{ body: 'theirs' }])
  })

  it('is another one in another opening', async () => {
    const second = await ground.open()
    expect(await second.token(WATCHED)).not.toBe(await token())
  })

  async function write(work: (db: Kysely<unknown>) => Promise<void>): Promise<void> {
    const transaction = await (await database.writing()).startTransaction().setAccessMode('read write').execute()
    await work(transaction)
    await transaction.commit().execute()
  }
})

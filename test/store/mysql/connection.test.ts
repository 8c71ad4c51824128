import { sql, type Kysely } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Database } from '../../../src/store/database.ts'
import { makeGround, records, skipped, threadOf, type Ground } from './server.ts'

async function* stream(db: Kysely<unknown>, query = sql`select id, body from big order by id`): AsyncGenerator<unknown[]> {
  for await (const { rows } of db.getExecutor().stream(query.compile(db), 64)) yield rows
}

describe.skipIf(skipped)('a connection to MariaDB', () => {
  let ground: Ground
  let database: Database

  beforeAll(async () => {
    ground = await makeGround()
    await ground.query('create table big (id int primary key auto_increment, body mediumtext)')
    await ground.query("insert into big (body) select repeat('x', 2000) from seq_1_to_5000")
    await ground.query('create table pages (slug varchar(50) primary key, body text)')
    database = await ground.open()
  })
  afterAll(() => ground.drop())
  beforeEach(() => ground.query("replace into pages values ('a', 'one')"))

  async function kill(db: Kysely<unknown>): Promise<void> {
    await ground.query(`kill ${await threadOf(db)}`)
  }

  it('sees each session as it needs it', async () => {
    const [values] = await records(database.kysely, sql`select @@sql_mode, @@time_zone, @@character_set_client, @@innodb_lock_wait_timeout, @@sql_select_limit`)
    expect(values).toEqual(['NO_AUTO_VALUE_ON_ZERO,STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', '+00:00', 'utf8mb4', 5, '18446744073709551615'])
  })

  it('gives objects with numbers, and records', async () => {
    const { rows } = await sql<{ total: number }>`select count(*) as total, 1.50 as price from big`.execute(database.kysely)
    expect(rows).toEqual([{ total: 5000, price: '1.50' }])
    expect(await records(database.kysely, sql`select slug, cast(body as binary), null from pages`)).toEqual([['a', Buffer.from('one'), null]])
  })

  it('takes a "?" in a name or a text for what it is', async () => {
    await ground.query('create table odd (`a?b``c` varchar(20))')
    const db = await database.writing()
    await sql`insert into odd (${sql.id('a?b`c')}) values (${"it's ? \\' \0"})`.execute(db)
    expect(await records(db, sql`select ${sql.id('a?b`c')}, '?' from odd where ${sql.id('a?b`c')} <> ${'?'}`)).toEqual([["it's ? \\' \0", '?']])
  })

  it('streams all rows in order, also where the consumer is slow', async () => {
    const ids: unknown[] = []
    for await (const rows of stream(await database.streaming())) {
      if (ids.length < 200) await new Promise((resolve) => setImmediate(resolve))
      ids.push(...rows.map((row) => (row as unknown[])[0]))
    }
    expect(ids).toEqual(Array.from({ length: 5000 }, (_, index) => index + 1))
  })

  it('streams nothing where there is nothing', async () => {
    const all: unknown[] = []
    for await (const rows of stream(await database.streaming(), sql`select 1 from big where id < 0`)) all.push(rows)
    expect(all).toEqual([])
  })

  it('answers after a stream that ended early', async () => {
    const db = await database.streaming()
    for await (const rows of stream(db)) {
      expect(rows.length).toBeGreaterThanOrEqual(64)
      break
    }
    expect(await records(db, sql`select count(*) from pages`)).toEqual([[1]])
  })

  it('answers after a transaction whose stream ended early', async () => {
    const db = await database.streaming()
    const transaction = await db.startTransaction().execute()
    for await (const rows of stream(transaction)) {
      expect(rows.length).toBeGreaterThan(0)
      break
    }
    await transaction.rollback().execute()
    expect(await records(db, sql`select count(*) from pages`)).toEqual([[1]])
  })

  it('fails where the statement is stopped amid the rows', async () => {
    const db = await database.streaming()
    const thread = await threadOf(db)
    let read = 0
    await expect(async () => {
      for await (const rows of stream(db, sql`select a.id, a.body from big as a, big as b`)) {
        if (read === 0) await ground.query(`kill query ${thread}`)
        read += rows.length
      }
    }).rejects.toThrow(/interrupted/)
    expect(read).toBeGreaterThan(0)
    expect(await records(db, sql`select 1`)).toEqual([[1]])
  })

  it('fails where it is killed amid the rows, and is opened again', async () => {
    const db = await database.streaming()
    const transaction = await db.startTransaction().execute()
    const thread = await threadOf(transaction)
    let read = 0
    const reading = (async () => {
      for await (const rows of stream(transaction, sql`select a.id, a.body from big as a, big as b`)) {
        if (read === 0) await ground.query(`kill ${thread}`)
        read += rows.length
      }
    })()
    const error = await reading.then(() => undefined, (thrown: unknown) => thrown)
    expect(database.failures.isLost(error)).toBe(true)
    await expect(records(transaction, sql`select 1`)).rejects.toThrow(/lost/)
    await transaction.rollback().execute()
    expect(await records(db, sql`select 1`)).toEqual([[1]])
  })

  it('is opened again when it was lost while idle', async () => {
    for (const db of [database.kysely, await database.streaming()]) {
      await kill(db)
      expect(await records(db, sql`select 1`)).toEqual([[1]])
    }
    const db = await database.writing()
    await kill(db)
    const transaction = await db.startTransaction().setAccessMode('read write').execute()
    await sql`update pages set body = 'two' where slug = 'a'`.execute(transaction)
    await transaction.commit().execute()
    expect(await ground.query('select body from pages')).toEqual([{ body: 'two' }])
  })

  it('tells where it was lost amid a transaction, and everything in it fails', async () => {
    const db = await database.writing()
    const transaction = await db.startTransaction().setAccessMode('read write').execute()
    await sql`update pages set body = 'two' where slug = 'a'`.execute(transaction)
    await kill(transaction)
    const update = sql`update pages set body = 'three' where slug = 'a'`
    for (let attempt = 0; attempt < 3; attempt++) {
      const error = await update.execute(transaction).then(() => undefined, (thrown: unknown) => thrown)
      expect(database.failures.isLost(error)).toBe(true)
    }
    await expect(transaction.commit().execute()).rejects.toSatisfy((error) => database.failures.isLost(error))
    await transaction.rollback().execute()
    expect(await ground.query('select body from pages')).toEqual([{ body: 'one' }])
    expect(await records(db, sql`select 1`)).toEqual([[1]])
  })

  it('counts rows that hold the new value already', async () => {
    const db = await database.writing()
    expect((await sql`update pages set body = 'one' where slug = 'a'`.execute(db)).numAffectedRows).toBe(1n)
    expect((await sql`update pages set body = 'one' where slug = 'b'`.execute(db)).numAffectedRows).toBe(0n)
  })

  it('reads as of one moment, and writes nothing then', async () => {
    const transaction = await (await database.streaming()).startTransaction().execute()
    await ground.query("update pages set body = 'two'")
    expect(await records(transaction, sql`select body from pages`)).toEqual([['one']])
    await expect(sql`update pages set body = 'x'`.execute(transaction)).rejects.toThrow(/READ ONLY/)
    await transaction.rollback().execute()
  })

  it('keeps what it reads for writing from others', async () => {
    const db = await database.writing()
    const transaction = await db.startTransaction().setAccessMode('read write').execute()
    await records(transaction, sql`select body from pages`)
    await ground.query("update pages set body = 'two'")
    expect(await records(transaction, sql`select body from pages${database.language.forUpdate}`)).toEqual([['two']])
    await ground.query('set innodb_lock_wait_timeout = 0')
    await expect(ground.query("update pages set body = 'three'")).rejects.toThrow(/Lock wait timeout/)
    await ground.query('set innodb_lock_wait_timeout = default')
    await transaction.rollback().execute()
  })

  it('answers nothing after it was closed', async () => {
    const second = await ground.open()
    await second.writing()
    await second.close()
    expect(second.isCurrent()).toBe(false)
    await expect(records(second.kysely, sql`select 1`)).rejects.toThrow('the store was closed')
    await expect(records(await second.writing(), sql`select 1`)).rejects.toThrow('the store was closed')
  })
})

import { sql, type Kysely } from 'kysely'
import { expect, it } from 'vitest'
import type { Database } from '../../../src/store/database.ts'
import { streamRows, queryRecords } from '../../../src/store/snapshot.ts'
import { notifySql } from '../../../src/store/postgres/notify-sql.ts'
import { openPostgres } from '../../../src/store/postgres/open.ts'
import { eventually } from '../../support/eventually.ts'
import { wireTo } from '../../support/wire.ts'
import { describeOnServer, ownDatabase, type Own } from './server.ts'

async function pidOf(db: Kysely<unknown>): Promise<number> {
  const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db)
  return rows[0]!.pid
}

async function kill(own: Own, pid: number): Promise<void> {
  await own.run(`select pg_terminate_backend(${pid}, 5000)`)
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(() => undefined, (error: unknown) => error)
}

async function collect(db: Kysely<unknown>, query = sql`select id::text, body from pages order by pages.id`): Promise<unknown[][]> {
  const all: unknown[][] = []
  for await (const rows of streamRows(db, query)) all.push(...rows)
  return all
}

describeOnServer('a connection to PostgreSQL', () => {
  const own = ownDatabase()

  async function pages(count: number): Promise<Database> {
    await own.run('drop table if exists pages')
    await own.run('create table pages (id int primary key, body text)')
    await own.run(`insert into pages select n, repeat(md5(n::text), 40) from generate_series(1, ${count}) as n`)
    return own.open()
  }

  it.each([0, 1, 63, 64, 65, 128, 1_000, 3_000])('streams %i rows, each once', async (count) => {
    const database = await pages(count)
    const db = await database.streaming()
    const transaction = await db.startTransaction().execute()
    const rows = await collect(transaction)
    await transaction.rollback().execute()
    expect(rows.map(([id]) => Number(id))).toEqual(Array.from({ length: count }, (_, index) => index + 1))
  })

  it('is not left behind by a store that is closed while it connects, or begins to listen', async () => {
    await pages(1)
    await own.run(notifySql(['pages']))
    const wire = await wireTo(own.url)
    const database = await openPostgres(wire.url, { directory: '/' })
    const begun = [database.writing(), database.writing(), database.listen!([{ table: 'pages', columns: ['id'] }], () => {})]
    await database.close()
    const [first, second, stop] = await Promise.allSettled(begun)
    expect([first!.status, second!.status, stop]).toEqual(['rejected', 'rejected', { status: 'fulfilled', value: undefined }])
    await eventually('all are closed', () => wire.connections === 0)
  })

  it('gives records of texts, bytes and null', async () => {
    const database = await own.open()
    const records = await queryRecords(database.kysely, "select 'ä', $1::bytea, null, 7", [new Uint8Array([0, 255, 92])])
    expect(records).toEqual([['ä', new Uint8Array([0, 255, 92]), null, '7']])
  })

  it('gives objects', async () => {
    const database = await own.open()
    const { rows } = await sql`select 1::int8 as a, 9007199254740993::int8 as b, 1.50::numeric as c, date '2025-01-02' as d, true as e, 0.5::float4 as f`.execute(database.kysely)
    expect(rows).toEqual([{ a: 1, b: 9007199254740993n, c: '1.50', d: '2025-01-02', e: true, f: 0.5 }])
  })

  it('binds parameters of a stream, and closes a cursor that is not read to its end', async () => {
    const database = await pages(1_000)
    const db = await database.streaming()
    const transaction = await db.startTransaction().execute()
    for await (const rows of streamRows(transaction, sql`select id::text from pages where id > ${500} order by pages.id`)) {
      expect(rows[0]).toEqual(['501'])
      break
    }
    const { rows } = await sql`select name from pg_cursors`.execute(transaction)
    await transaction.rollback().execute()
    expect(rows).toEqual([])
  })

  it('fails amid a stream when the connection is ended, and works again afterwards', async () => {
    const database = await pages(20_000)
    const db = await database.streaming()
    const transaction = await db.startTransaction().execute()
    const pid = await pidOf(transaction)
    let seen = 0
    const failure = await failureOf((async () => {
      for await (const rows of streamRows(transaction, sql`select id::text, body from pages order by pages.id`)) {
        if (seen === 0) await kill(own, pid)
        seen += rows.length
      }
    })())
    expect(database.failures.isLost(failure)).toBe(true)
    expect(seen).toBeLessThan(20_000)
    expect(database.failures.isLost(await failureOf(collect(transaction)))).toBe(true)
    await transaction.rollback().execute()
    const again = await db.startTransaction().execute()
    expect(await collect(again)).toHaveLength(20_000)
    await again.rollback().execute()
  })

  it('fails amid a stream when a row cannot be computed', async () => {
    const database = await pages(5_000)
    const transaction = await (await database.streaming()).startTransaction().execute()
    const failure = await failureOf(collect(transaction, sql`select (1 / (4000 - id))::text from pages`))
    await transaction.rollback().execute()
    expect(failure).toMatchObject({ code: '22012' })
    expect(await pidOf(await database.streaming())).toBeGreaterThan(0)
  })

  it('opens an idle connection again', async () => {
    const database = await pages(1)
    for (const db of [database.kysely, await database.streaming(), await database.writing()]) {
      const pid = await pidOf(db)
      await kill(own, pid)
      const next = db === (await database.writing())
        ? await eventually('it notices', () => pidOf(db).catch(() => undefined))
        : await pidOf(db)
      expect(next).not.toBe(pid)
    }
  })

  it('begins a transaction on a connection that was ended while it was idle', async () => {
    const database = await pages(1)
    const db = await database.writing()
    for (let n = 1; n <= 3; n++) {
      await kill(own, await pidOf(db))
      const transaction = await db.startTransaction().setAccessMode('read write').execute()
      await sql`update pages set body = ${`${n}`}`.execute(transaction)
      await transaction.commit().execute()
      expect(await own.run('select body from pages')).toEqual([{ body: `${n}` }])
    }
  })

  it('fails each further statement amid a transaction that lost its connection, and commits nothing', async () => {
    const database = await pages(1)
    const db = await database.writing()
    const transaction = await db.startTransaction().setAccessMode('read write').execute()
    await sql`update pages set body = 'lost'`.execute(transaction)
    await kill(own, await pidOf(transaction))
    for (const _ of [1, 2]) expect(database.failures.isLost(await failureOf(pidOf(transaction)))).toBe(true)
    expect(database.failures.isLost(await failureOf(transaction.commit().execute()))).toBe(true)
    await transaction.rollback().execute()
    expect(await own.run("select count(*) as n from pages where body = 'lost'")).toEqual([{ n: 0 }])
    const again = await db.startTransaction().setAccessMode('read write').execute()
    await sql`update pages set body = 'kept'`.execute(again)
    await again.commit().execute()
    expect(await own.run('select body from pages')).toEqual([{ body: 'kept' }])
  })

  it('does not call a transaction committed in which a statement failed', async () => {
    const database = await pages(1)
    const transaction = await (await database.writing()).startTransaction().setAccessMode('read write').execute()
    await sql`update pages set body = 'lost'`.execute(transaction)
    await failureOf(sql`select 1 / 0`.execute(transaction))
    expect(await failureOf(transaction.commit().execute())).toBeInstanceOf(Error)
    expect(await own.run("select count(*) as n from pages where body = 'lost'")).toEqual([{ n: 0 }])
  })

  it('does not overwrite what somebody else committed since it was read', async () => {
    const database = await pages(2)
    const transaction = await (await database.writing()).startTransaction().setAccessMode('read write').execute()
    await sql`select body from pages where id = 1`.execute(transaction)
    await own.run("update pages set body = 'theirs' where id = 1")
    const failure = await failureOf(sql`update pages set body = 'ours' where id = 1`.execute(transaction))
    await transaction.rollback().execute()
    expect(database.failures.isRace(failure)).toBe(true)
    expect(await own.run('select body from pages where id = 1')).toEqual([{ body: 'theirs' }])
  })

  it('reads as of one moment', async () => {
    const database = await pages(200)
    const transaction = await (await database.streaming()).startTransaction().execute()
    const before = await collect(transaction)
    await own.run("update pages set body = 'new'")
    const after = await collect(transaction)
    await transaction.rollback().execute()
    expect(after).toEqual(before)
  })

  it('tells a column that is missing, and a statement that no longer fits', async () => {
    const database = await pages(1)
    const ask = async (): Promise<unknown> => (await sql`select body from pages`.execute(database.kysely)).rows
    for (const _ of [1, 2, 3]) expect(await ask()).toHaveLength(1)
    await own.run('alter table pages alter column body type varchar(4000)')
    expect(await ask()).toHaveLength(1)
  })

  it('prepares a limited number of statements', async () => {
    const database = await own.open()
    for (let n = 0; n < 150; n++) for (const _ of [1, 2]) await sql`select ${sql.raw(String(n))}::int4 as n`.execute(database.kysely)
    const { rows } = await sql<{ n: number }>`select count(*) as n from pg_prepared_statements`.execute(database.kysely)
    expect(rows[0]!.n).toBeGreaterThan(50)
    expect(rows[0]!.n).toBeLessThanOrEqual(100)
  })

  it('asks one after the other', async () => {
    const database = await own.open()
    const numbers = await Promise.all(Array.from({ length: 20 }, async (_, n) => (await sql<{ n: number }>`select ${n}::int4 as n`.execute(database.kysely)).rows[0]!.n))
    expect(numbers).toEqual(Array.from({ length: 20 }, (_, n) => n))
  })

  it('answers nothing after it was closed', async () => {
    const database = await pages(1)
    await database.writing()
    await database.close()
    expect(await failureOf(pidOf(database.kysely))).toBeInstanceOf(Error)
    expect(database.isCurrent()).toBe(false)
  })
})

import { sql } from 'kysely'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Database, Watched } from '../../../src/store/database.ts'
import { notifySql } from '../../../src/store/postgres/notify-sql.ts'
import { openPostgres } from '../../../src/store/postgres/open.ts'
import { eventually } from '../../support/eventually.ts'
import { describeOnServer, ownDatabase } from './server.ts'

const WATCHED: readonly Watched[] = [{ table: 'pages', columns: ['id'] }, { table: 'public.Odd "one"', columns: ['id'] }]

describe('notifySql', () => {
  it('quotes names, and says how to remove it', () => {
    const text = notifySql(['pages', 'a.b"c'])
    expect(text).toContain('on "a"."b""c"\n')
    expect(text).toContain('--   drop trigger if exists rowtree_changed on "a"."b""c";')
    expect(text).toContain('--   drop function if exists rowtree_changed();')
  })
})

describeOnServer('listening to PostgreSQL', () => {
  const own = ownDatabase()
  let database: Database
  let changes: number

  beforeEach(async () => {
    await own.run('drop table if exists pages, "Odd ""one""", elsewhere cascade; create table pages (id int); create table "Odd ""one""" (id int); create table elsewhere (id int)')
    for (const _ of [1, 2]) await own.run(notifySql(['pages', 'public.Odd "one"', 'elsewhere']))
    database = await own.open()
    changes = 0
  })

  const listen = async (): Promise<(() => Promise<void>) | undefined> => database.listen!(WATCHED, () => changes++)

  /** What was told before this is known when it is told, too. */
  async function settle(): Promise<void> {
    const before = changes
    await own.run('insert into pages values (0)')
    await eventually('it tells', () => changes > before)
  }

  it.each(['insert into pages values (1)', 'update pages set id = 2', 'delete from "Odd ""one"""', 'truncate pages'])('tells of %j', async (statement) => {
    const stop = await listen()
    await own.run(statement)
    await eventually('it tells', () => changes === 1)
    await stop!()
    expect(changes).toBe(1)
  })

  it('tells nothing of other tables, of what is not committed, and of what we write', async () => {
    const stop = await listen()
    await own.run('insert into elsewhere values (1)')
    await own.run('begin; insert into pages values (1); rollback')
    let theirs = 0
    const somebody = await own.open()
    await somebody.listen!(WATCHED, () => theirs++)
    const transaction = await (await database.writing()).startTransaction().setAccessMode('read write').execute()
    await sql`insert into pages values (1)`.execute(transaction)
    await transaction.commit().execute()
    await eventually('others are told', () => theirs > 0)
    await settle()
    await stop!()
    expect(changes).toBe(1)
  })

  it('is made for the tables of the schema that the URL names', async () => {
    await own.run('drop schema if exists board cascade; create schema board; create table board.articles (id int)')
    const board = await openPostgres(`${own.url}?schema=board`, { directory: '/' })
    const watched = [{ table: 'articles', columns: ['id'] }]
    await own.run(board.notifySql!(watched))
    const stop = await board.listen!(watched, () => changes++)
    await own.run('insert into board.articles values (1)')
    await eventually('it tells', () => changes === 1)
    await stop!()
    await board.close()
    expect(changes).toBe(1)
  })

  it('tells nothing after its end', async () => {
    const [stop, other] = [await listen(), await listen()]
    await stop!()
    await settle()
    expect(changes).toBe(1)
    await other!()
  })

  it.each([
    ['drop trigger rowtree_changed on pages'],
    ['alter table pages disable trigger rowtree_changed'],
    ['drop trigger rowtree_changed on pages; create trigger rowtree_changed after insert on pages for each statement execute function rowtree_changed()'],
    ['create table child () inherits (pages)'],
  ])('does not listen after %j', async (statement) => {
    await own.run(statement)
    expect(await listen()).toBeUndefined()
  })

  it('listens again when its connection was lost, and tells because nobody knows what was changed', async () => {
    const stop = await listen()
    await own.run("select pg_terminate_backend(pid, 5000) from pg_stat_activity where query = 'listen rowtree' and datname = current_database()")
    await eventually('it tells', () => changes >= 2)
    await settle()
    await stop!()
    expect(changes).toBeGreaterThanOrEqual(3)
  })
})

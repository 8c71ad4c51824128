import { chmodSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { CompiledQuery, Kysely, sql } from 'kysely'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Database } from '../../src/store/database.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import { queryRecords } from '../../src/store/snapshot.ts'
import { NodeSqliteDialect } from '../../src/store/sqlite/dialect.ts'
import { sqliteFailures } from '../../src/store/sqlite/failures.ts'
import { redactUrl } from '../../src/store/url.ts'
import { execute, failure, makeDatabase, temporaryDirectory } from './fixtures.ts'

const SCRIPT = 'create table t (a); insert into t values (1)'

async function openUrl(url: string, directory: string): Promise<Database> {
  const database = await openDatabase(url, { directory })
  onTestFinished(() => database.close())
  return database
}

async function countRows({ kysely }: Database): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*) as n from t`.execute(kysely)
  return rows[0]!.n
}

describe('URLs', () => {
  test.each(['store.db', 'my board.sqlite', 'ü%20#?mode=rw.db'])('open %s literally', async (name) => {
    const { directory, file } = makeDatabase(SCRIPT, name)
    for (const url of [`sqlite:${name}`, `sqlite:./${name}`, `sqlite:${file}`, `sqlite://${file}`]) {
      const database = await openUrl(url, directory)
      expect([url, database.name, await countRows(database)]).toEqual([url, file, 1])
    }
    expect(await countRows(await openUrl(`sqlite:${name}`, directory))).toBe(1)
    expect(readdirSync(directory)).toEqual([name])
  })

  test.each([
    ['oracle://me:hunter2@host/board', 'Cannot open the store oracle://me:***@host/board: rowtree knows no such kind of database. Write sqlite:FILE, mysql://USER@HOST/DATABASE or postgres://USER@HOST/DATABASE'],
    ['board.db', 'Cannot open the store ***: it does not begin with a kind of database. Write sqlite:FILE, mysql://USER@HOST/DATABASE or postgres://USER@HOST/DATABASE'],
    // Without its scheme a URL may hold a password anywhere.
    ['me:hunter2@host/board', 'Cannot open the store ***: rowtree knows no such kind of database. Write sqlite:FILE, mysql://USER@HOST/DATABASE or postgres://USER@HOST/DATABASE'],
    ['sqlite:', 'Cannot open the store sqlite:: it names no file. Write sqlite:FILE'],
  ])('refuse %s', async (url, message) => {
    const error = await failure(openUrl(url, '/'))
    expect(error).toMatchObject({ code: 'store-unsupported', message })
  })

  test.each([
    ['sqlite:board.db', 'sqlite:board.db'],
    ['mysql://host/board', 'mysql://host/board'],
    ['mysql://me@host/board', 'mysql://me@host/board'],
    ['mysql://:p:q@host', 'mysql://:***@host'],
    ['MYSQL://me:p@ss:w/o?r#d@host:3306/board?x=1', 'MYSQL://me:***@host:3306/board?x=1'],
    ['postgres://host/board?user=me&password=p#ss&sslmode=on', 'postgres://host/board?user=me&password=***&sslmode=on'],
    ['mysql:me:p@host', 'mysql:me:***@host'],
  ])('are redacted: %s', (url, redacted) => {
    expect(redactUrl(url)).toBe(redacted)
  })
})

describe('files', () => {
  test('a missing one is not created', async () => {
    const directory = temporaryDirectory()
    const path = join(directory, 'none.db')
    const error = await failure(openUrl('sqlite:none.db', directory))
    const message = `Cannot open the store ${path}: there is no such file. Correct store.url`
    expect(error).toMatchObject({ code: 'store-missing', message, path, errno: 'ENOENT' })
    expect(readdirSync(directory)).toEqual([])
  })

  test('a dangling link and a file in place of a directory are missing', async () => {
    const directory = temporaryDirectory()
    symlinkSync('nowhere', join(directory, 'link.db'))
    writeFileSync(join(directory, 'file'), '')
    expect(await failure(openUrl('sqlite:link.db', directory))).toMatchObject({ code: 'store-missing' })
    expect(await failure(openUrl('sqlite:file/x.db', directory))).toMatchObject({ code: 'store-missing', errno: 'ENOTDIR' })
    expect(existsSync(join(directory, 'nowhere'))).toBe(false)
  })

  test('a directory is unreadable', async () => {
    const directory = temporaryDirectory()
    const error = await failure(openUrl(`sqlite:${directory}`, '/'))
    const message = `Cannot open the store ${directory}: it is a directory; name the database file in it`
    expect(error).toMatchObject({ code: 'store-unreadable', message, errno: 'EISDIR' })
  })

  test('what is no database is unreadable', async () => {
    const directory = temporaryDirectory()
    const path = join(directory, 'notes.txt')
    writeFileSync(path, 'Just a few notes.\n'.repeat(100))
    const error = await failure(openUrl('sqlite:notes.txt', directory))
    const message = `Cannot read the store ${path}: it is not a SQLite database. Correct store.url`
    expect(error).toMatchObject({ code: 'store-unreadable', message, path, errno: 'SQLITE_NOTADB' })
  })

  test.each([5, 5 | (2 << 8)])('a lock that stays is explained (code %i)', (errcode) => {
    const error = sqliteFailures('/srv/store.db', () => true).unreadable(Object.assign(new Error('database is locked'), { errcode }))
    const message = 'Cannot read the store /srv/store.db: another program has locked it. Try again when that program is done'
    expect(error).toMatchObject({ code: 'store-locked', message, errno: 'SQLITE_BUSY' })
  })

  test('reading only writes nothing', async () => {
    const { directory } = makeDatabase(SCRIPT)
    const { kysely } = await openUrl('sqlite:store.db', directory)
    await expect(sql`delete from t`.execute(kysely)).rejects.toThrow(/readonly/)
    const writable = await openUrl('sqlite:store.db', directory)
    const result = await sql`delete from t`.execute(await writable.writing())
    expect(result.numAffectedRows).toBe(1n)
  })

  test('a WAL database is read while another program writes it', async () => {
    const { directory, file } = makeDatabase('pragma journal_mode = wal;' + SCRIPT)
    const writer = new DatabaseSync(file)
    onTestFinished(() => writer.close())
    writer.exec('insert into t values (2)')
    const database = await openUrl('sqlite:store.db', directory)
    expect(await countRows(database)).toBe(2)
  })

  test.skipIf(process.getuid?.() === 0 || process.platform === 'win32').each(['delete', 'wal'])(
    'a read-only directory is enough (journal mode %s; not as root)',
    async (mode) => {
      const directory = join(temporaryDirectory(), 'read-only')
      mkdirSync(directory)
      onTestFinished(() => chmodSync(directory, 0o755))
      execute(join(directory, 'store.db'), `pragma journal_mode = ${mode};${SCRIPT}`)
      chmodSync(directory, 0o555)
      expect(await countRows(await openUrl('sqlite:store.db', directory))).toBe(1)
    },
  )
})

/** A database, and the texts of the statements that were prepared on it. */
function counting(): { readonly db: Kysely<unknown>; readonly prepared: string[] } {
  const prepared: string[] = []
  const database = new DatabaseSync(':memory:')
  const prepare = database.prepare.bind(database)
  database.prepare = (text) => {
    prepared.push(text)
    return prepare(text)
  }
  const db = new Kysely<unknown>({ dialect: new NodeSqliteDialect(database) })
  onTestFinished(() => db.destroy())
  return { db, prepared }
}

describe('statements', () => {
  test('are prepared once', async () => {
    const { db, prepared } = counting()
    await sql`create table t (a)`.execute(db)
    for (let n = 0; n < 1_000; n++) await sql`insert into t values (${n})`.execute(db)
    const { rows } = await sql<{ total: number }>`select count(*) as total from t`.execute(db)
    expect(rows).toEqual([{ total: 1_000 }])
    expect(prepared.length).toBe(3)
  })

  test('answer as records and as objects', async () => {
    const { db } = counting()
    const text = 'select 9007199254740993 as big, 1.0 as one'
    await expect(db.executeQuery(CompiledQuery.raw('select 1 as one'))).resolves.toMatchObject({ rows: [{ one: 1 }] })
    expect(await queryRecords(db, text, [])).toEqual([[9007199254740993n, 1]])
    expect(await queryRecords(db, 'select 1 as one', [])).toEqual([[1n]])
    await expect(db.executeQuery(CompiledQuery.raw('select 1 as one'))).resolves.toMatchObject({ rows: [{ one: 1 }] })
  })

  test('are let go where there are many, the oldest first', async () => {
    const { db, prepared } = counting()
    const ask = (n: number): Promise<unknown> => sql.raw(`select ${n}`).execute(db)
    for (let n = 0; n < 1_000; n++) {
      await ask(n)
      await ask(0)
    }
    expect(prepared.length).toBe(1_000)
    await ask(1)
    expect(prepared.length).toBe(1_001)
    await ask(999)
    expect(prepared.length).toBe(1_001)
  })

  test('follow a table that changes', async () => {
    const { db } = counting()
    const ask = async (): Promise<unknown> => (await sql`select a from t`.execute(db)).rows
    for (const [columns, value] of [['a', 1], ['b text default 2, a', 2], ['a text', 'x']] as const) {
      await sql.raw(`create table t (${columns})`).execute(db)
      await sql`insert into t (a) values (${value})`.execute(db)
      expect(await ask()).toEqual([{ a: value }])
      await sql`drop table t`.execute(db)
    }
  })
})

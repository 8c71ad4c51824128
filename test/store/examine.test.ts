import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { Remark } from '../../src/index.ts'
import { examineStore } from '../../src/store/examine.ts'
import { databaseOf, describeEach, type Records, trialOf } from '../support/servers.ts'
import { createPages, samplePages } from '../support/tables.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const PAGES = { name: 'pages', table: 'pages', key: ['site', 'slug'], path: '{site}/{slug}.html', content: ['body'], structured: false, set: {} }

/** What a store is found to be. */
async function examined(url: string, directory = '/', prefix = '', preset: 'table' | 'mybb' = 'table'): Promise<Remark[]> {
  const found: Remark[] = []
  for await (const remark of examineStore({ url, directory, preset, prefix, collections: preset === 'table' ? [PAGES] : [], mybb: { master: false, global: false } })) found.push(remark)
  return found
}

/** What needs attention, as `name status`. */
function troubles(remarks: readonly Remark[]): string[] {
  return remarks.filter(({ status }) => status !== 'ok').map(({ name, status }) => `${name} ${status}`)
}

function told(remarks: readonly Remark[], name: string): string {
  return remarks.filter((remark) => remark.name === name).map(({ message, remedy = '' }) => `${message} → ${remedy}`).join('\n')
}

const TABLE = 'create table pages (site $key, slug $key, body $text, primary key (site, slug))'

describeEach('an examination', (trial) => {
  it('finds nothing wrong with a table that is well, and changes nothing', async () => {
    await trial.fresh(`${TABLE}; insert into pages values ('a', 'b', 'c')`)
    const rows: Records = await trial.query('select * from pages')
    const found = await examined(trial.url)
    expect(troubles(found)).toEqual([])
    expect(told(found, 'tables')).toBe('1 row in pages → ')
    expect(told(found, 'connection')).toMatch(/^(SQLite|MariaDB|MySQL|PostgreSQL) \d+\.\d+.* ms a question/)
    expect(await trial.query('select * from pages')).toEqual(rows)
  })

  it('warns of a key that nothing keeps unique', async () => {
    await trial.fresh('create table pages (site $key, slug $key, body $text)')
    expect(troubles(await examined(trial.url))).toEqual(['keys warn'])
    await trial.execute('create unique index together on pages (slug, site)')
    expect(troubles(await examined(trial.url))).toEqual([])
  })

  it('names the table that is meant', async () => {
    await trial.fresh(TABLE.replace('pages', 'pagse'))
    const found = await examined(trial.url)
    expect(troubles(found)).toEqual(['tables fail'])
    expect(told(found, 'tables')).toContain('Did you mean "pagse"?')
  })

  it('asks while somebody else has a transaction open', async () => {
    await trial.fresh(TABLE)
    const other = await trial.connect()
    await other.execute(`begin; insert into pages values ('x', 'y', 'z')`)
    const found = await examined(trial.url)
    await other.execute('rollback')
    await other.close()
    expect(troubles(found)).toEqual([])
  })
})

it('tells of a database that is not there', async () => {
  expect(troubles(await examined('sqlite:nowhere.sqlite', temporaryDirectory()))).toEqual(['connection fail'])
})

it.each(['mysql://me:hunter2@127.0.0.1:1/x', 'postgres://me:hunter2@127.0.0.1:1/x', 'oracle://me:hunter2@there/x'])('tells of a server that does not answer, without the password: %s', async (url) => {
  const found = await examined(url)
  expect(troubles(found)).toEqual(['connection fail'])
  expect(found[0]!.remedy).toMatch(/store\.url|^Write/)
  expect(found[0]!.message).not.toContain(found[0]!.remedy)
  expect(JSON.stringify(found)).not.toContain('hunter2')
})

it('tells what a board lacks', async () => {
  const directory = temporaryDirectory()
  createPages(directory, samplePages(1))
  const found = await examined('sqlite:site.sqlite', directory, 'mybb_', 'mybb')
  expect(troubles(found)).toEqual(['tables fail'])
})

const mysql = databaseOf('mysql')

describe.skipIf(mysql.absent !== '')(`MariaDB${mysql.absent}`, () => {
  const trial = trialOf(mysql)
  beforeAll(() => trial.begin())
  afterAll(() => trial.end())

  it('warns of characters that a table cannot hold, and of one without transactions', async () => {
    await trial.fresh('create table pages (site varchar(20), slug varchar(20), body text character set utf8mb3, primary key (site, slug)) engine = MyISAM')
    const found = await examined(trial.url)
    expect(troubles(found)).toEqual(['transactions warn', 'characters warn'])
    expect(told(found, 'characters')).toContain('→ alter table pages convert to character set utf8mb4')
    expect(told(found, 'transactions')).toContain('→ alter table pages engine = InnoDB')
    await trial.execute('alter table pages convert to character set utf8mb4; alter table pages engine = InnoDB')
    expect(troubles(await examined(trial.url))).toEqual([])
  })

  it('says which keys are one to it', async () => {
    await trial.fresh('create table pages (site varchar(20), slug varchar(20) collate utf8mb4_bin, body text, primary key (site, slug))')
    expect(told(await examined(trial.url), 'keys')).toContain('"A" and "a" are one in pages.site, so')
  })

  it('tells which rights a user lacks, by trying; computed columns are none of them', async () => {
    await trial.fresh('create table pages (site varchar(20), slug varchar(20), body text, twice text as (concat(body, body)) stored, primary key (site, slug))')
    const schema = new URL(trial.url).pathname.slice(1)
    const name = `${schema}_u`.slice(-32)
    await trial.execute(`create user ${name} identified by 'hunter2'`)
    onTestFinished(() => trial.execute(`drop user ${name}`))
    const url = Object.assign(new URL(trial.url), { username: name, password: 'hunter2' }).href
    await trial.execute(`grant select on ${schema}.pages to ${name}`)
    const found = await examined(url)
    expect(troubles(found)).toEqual(['rights warn'])
    expect(told(found, 'rights')).toContain('the user has no insert, update, delete on pages')
    expect(told(found, 'rights')).toContain(`→ grant insert, update, delete on pages to '${name}'@'%'`)
    await trial.execute(`grant insert, update on ${schema}.pages to ${name}`)
    expect(told(await examined(url), 'rights')).toContain('the user has no delete on pages')
    await trial.execute(`grant delete on ${schema}.* to ${name}`)
    const all = await examined(url)
    expect(troubles(all)).toEqual([])
    expect(JSON.stringify([...found, ...all])).not.toContain('hunter2')
  })
})

const postgres = databaseOf('postgres')

describe.skipIf(postgres.absent !== '')(`PostgreSQL${postgres.absent}`, () => {
  const trial = trialOf(postgres)
  beforeAll(() => trial.begin())
  afterAll(() => trial.end())

  it('tells which rights a user lacks, and when row security hides rows', async () => {
    await trial.fresh('create table pages (site text, slug text, body text, primary key (site, slug))')
    const name = `${new URL(trial.url).pathname.slice(1)}_u`
    await trial.execute(`create role ${name} login`)
    onTestFinished(() => trial.execute(`drop owned by ${name}; drop role ${name}`))
    const url = Object.assign(new URL(trial.url), { username: name }).href
    await trial.execute(`grant usage on schema public to ${name}; grant select on pages to ${name}`)
    const found = await examined(url)
    expect(troubles(found)).toEqual(['rights warn'])
    expect(told(found, 'rights')).toContain(`the user has no insert, update, delete on pages`)
    expect(told(found, 'rights')).toContain(`→ grant insert, update, delete on pages to ${name}`)
    await trial.execute(`grant insert, update (body), delete on pages to ${name}`)
    expect(troubles(await examined(url))).toEqual([])
    await trial.execute('alter table pages enable row level security')
    expect(told(await examined(url), 'rights')).toContain('row security hides rows of pages')
  })

  it('tells of a server that takes no changes', async () => {
    await trial.fresh('create table pages (site text, slug text, body text, primary key (site, slug))')
    const database = new URL(trial.url).pathname.slice(1)
    await trial.execute(`alter database ${database} set default_transaction_read_only = on`)
    onTestFinished(() => trial.execute(`set transaction_read_only = off; alter database ${database} reset default_transaction_read_only`))
    expect(told(await examined(trial.url), 'rights')).toContain('takes no changes')
  })

  it('says whether it tells of changes', async () => {
    await trial.fresh('create table pages (site text, slug text, body text, primary key (site, slug))')
    expect(told(await examined(trial.url), 'changes')).toMatch(/asks as often as watch\.poll says → rowtree init --notify/)
  })
})

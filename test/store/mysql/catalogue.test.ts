import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../../../src/store/database.ts'
import { makeGround, skipped, type Ground } from './server.ts'

describe.skipIf(skipped)('the catalogue of MariaDB', () => {
  let ground: Ground
  let database: Database

  beforeAll(async () => {
    ground = await makeGround()
    await ground.query(`create table Pages (
      Id int unsigned primary key, site varchar(50) character set latin1 collate latin1_swedish_ci not null, slug varchar(120) collate utf8mb4_bin,
      body text character set utf8mb3, data mediumblob, price decimal(10,2), kind enum('a','b'), total double as (id * 2) virtual, kept int as (id * 2) stored,
      unique key both_parts (site, slug), unique key prefix (body(20)), key plain (price), unique key kept (kept))`)
    await ground.query('create table old (id int, created timestamp default current_timestamp) engine = MyISAM')
    await ground.query('create view glance as select id, slug from Pages')
    await ground.query('create table `a.b` (id int)')
    database = await ground.open()
  })
  afterAll(() => ground.drop())

  it('lists tables and views', async () => {
    expect(await database.catalogue.tables()).toEqual(['Pages', 'a.b', 'glance', 'old'])
  })

  it('describes a table', async () => {
    expect(await database.catalogue.table('Pages')).toEqual({
      name: 'Pages',
      view: false,
      transactional: true,
      columns: [
        { name: 'Id', kind: 'integer', type: 'int(10) unsigned' },
        { name: 'site', kind: 'text', type: 'varchar(50)', limit: { most: 50, unit: 'characters' }, repertoire: 'latin1', caseless: true },
        { name: 'slug', kind: 'text', type: 'varchar(120)', limit: { most: 120, unit: 'characters' } },
        { name: 'body', kind: 'text', type: 'text', limit: { most: 65535, unit: 'bytes' }, repertoire: 'bmp', caseless: true },
        { name: 'data', kind: 'bytes', type: 'mediumblob', limit: { most: 16777215, unit: 'bytes' } },
        { name: 'price', kind: 'decimal', type: 'decimal(10,2)' },
        { name: 'kind', kind: 'other', type: "enum('a','b')", caseless: true },
        { name: 'total', kind: 'real', type: 'double', generated: true },
        { name: 'kept', kind: 'integer', type: 'int(11)', generated: true },
      ],
      unique: [['site', 'slug'], ['kept'], ['Id']].sort((a, b) => order(a[0]!) - order(b[0]!)),
    })
  })

  it('knows what a table cannot do', async () => {
    expect(await database.catalogue.table('old')).toMatchObject({ transactional: false, unique: [] })
    expect((await database.catalogue.table('old'))!.columns[1]).not.toHaveProperty('generated')
    expect(await database.catalogue.table('glance')).toMatchObject({ view: true, unique: [], columns: [{ name: 'id' }, { name: 'slug' }] })
  })

  it('finds names as the server does', async () => {
    expect(await database.catalogue.table('pages')).toBeUndefined()
    expect(await database.catalogue.table('none')).toBeUndefined()
    expect(await database.catalogue.table('none.Pages')).toBeUndefined()
    expect(await database.catalogue.table(`${ground.name}.Pages`)).toMatchObject({ name: 'Pages' })
    expect(await database.catalogue.table('a.b')).toMatchObject({ name: 'a.b' })
    expect(await database.catalogue.table('information_schema.TABLES')).toMatchObject({ name: 'information_schema.TABLES' })
    const table = (await database.catalogue.table('Pages'))!
    expect(database.catalogue.find(table, 'iD')).toMatchObject({ name: 'Id' })
    expect(database.catalogue.find(table, 'ids')).toBeUndefined()
  })
})

/** Indexes come by name: both_parts, kept, PRIMARY. */
function order(first: string): number {
  return ['site', 'kept', 'Id'].indexOf(first)
}

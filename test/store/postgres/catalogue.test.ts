import { beforeAll, expect, it } from 'vitest'
import type { Catalogue, Column } from '../../../src/store/column.ts'
import { describeOnServer, ownDatabase } from './server.ts'

describeOnServer('the catalogue of PostgreSQL', () => {
  const own = ownDatabase()
  let catalogue: Catalogue

  beforeAll(async () => {
    await own.run(`create extension citext; create schema other; create collation nobody (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
      create type mood as enum ('a'); create domain short as varchar(3); create domain shorter as short;
      create table pages (id int primary key, slug varchar(40) not null, "Body ä" text, unique (slug, id), unique ("Body ä") include (slug));
      create unique index partial on pages (slug) where id > 0;
      create unique index expression on pages (lower(slug));
      create index plain on pages (slug);
      create view shown as select * from pages;
      create materialized view kept as select * from pages;
      create table parts (id int, body text, primary key (id)) partition by range (id);
      create table part partition of parts for values from (0) to (10);
      create table parent (id int primary key);
      create table child () inherits (parent);
      create table other.pages (id int primary key);
      create table other."Odd name" (id int);
      create table kinds (a int2, b numeric(10,2), c char(3), d citext, e text collate nobody, f name, g bytea, h bool, i float4, j mood, k short, l shorter, m int[], n "char", o timestamptz(3), p json,
        q int generated always as (a + 1) stored, r int generated always as identity, s numeric, t varchar, u bit(3));
      alter table kinds drop column p`)
    const database = await own.open()
    catalogue = database.catalogue
  })

  it('lists what can be named without a schema', async () => {
    expect(await catalogue.tables()).toEqual(['child', 'kept', 'kinds', 'pages', 'parent', 'part', 'parts', 'shown'])
  })

  it.each([
    ['pages', false, [['id'], ['slug', 'id'], ['Body ä']]],
    ['public.pages', false, [['id'], ['slug', 'id'], ['Body ä']]],
    ['other.pages', false, [['id']]],
    ['other.Odd name', false, []],
    ['shown', true, []],
    ['kept', true, []],
    ['parts', false, [['id']]],
    ['part', false, [['id']]],
    ['parent', false, []],
    ['child', false, []],
  ])('describes %s', async (name, view, unique) => {
    expect(await catalogue.table(name)).toMatchObject({ name, view, transactional: true, unique })
  })

  it.each(['Pages', 'other.Pages', 'nowhere.pages', 'plain', '', '.', "x'"])('knows no table %j', async (name) => {
    expect(await catalogue.table(name)).toBeUndefined()
  })

  it('finds columns by their exact name', async () => {
    const table = (await catalogue.table('pages'))!
    expect(catalogue.find(table, 'Body ä')).toMatchObject({ name: 'Body ä', kind: 'text' })
    expect(catalogue.find(table, 'body ä')).toBeUndefined()
  })

  it('describes columns', async () => {
    const { columns } = (await catalogue.table('kinds'))!
    const described: Column[] = [
      { name: 'a', kind: 'integer', type: 'int2' },
      { name: 'b', kind: 'decimal', type: 'numeric(10,2)' },
      { name: 'c', kind: 'text', type: 'bpchar(3)', limit: { most: 3, unit: 'characters' } },
      { name: 'd', kind: 'text', type: 'citext', caseless: true },
      { name: 'e', kind: 'text', type: 'text', caseless: true },
      { name: 'f', kind: 'text', type: 'name', limit: { most: 63, unit: 'bytes' } },
      { name: 'g', kind: 'bytes', type: 'bytea' },
      { name: 'h', kind: 'boolean', type: 'bool' },
      { name: 'i', kind: 'real', type: 'float4' },
      { name: 'j', kind: 'other', type: 'mood' },
      { name: 'k', kind: 'text', type: 'varchar(3)', limit: { most: 3, unit: 'characters' } },
      { name: 'l', kind: 'text', type: 'varchar(3)', limit: { most: 3, unit: 'characters' } },
      { name: 'm', kind: 'other', type: 'int4[]' },
      { name: 'n', kind: 'other', type: 'char' },
      { name: 'o', kind: 'other', type: 'timestamptz(3)' },
      { name: 'q', kind: 'integer', type: 'int4', generated: true },
      { name: 'r', kind: 'integer', type: 'int4' },
      { name: 's', kind: 'decimal', type: 'numeric' },
      { name: 't', kind: 'text', type: 'varchar' },
      { name: 'u', kind: 'other', type: 'bit(3)' },
    ]
    expect(columns).toMatchObject(described)
    expect(columns.filter((column) => column.generated).map(({ name }) => name)).toEqual(['q'])
  })
})

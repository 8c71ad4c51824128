import { CompiledQuery, sql } from 'kysely'
import { assert, asyncProperty, bigInt, constantFrom, double, float, oneof, string, uint8Array, type Arbitrary } from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { type FieldValue } from '../../../src/core/codec.ts'
import { sameValue } from '../../../src/core/fields.ts'
import type { Column, Table } from '../../../src/store/column.ts'
import type { Database } from '../../../src/store/database.ts'
import type { Reference } from '../../../src/store/language.ts'
import { queryRecords } from '../../../src/store/snapshot.ts'
import type { SqlValue } from '../../../src/store/value.ts'
import { describeOnServer, ownDatabase } from './server.ts'

const dec = (decimal: string): FieldValue => ({ decimal })
const bytes = (...values: number[]): Uint8Array => new Uint8Array(values)

/** Type, value, what comes back where that is another one. */
const KEPT: readonly (readonly [type: string, value: FieldValue, back?: FieldValue])[] = [
  ['text', ''], ['text', 'ä\r\n\t\u{1F600}\uFEFF\uFFFD\uFFFF'], ['text', '  '], ['text', '\\x41'], ['text', null],
  ['varchar(3)', 'äöü'], ['varchar(3)', '\u{1F600}\u{1F600}\u{1F600}'], ['varchar', 'abc '], ['bpchar', 'abc'], ['char(5)', 'ab'], ['char(5)', ''],
  ['name', 'x'.repeat(63)], ['citext', 'Ab'],
  ['bytea', bytes()], ['bytea', bytes(0, 255, 92, 39)], ['bytea', 'ä', bytes(0xc3, 0xa4)],
  ['smallint', -32768n], ['int', 2147483647n], ['bigint', 9223372036854775807n], ['bigint', -9223372036854775808n], ['int', 7, 7n],
  ['double precision', 0.1], ['double precision', -0], ['double precision', 5e-324], ['double precision', NaN], ['double precision', -Infinity], ['double precision', 1e300],
  ['double precision', 7n, 7], ['double precision', dec('0.5'), 0.5], ['real', 0.1], ['real', 3.4028235e38], ['real', 1e-45], ['real', 16777216],
  ['numeric', dec('1.50')], ['numeric', dec('1e3'), dec('1000')], ['numeric', dec('-0.000'), dec('0.000')], ['numeric', dec('NaN')], ['numeric', dec('Infinity')], ['numeric', dec(`${'9'.repeat(60)}.${'9'.repeat(60)}`)],
  ['numeric(10,2)', dec('1.5'), dec('1.50')], ['numeric(10,2)', 7n, dec('7.00')], ['numeric(10,2)', dec('-99999999.99')], ['numeric(10,2)', dec('00012.340'), dec('12.34')], ['numeric(2,4)', dec('0.0012')],
  ['numeric(3,-2)', dec('12300')], ['numeric', 0.1, dec('0.1')],
  ['boolean', true], ['boolean', false], ['boolean', null],
  ['uuid', '123e4567-e89b-12d3-a456-426614174000'], ['jsonb', '{"a": [1, 2]}'], ['json', '{"a" :1}'], ['timestamptz', '2025-01-02 03:04:05.678+00'], ['timestamp', '2025-01-02 03:04:05'],
  ['date', '2025-02-28'], ['time', '03:04:05'], ['interval', '1 day 02:00:00'], ['inet', '10.0.0.0/8'], ['int[]', '{1,2,NULL}'], ['text[]', '{"a b",c}'], ['mood', 'so lala'], ['bit(3)', '101'], ['varbit', '10111'],
  ['money', '$1.00'], ['xml', '<a/>'], ['point', '(1,2)'], ['short', 'abc'], ['shorter', 'ab'], ['count', 5n], ['tsvector', "'a' 'b'"],
]

/** Type, value, words of the refusal. */
const REFUSED: readonly (readonly [type: string, value: FieldValue, state: RegExp])[] = [
  ['text', 'a\0b', /^cannot hold the character NUL$/], ['text', 'a\uD800', /surrogate/], ['text', 7n, /^holds text\. Put 7 in quotes$/], ['text', true, /Put true in quotes/], ['text', dec('1.50'), /Put 1\.50 in quotes/],
  ['text', bytes(255), /no valid UTF-8/], ['varchar(3)', 'abcd', /room for 3 characters, and this has 4/], ['char(3)', 'abcd', /room for 3 characters/], ['char(5)', 'ab ', /spaces at the end/],
  ['name', 'ä'.repeat(32), /room for 63 bytes, and this has 64/], ['short', 'abcd', /room for 3/],
  ['bytea', 7n, /holds bytes/], ['smallint', 32768n, /int2, which has no room for 32768/], ['int', 2147483648n, /int4/], ['bigint', 2n ** 63n, /int8/], ['int', 1.5, /holds integers/], ['int', 'x', /holds numbers/], ['int', '42', /Remove the quotes/], ['int', true, /holds integers/],
  ['real', 0.1234567891, /float4/], ['real', 1e39, /float4/], ['double precision', 2n ** 53n + 1n, /exactly/], ['double precision', dec('0.12345678901234567891'), /exactly/], ['double precision', 'x', /holds numbers/],
  ['numeric(10,2)', dec('1.555'), /2 digits behind/], ['numeric(10,2)', dec('100000000'), /8 digits before/], ['numeric(2,4)', dec('0.0123'), /too small/], ['numeric(3,-2)', dec('12345'), /-2 digits/], ['numeric(10,2)', dec('Infinity'), /Infinity/],
  ['numeric', 'x', /holds numbers/], ['numeric', true, /numbers/], ['numeric', dec('1e99999999'), /none/], ['boolean', 1n, /true or false/], ['boolean', 'yes', /true or false/],
  ['timestamp', 7n, /quotes/], ['jsonb', '"\0"', /NUL/],
]

function references({ name, columns }: Table): Reference[] {
  return columns.map((column) => ({ column, expression: sql.ref(`${name}.${column.name}`) }))
}

describeOnServer('values of PostgreSQL', () => {
  const own = ownDatabase()
  let database: Database
  let count = 0

  beforeAll(async () => {
    await own.run(`create extension citext; create type mood as enum ('gut', 'so lala'); create domain short as varchar(3);
      create domain shorter as short check (length(value) < 3); create domain count as int check (value > 0)`)
    database = await own.open()
  })

  async function columnOf(type: string): Promise<{ readonly name: string; readonly table: Table; readonly value: Column }> {
    const name = `t${++count}`
    await own.run(`create table ${name} (id int primary key, value ${type})`)
    const table = (await database.catalogue.table(name))!
    return { name, table, value: database.catalogue.find(table, 'value')! }
  }

  async function roundTrip(name: string, value: Column, given: FieldValue): Promise<FieldValue> {
    const { language } = database
    const writing = await database.writing()
    await sql.raw(`delete from ${name}`).execute(writing)
    const { sql: insert } = sql`insert into ${language.table(name)} (id, value) ${language.overriding} values (1, ${language.parameter(value, false)})`.compile(writing)
    await writing.executeQuery(CompiledQuery.raw(insert, [language.encode(value, given)]))
    return read(name, value)
  }

  async function read(name: string, value: Column): Promise<FieldValue> {
    const reference: Reference = { column: value, expression: sql.ref(`${name}.value`) }
    const query = sql`select ${database.language.select(reference)} from ${database.language.table(name)}`.compile(database.kysely)
    const [record] = await queryRecords(database.kysely, query.sql, [])
    return database.language.decode(value, record![0]!)
  }

  it.each(KEPT.map(([type, given, back = given]) => ({ type, given, back })))('$type keeps $given', async ({ type, given, back }) => {
    const { name, value } = await columnOf(type)
    const stored = database.language.store(value, given)
    if (!('value' in stored)) throw new Error(stored.state)
    expect(stored.value).toEqual(back)
    const held = await roundTrip(name, value, stored.value)
    expect(held).toEqual(back)
    const update = database.language.updateMany!(database.kysely, { table: name, keys: [(await database.catalogue.table(name))!.columns[0]!], columns: [value], same: [], rows: [{ key: ['1'], values: [database.language.encode(value, stored.value)] }] })
    const { numAffectedRows } = await (await database.writing()).executeQuery(update)
    expect([numAffectedRows, await read(name, value)]).toEqual([1n, back])
  })

  it.each(REFUSED.map(([type, given, state]) => ({ type, given, state })))('$type refuses $given', async ({ type, given, state }) => {
    const { value } = await columnOf(type)
    expect(database.language.store(value, given)).toEqual({ state: expect.stringMatching(state) })
  })

  describe('any value that is stored comes back', () => {
    const numbers = oneof(bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), double(), float(), bigInt({ min: -99999n, max: 99999n }))
    const decimals = oneof(numbers, double({ noNaN: true, noDefaultInfinity: true }).map((value) => ({ decimal: String(value) })), bigInt({ min: -(10n ** 9n), max: 10n ** 9n }).map((value) => ({ decimal: `${value}e-2` })))
    const texts = oneof(string({ unit: 'binary' }), string({ unit: 'grapheme', maxLength: 6 }), constantFrom('a ', ' ', '\0', '\uD800'))

    it.each<[string, Arbitrary<FieldValue>]>([
      ['text', texts], ['varchar(4)', texts], ['char(4)', texts], ['bytea', uint8Array()], ['int2', numbers], ['int8', numbers], ['float4', numbers], ['float8', numbers],
      ['numeric', decimals], ['numeric(12,2)', decimals], ['numeric(4,6)', bigInt({ min: -10100n, max: 10100n }).map((value) => ({ decimal: `${value}e-6` }))],
    ])('%s', async (type, values) => {
      const { name, value } = await columnOf(type)
      let kept = 0
      await assert(asyncProperty(values, async (given) => {
        const stored = database.language.store(value, given)
        if (!('value' in stored)) return true
        kept++
        return sameValue(await roundTrip(name, value, stored.value), stored.value)
      }), { numRuns: 60 })
      expect(kept).toBeGreaterThan(0)
    })
  })

  it.each([
    ['int', 1_735_787_045n], ['numeric', dec('1735787045')], ['timestamp', '2025-01-02 03:04:05'], ['timestamptz', '2025-01-02 03:04:05Z'], ['date', '2025-01-02'], ['text', '2025-01-02 03:04:05'],
  ])('says when a row was written in a column of %s', async (type, moment) => {
    const { name, value } = await columnOf(type)
    const given = database.language.moment(value, 1_735_787_045_678)
    expect(given).toEqual(moment)
    expect(await roundTrip(name, value, given)).toEqual(type === 'timestamptz' ? '2025-01-02 03:04:05+00' : moment)
  })
})

describeOnServer('keys of PostgreSQL', () => {
  const own = ownDatabase()
  let database: Database
  let count = 0

  beforeAll(async () => {
    await own.run(`create extension citext; create collation nobody (provider = icu, locale = 'und-u-ks-level2', deterministic = false)`)
    database = await own.open()
  })

  async function tableOf(definition: string, values: string): Promise<Table> {
    const name = `k${++count}`
    await own.run(`create table ${name} (${definition})`)
    await own.run(`insert into ${name} values ${values}`)
    await own.run(`analyze ${name}`)
    return (await database.catalogue.table(name))!
  }

  async function keysOf(table: Table, keys: readonly (readonly string[])[]): Promise<SqlValue[][]> {
    const all = references(table)
    const { language, kysely } = database
    const parameters = language.keyParameters(table.columns, keys)
    if (parameters === undefined) return []
    const query = sql`select ${sql.join(all.map((one) => language.keyText(one)))} from ${language.table(table.name)} where ${language.hasKeys(all, parameters.length)} order by 1`.compile(kysely)
    return queryRecords(kysely, query.sql, parameters as SqlValue[])
  }

  it.each([
    ['id int primary key', '(1), (2), (-3)', [['1'], ['-3'], ['x'], ['1e0'], ['99999999999'], ['01'], ['']], [['-3'], ['1']]],
    ['id bigint', '(9223372036854775807)', [['9223372036854775807'], ['9223372036854775808']], [['9223372036854775807']]],
    ['id uuid', "('123e4567-e89b-12d3-a456-426614174000')", [['123e4567-e89b-12d3-a456-426614174000'], ['no']], [['123e4567-e89b-12d3-a456-426614174000']]],
    ['id text', "('a'), ('A'), (''), ('a\\b\"{,}'), (null)", [['a'], [''], ['a\\b"{,}'], ['\0'], ['\uD800']], [[''], ['a'], ['a\\b"{,}']]],
    ['id varchar(3)', "('abc')", [['abc'], ['abcd']], [['abc']]],
    ['id char(4)', "('ab')", [['ab']], [['ab']]],
    ['id citext', "('ab')", [['AB']], [['ab']]],
    ['id text collate nobody', "('ab')", [['AB']], [['ab']]],
    ['id date', "('2025-02-28'), ('infinity'), ('0044-03-15 BC')", [['2025-02-28'], ['2025-02-30'], ['infinity'], ['0044-03-15 BC'], ['x']], [['0044-03-15 BC'], ['2025-02-28'], ['infinity']]],
    ['id timestamptz', "('2025-02-28 01:02:03+01')", [['2025-02-28 00:02:03+00'], ['2025-02-28 01:02:03+01']], [['2025-02-28 00:02:03+00']]],
    ['id boolean', '(true)', [['true'], ['t'], ['yes']], [['true']]],
    ['id numeric', "(1.50), ('NaN')", [['1.50'], ['NaN'], ['x'], ['1e99999']], [['1.50'], ['NaN']]],
    ['id float8', '(0.1), (1e300)', [['0.1'], ['1e+300'], ['x']], [['0.1'], ['1e+300']]],
    ['id json', "('{}')", [['{}'], ['{ }']], [['{}']]],
    ['id bytea', "('ab')", [['ab']], []],
    ['site text, id int', "('a', 1), ('a', 2), ('b', 1)", [['a', '1'], ['b', '2'], ['b', '1'], ['b', 'x']], [['a', '1'], ['b', '1']]],
    ['day date, id float4', "('2025-01-01', 0.5)", [['2025-01-01', '0.5'], ['x', 'y']], [['2025-01-01', '0.5']]],
  ])('finds rows by %s', async (definition, values, keys, found) => {
    const table = await tableOf(definition, values)
    expect(await keysOf(table, keys)).toEqual(found)
  })

  it('finds no row by keys that none can have', async () => {
    const table = await tableOf('id int', '(1)')
    expect(database.language.keyParameters(table.columns, [['x'], ['1.0']])).toBeUndefined()
  })

  it.each([
    ['id int primary key', 'n', (n: number) => [String(n)]],
    ['id text primary key', "'page ' || n", (n: number) => [`page ${n}`]],
    ['id varchar(40) primary key', "'page ' || n", (n: number) => [`page ${n}`]],
    ['id uuid primary key', 'md5(n::text)::uuid', () => ['c4ca4238-a0b9-2382-0dcc-509a6f75849b']],
    ['site text, id int, primary key (site, id)', "'site ' || n % 10, n", (n: number) => [`site ${n % 10}`, String(n)]],
  ])('takes the index of %s', async (definition, values, keyOf) => {
    const table = await tableOf(definition, `${definition.includes('site') ? "('', 0)" : `((select ${values} from generate_series(-1, -1) n))`}`)
    await own.run(`alter table ${table.name} add filler text default repeat('x', 1000); insert into ${table.name} select ${values} from generate_series(1, 10000) n`)
    await own.run(`analyze ${table.name}`)
    const all = references(table)
    const parameters = database.language.keyParameters(table.columns, Array.from({ length: 64 }, (_, n) => keyOf(n + 1)))!
    const one = keyOf(1).flatMap((value) => [value, value])
    const plans: string[] = []
    for (const [condition, bound] of [[database.language.hasKeys(all, parameters.length), parameters], [sql.join(all.map((key) => database.language.isExactly(key)), sql` and `), one]] as const) {
      const query = sql`explain select 1 from ${database.language.table(table.name)} where ${condition}`.compile(database.kysely)
      plans.push((await queryRecords(database.kysely, query.sql, bound as SqlValue[])).join('\n'))
    }
    for (const plan of plans) expect(plan).toMatch(/Index (?:Only )?Scan/)
    for (const plan of plans) expect(plan).not.toMatch(/Seq Scan/)
  })

  it.each([
    ['id text', "('a'), ('A')", 'a'], ['id citext', "('a'), ('A')", 'a'], ['id text collate nobody', "('a'), ('A')", 'A'], ['id char(4)', "('a'), ('A')", 'a'], ['id int', '(1), (2)', '1'], ['id float8', "('0'), ('-0')", '-0'],
    ['id json', "('{}'), ('{ }')", '{}'], ['id numeric', "('1.0'), ('1.00')", '1.0'], ['id timestamptz', "('2025-01-01'), ('2025-01-02')", '2025-01-01 00:00:00+00'],
  ])('names a row exactly by %s', async (definition, values, key) => {
    const table = await tableOf(definition, values)
    const [reference] = references(table)
    const { language, kysely } = database
    const query = sql`select ${language.keyText(reference!)} from ${language.table(table.name)} where ${language.isExactly(reference!)}`.compile(kysely)
    expect(await queryRecords(kysely, query.sql, [key, key])).toEqual([[key]])
  })

  it.each([['id citext'], ['id text collate nobody'], ['id text collate "en-x-icu"'], ['id json'], ['id int']])('orders rows so that equal keys of %s are neighbours', async (definition) => {
    const table = await tableOf(definition, definition.includes('int') || definition.includes('json') ? "('1'), ('2'), ('1')" : "('a'), ('A'), ('a'), ('A')")
    const [reference] = references(table)
    const { language, kysely } = database
    const query = sql`select ${language.keyText(reference!)} from ${language.table(table.name)} order by ${language.order(reference!, false)}`.compile(kysely)
    const keys = (await queryRecords(kysely, query.sql, [])).map(([key]) => key)
    expect(keys.filter((key, index) => key !== keys[index - 1])).toHaveLength(2)
  })

  it('updates many rows, each by its exact key', async () => {
    const table = await tableOf("id citext, site int, body text, picture bytea, version int default 1", "('a', 1, '1', null), ('A', 1, '2', null), ('a', 2, '3', null)")
    const [id, site, body, picture] = table.columns
    const update = database.language.updateMany!(database.kysely, {
      table: table.name,
      keys: [id!, site!],
      columns: [body!, picture!],
      same: [sql`version = ${sql.table(table.name)}.version + 1`],
      rows: [{ key: ['A', '1'], values: ['new "\\{}ä', bytes(0, 1)] }, { key: ['a', '2'], values: [null, null] }, { key: ['z', '2'], values: ['x', null] }],
    })
    const { numAffectedRows } = await (await database.writing()).executeQuery(update)
    expect(numAffectedRows).toBe(2n)
    expect(await own.run(`select id::text, site, body, picture, version from ${table.name} order by site, ${table.name}.id::text collate "C"`)).toEqual([
      { id: 'A', site: 1, body: 'new "\\{}ä', picture: bytes(0, 1), version: 2 },
      { id: 'a', site: 1, body: '1', picture: null, version: 1 },
      { id: 'a', site: 2, body: null, picture: null, version: 2 },
    ])
  })
})

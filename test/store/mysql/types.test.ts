import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FieldValue } from '../../../src/core/codec.ts'
import type { Column, Table } from '../../../src/store/column.ts'
import type { Database } from '../../../src/store/database.ts'
import type { SqlValue } from '../../../src/store/value.ts'
import { makeGround, records, skipped, type Ground } from './server.ts'

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)

/** A type, values that it keeps as they are, and what it refuses. */
const TYPES: readonly (readonly [type: string, kept: readonly FieldValue[], refused: readonly (readonly [FieldValue, string])[]])[] = [
  ['char(3)', ['', 'abc', 'äöü', '😀😀😀', ' a'], [['abcd', 'holds 3 characters'], ['a ', 'spaces at the end'], [1n, 'Put it in quotes'], ['\uD800', 'half of a character']]],
  ['varchar(5)', ['', 'a ', '😀😀😀😀😀', "'\"\\%_", '\0\n\r\t\x1a'], [['123456', 'holds 5 characters, and its value takes 6'], [true, 'quotes'], [bytes(1), 'bytes']]],
  ['tinytext', ['a'.repeat(255), 'é'.repeat(127)], [['é'.repeat(128), 'holds 255 bytes, and its value takes 256']]],
  ['text', ['x'.repeat(65535), '\uFFFD', '\uFEFFa'], [['x'.repeat(65536), 'holds 65535 bytes']]],
  ['mediumtext', ['\u{10FFFF}'], []],
  ['longtext', ['日本'], []],
  ['varchar(5) character set latin1', ['éß€', 'œ\x81'], [['日', 'latin1, which has no "日"']]],
  ['tinytext character set latin1', ['é'.repeat(255)], [['é'.repeat(256), 'takes 256']]],
  ['varchar(5) character set ascii', ['abc'], [['é', 'ASCII, which has no "é"']]],
  ['varchar(5) character set utf8mb3', ['日本'], [['😀', 'three-byte UTF-8, which has no "😀"']]],
  ['varchar(5) character set ucs2', ['日本'], [['😀', 'three-byte']]],
  ['varchar(5) character set utf16', ['日😀'], []],
  ['varchar(5) character set cp1250', ['žš'], []],
  ['binary(3)', [bytes(1, 0, 255)], [[bytes(1), 'exactly 3 bytes'], ['abc', '!!binary']]],
  ['varbinary(3)', [bytes(), bytes(0), bytes(255, 254, 0)], [[bytes(1, 2, 3, 4), 'holds 3 bytes']]],
  ['blob', [bytes(0xff, 0x27, 0x5c, 0)], []],
  ['bit(1)', [bytes(0), bytes(1)], [[bytes(0, 1), 'exactly 1 bytes']]],
  ['bit(12)', [bytes(0x0a, 0x01)], []],
  ['bit(64)', [bytes(255, 255, 255, 255, 255, 255, 255, 254)], []],
  ['point', [bytes(0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0, 0, 0, 0, 0, 0, 0, 0x40)], []],
  ['tinyint', [-128n, 127n], [[128n, 'from -128 to 127'], ['1', 'Remove the quotes'], [1.5, 'fraction'], [Number.NaN, 'no number']]],
  ['tinyint(1)', [0n, 1n], []],
  ['smallint unsigned', [0n, 65535n], [[-1n, 'from 0 to 65535']]],
  ['mediumint', [-8388608n, 8388607n], []],
  ['int(6) zerofill', [0n, 42n, 4294967295n], []],
  ['bigint', [-(2n ** 63n), 2n ** 63n - 1n], [[2n ** 63n, 'from']]],
  ['bigint unsigned', [2n ** 64n - 1n], []],
  ['year', [0n, 1901n, 2155n], [[2156n, 'from']]],
  ['float', [0, 0.1, 16777216, 3.4028235e38, 1.1754944e-38, 1e-45, -2.5], [[16777217, 'all digits'], [0.123456789, 'all digits'], [1e39, 'all digits']]],
  ['double', [0, 0.1, 1e21, 1e-7, -1.7976931348623157e308, 2.2250738585072014e-308, 123456789012345680000], [[Number.POSITIVE_INFINITY, 'no number'], [{ decimal: '0.12345678901234567890' }, 'all digits'], [2n ** 53n + 1n, 'all digits']]],
  ['decimal(30,10)', [{ decimal: '12345678901234567890.0123456789' }, { decimal: '-0.5000000000' }, { decimal: '0.0000000000' }], [[{ decimal: '0.12345678901' }, 'behind it'], [{ decimal: '1e20' }, 'before the point'], [{ decimal: 'NaN' }, 'no number']]],
  ['decimal(5,0) unsigned', [{ decimal: '99999' }, { decimal: '0' }], [[-1n, 'no negative']]],
  ['decimal(6,3) zerofill', [{ decimal: '1.500' }], []],
  ['date', ['2026-01-31', '0000-00-00'], [['2026-1-31', 'such as 2026-01-31'], [20260131n, 'quotes']]],
  ['datetime', ['2026-01-31 23:59:59'], [['2026-01-31', 'such as'], ['2026-01-31T23:59:59', 'such as']]],
  ['datetime(6)', ['2026-01-31 23:59:59.000001'], [['2026-01-31 23:59:59', '.123456']]],
  ['timestamp(3)', ['2026-03-29 02:30:00.123'], []],
  ['time', ['-838:59:59', '01:02:03'], [['1:02:03', 'such as']]],
  ["enum('a','B','it''s','c,d')", ['a', "it's", 'c,d'], [['A', 'one of "a", "B"'], ['x', 'none of them']]],
  ["set('a','b','c')", ['', 'a,c'], [['c,a', 'in this order']]],
  ['json', ['{"a": 1}', '[]'], []],
  ['uuid', ['123e4567-e89b-12d3-a456-426655440000'], [['123E4567-E89B-12D3-A456-426655440000', 'such as']]],
  ['inet6', ['::1'], []],
]

describe.skipIf(skipped)('a column of the type', () => {
  let ground: Ground
  let database: Database
  let table: Table

  beforeAll(async () => {
    ground = await makeGround()
    const columns = TYPES.map(([type], index) => `c${index} ${type} null`)
    await ground.query(`create table every (id int primary key auto_increment, ${columns.join(', ')}) row_format=dynamic`)
    database = await ground.open()
    table = (await database.catalogue.table('every'))!
  })
  afterAll(() => ground.drop())

  async function roundTrip(column: Column, value: FieldValue): Promise<FieldValue> {
    const { language } = database
    const stored = language.store(column, value)
    if (!('value' in stored)) throw new Error(stored.state)
    const db = await database.writing()
    const { insertId } = await sql`insert into every (${sql.id(column.name)}) values (${language.encode(column, stored.value)})`.execute(db)
    const selected = language.select({ column, expression: sql.id('source', column.name) })
    const [record] = await records(db, sql`select ${selected} from every as source where id = ${insertId}`)
    return language.decode(column, record![0] as SqlValue)
  }

  it.each(TYPES.map(([type, kept], index) => ({ type, kept, index })))('$type keeps its values', async ({ kept, index }) => {
    const column = database.catalogue.find(table, `C${index}`)!
    for (const value of [null, ...kept]) {
      const back = await roundTrip(column, value)
      expect(back instanceof Uint8Array ? Uint8Array.from(back) : back).toEqual(value)
      const stored = database.language.store(column, back)
      expect(stored).toEqual({ value: back })
    }
  })

  it.each(TYPES.flatMap(([type, , refused], index) => refused.map(([value, state]) => ({ type, index, value, state }))))(
    '$type refuses $value',
    ({ index, value, state }) => {
      const stored = database.language.store(database.catalogue.find(table, `c${index}`)!, value)
      expect(stored).toEqual({ state: expect.stringContaining(state) })
    },
  )

  it('is found by the text of its key', async () => {
    const { language } = database
    for (const [index, [type, kept]] of TYPES.entries()) {
      const column = table.columns[index + 1]!
      if (column.kind === 'bytes') continue
      for (const value of kept) {
        if (value === '' && type !== 'varchar(5)') continue
        await roundTrip(column, value)
        const key = { column, expression: sql.id('source', column.name) }
        const [[text]] = (await records(database.kysely, sql`select ${language.keyText(key)} from every as source where id = (select max(id) from every)`)) as [[string]]
        expect(text).toBeTypeOf('string')
        const compile = (condition: ReturnType<typeof sql>): string => sql`select ${language.keyText(key)} from every as source where ${condition}`.compile(database.kysely).sql
        const parameters = language.keyParameters([column], [[text]])
        expect(parameters).toHaveLength(1)
        const find = async (query: string, values: readonly unknown[]): Promise<unknown[]> =>
          (await database.kysely.executeQuery<SqlValue[]>({ ...sql.raw(query).compile(database.kysely), parameters: values, records: true } as never)).rows.map(([found]) => found)
        expect(await find(compile(language.hasKeys([key], 1) as never), parameters!)).toContain(text)
        const exactly = await find(compile(language.isExactly(key) as never), [text, text])
        expect(new Set(exactly)).toEqual(new Set([text]))
      }
    }
  })
})

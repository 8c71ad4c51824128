import type { FieldValue } from '../../src/core/codec.ts'
import type { Kind } from '../support/servers.ts'

/** What a column of one type holds, and what it cannot. */
export interface ColumnCase {
  readonly only: readonly Kind[]
  readonly type: string
  /** Values, with the text that SQL shows for them; without one where no such text is portable. */
  readonly holds: readonly (readonly [value: FieldValue, shown?: string])[]
  /** YAML that the column would change, cut or refuse. */
  readonly refuses: readonly string[]
}

const ALL: readonly Kind[] = ['sqlite', 'mysql', 'postgres']
const SERVERS: readonly Kind[] = ['mysql', 'postgres']
const decimal = (text: string): FieldValue => ({ decimal: text })
const bytes = (...all: number[]): FieldValue => new Uint8Array(all)

const REALS: ColumnCase['holds'] = [[1], [-1.5], [0.1], [1e300], [5e-324], [1.7976931348623157e308], [0.30000000000000004], [123456789.123]]

/** Every type of columns that the databases have, as far as a structured row may hold it. */
export const COLUMN_TYPES: readonly ColumnCase[] = [
  { only: ALL, type: '$text', holds: [['text', 'text'], ['', ''], ['007', '007'], ['null', 'null'], [' x \n', ' x \n'], ['é😀\r\n', 'é😀\r\n'], ['2026-02-03', '2026-02-03']], refuses: ['7', 'true', '1.5'] },
  { only: ALL, type: '$bytes', holds: [[bytes(0, 255), "x'00FF'"], [bytes(0xff), "x'FF'"]], refuses: [] },
  { only: ALL, type: 'bigint', holds: [[7n, '7'], [-9223372036854775808n, '-9223372036854775808'], [9223372036854775807n, '9223372036854775807']], refuses: ['9223372036854775808', '"7"'] },
  { only: ALL, type: '$real', holds: REALS, refuses: ['"1.5"', '1.123456789012345678', '1e400'] },
  { only: SERVERS, type: 'smallint', holds: [[-32768n, '-32768'], [32767n, '32767']], refuses: ['32768', '1.5', 'x', '"7"'] },
  { only: SERVERS, type: 'decimal(20,4)', holds: [[decimal('1.5000'), '1.5000'], [decimal('-1234567890123456.1234'), '-1234567890123456.1234'], [decimal('0.0000'), '0.0000']], refuses: ['1.23456', '12345678901234567', 'x', '"1.5"'] },
  { only: SERVERS, type: 'varchar(5)', holds: [['ééééé', 'ééééé'], ['a    ', 'a    ']], refuses: ['abcdef', '7'] },
  { only: SERVERS, type: 'date', holds: [['2026-02-03', '2026-02-03'], ['1000-01-01', '1000-01-01']], refuses: ['2026-02-30', 'soon', '2026-2-3'] },
  { only: SERVERS, type: '$time', holds: [['2026-02-03 04:05:06', '2026-02-03 04:05:06']], refuses: ['2026-02-03 25:00:00', 'yesterday at four'] },
  { only: SERVERS, type: 'time', holds: [['04:05:06', '04:05:06']], refuses: ['x'] },
  { only: SERVERS, type: 'json', holds: [['{"a": 1}', '{"a": 1}'], ['[]', '[]']], refuses: ['"{"'] },
  { only: ['mysql'], type: 'tinyint', holds: [[-128n, '-128'], [127n, '127']], refuses: ['128', '1.5', '"7"'] },
  { only: ['mysql'], type: 'tinyint(1)', holds: [[1n, '1'], [7n, '7']], refuses: ['300'] },
  { only: ['mysql'], type: 'mediumint unsigned', holds: [[16777215n, '16777215']], refuses: ['16777216', '-1'] },
  { only: ['mysql'], type: 'bigint unsigned', holds: [[18446744073709551615n, '18446744073709551615']], refuses: ['18446744073709551616', '-1'] },
  { only: ['mysql'], type: 'float', holds: [[0.5], [-1.25]], refuses: ['0.1234567890123', '1e300'] },
  { only: ['mysql'], type: 'text character set utf8mb3', holds: [['ﷺ', 'ﷺ']], refuses: ['😀'] },
  { only: ['mysql'], type: 'text character set latin1', holds: [['é€', 'é€']], refuses: ['ő'] },
  { only: ['mysql'], type: 'tinytext', holds: [['x'.repeat(255), 'x'.repeat(255)]], refuses: ['x'.repeat(256)] },
  { only: ['mysql'], type: 'char(4)', holds: [['ab', 'ab']], refuses: ['abcde', '"ab "'] },
  { only: ['mysql'], type: "enum('a','b')", holds: [['a', 'a']], refuses: ['c', '"1"'] },
  { only: ['mysql'], type: "set('a','b')", holds: [['a,b', 'a,b'], ['', '']], refuses: ['a,c'] },
  { only: ['mysql'], type: 'year', holds: [[2026n, '2026']], refuses: ['x', '1900', '"2026"'] },
  { only: ['mysql'], type: 'datetime(6)', holds: [['2026-02-03 04:05:06.123456', '2026-02-03 04:05:06.123456']], refuses: ['2026-02-03 04:05:06.1234567'] },
  { only: ['mysql'], type: 'varbinary(3)', holds: [[bytes(0, 0xff), "x'00FF'"]], refuses: ['!!binary AP8A/w=='] },
  { only: ['mysql'], type: 'binary(2)', holds: [[bytes(0xff, 0), "x'FF00'"]], refuses: ['!!binary /w=='] },
  { only: ['postgres'], type: 'int', holds: [[2147483647n, '2147483647']], refuses: ['2147483648', '1.5'] },
  { only: ['postgres'], type: 'numeric', holds: [[decimal('1.50'), '1.50'], [decimal('123456789012345678901234567890.123456789'), '123456789012345678901234567890.123456789']], refuses: ['x', '"1"'] },
  { only: ['postgres'], type: 'real', holds: [[0.5], [-1.25]], refuses: ['0.1234567890123', '1e300'] },
  { only: ['postgres'], type: 'boolean', holds: [[true, 't'], [false, 'f']], refuses: ['"true"', '2', 'x'] },
  { only: ['postgres'], type: 'uuid', holds: [['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11']], refuses: ['x', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'] },
  { only: ['postgres'], type: 'timestamptz', holds: [['2026-02-03 04:05:06+00', '2026-02-03 04:05:06+00']], refuses: ['now', 'x'] },
  { only: ['postgres'], type: 'jsonb', holds: [['{"a": 1, "b": [null, "x"]}', '{"a": 1, "b": [null, "x"]}']], refuses: [`'{"b":1,"a":1}'`, '"{"'] },
  { only: ['postgres'], type: 'int[]', holds: [['{1,2,NULL}', '{1,2,NULL}']], refuses: ['"{ 1 , 2 }"', 'x'] },
  { only: ['postgres'], type: 'inet', holds: [['10.0.0.1/32', '10.0.0.1'], ['10.0.0.0/8', '10.0.0.0/8']], refuses: ['10.0.0.1', 'x'] },
  { only: ['postgres'], type: 'char(4)', holds: [['abcd', 'abcd']], refuses: ['abcde', '"ab "'] },
  { only: ['sqlite'], type: '', holds: [[7n, '7'], [1.5, '1.5'], ['7', '7'], [bytes(0, 255), "x'00FF'"]], refuses: ['.nan', '1e400'] },
]

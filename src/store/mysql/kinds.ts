import type { Column, Kind } from '../column.ts'

/** A column as `information_schema` knows it. Large numbers may come as texts. */
export interface ColumnFacts {
  readonly name: string
  /** `varchar` */
  readonly data: string
  /** `varchar(120)` */
  readonly type: string
  readonly characters: number | string | null
  readonly octets: number | string | null
  readonly charset: string | null
  readonly collation: string | null
  readonly extra: string
}

/** By the name of the type. What is not among them has a text form of its own. */
const KINDS: ReadonlyMap<string, Kind> = new Map([
  ...all('text', 'char', 'varchar', 'tinytext', 'text', 'mediumtext', 'longtext'),
  ...all('bytes', 'binary', 'varbinary', 'tinyblob', 'blob', 'mediumblob', 'longblob', 'bit', 'vector'),
  ...all('bytes', 'geometry', 'point', 'linestring', 'polygon', 'multipoint', 'multilinestring', 'multipolygon', 'geometrycollection', 'geomcollection'),
  ...all('integer', 'tinyint', 'smallint', 'mediumint', 'int', 'bigint', 'year'),
  ...all('real', 'float', 'double'),
  ...all('decimal', 'decimal'),
])

function all(kind: Kind, ...names: readonly string[]): [string, Kind][] {
  return names.map((name) => [name, kind])
}

const REPERTOIRES: ReadonlyMap<string, Column['repertoire']> = new Map([
  ['ascii', 'ascii'], ['latin1', 'latin1'], ['utf8', 'bmp'], ['utf8mb3', 'bmp'], ['ucs2', 'bmp'],
])

/** Of a LONGTEXT nobody writes all. */
const ENDLESS = 2 ** 32 - 1

/** A column of the catalogue. */
export function columnOf({ name, data, type, characters, octets, charset, collation, extra }: ColumnFacts): Column {
  const kind = KINDS.get(data.toLowerCase()) ?? 'other'
  const sized = data.endsWith('char')
  const most = Number(sized ? characters : octets)
  const repertoire = charset === null ? undefined : REPERTOIRES.get(charset)
  return {
    name,
    kind,
    type,
    ...(kind !== 'other' && most > 0 && most < ENDLESS && { limit: { most, unit: sized ? 'characters' : 'bytes' } }),
    ...(repertoire !== undefined && { repertoire }),
    ...(collation !== null && !collation.endsWith('_bin') && { caseless: true }),
    // DEFAULT_GENERATED is a default.
    ...(/\b(?:VIRTUAL|STORED|PERSISTENT)\b/.test(extra) && { generated: true }),
  }
}

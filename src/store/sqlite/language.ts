import { sql, type RawBuilder } from 'kysely'
import type { Language, Reference } from '../language.ts'
import type { SqlValue } from '../value.ts'
import { affinityOf, valuesOf } from './affinity.ts'
import { storedAs } from './storing.ts'

/** SQLite's way to say things. Its values come as they are: any column may hold any kind. */
export const sqliteLanguage: Language = {
  table: (name) => sql.id(name),
  keyText: ({ expression }) => textOf(expression),
  identity: ({ expression }) => expression,
  select: ({ expression }) => expression,
  proof: (expression) => sql`octet_length(${expression})`,
  bytes: (expression) => sql`cast(${expression} as blob)`,
  // As bytes: on its way a text could be cut or mended.
  exact: ({ expression }) => [sql`typeof(${expression}) = 'text'`, sql`case typeof(${expression}) when 'text' then cast(${expression} as blob) else ${expression} end`],
  kindOf: ({ expression }) => sql`typeof(${expression})`,
  decode: (_, selected) => selected,
  store: storedAs,
  encode: (_, value) => (typeof value === 'boolean' ? BigInt(value) : value),
  moment({ type }, milliseconds) {
    if (affinityOf(type) === 'INTEGER') return BigInt(Math.floor(milliseconds / 1_000))
    return new Date(milliseconds).toISOString().slice(0, 19).replace('T', ' ')
  },
  parameter: (_, bytes) => (bytes ? sql`cast(${null} as text)` : sql`${null}`),
  keyParameters(columns, keys) {
    const affinities = columns.map(({ type }) => affinityOf(type))
    if (affinities.every((affinity) => affinity !== 'BLOB')) return keys.flat()
    return keys.flatMap((key) => {
      // A column of any kind may hold a text and a number that read the same.
      let combinations: SqlValue[][] = [[]]
      for (const [index, affinity] of affinities.entries()) {
        const values = valuesOf(key[index]!, affinity)
        combinations = combinations.flatMap((begun) => values.map((value) => [...begun, value]))
      }
      return combinations.flat()
    })
  },
  hasKeys(columns, parameters) {
    const names = columns.map(({ expression }) => expression)
    const one = sql.join(names.map(() => sql`${null}`))
    const keys = Array.from({ length: parameters / names.length }, () => (names.length === 1 ? one : sql`(${one})`))
    if (names.length === 1) return sql`${names[0]!} in (${sql.join(keys)})`
    return sql`(${sql.join(names)}) in (values ${sql.join(keys)})`
  },
  // The index of the key serves the first comparison, whatever its collation; the second one is exact.
  isExactly: ({ expression }) => sql`${expression} = ${null} and ${expression} collate binary = ${null}`,
  // Whatever the column's collation: else `a`, `A`, `a` would hide that `a` occurs twice.
  order: ({ expression }) => sql`${expression} collate binary`,
  // It overrides what a constraint of the table may say: no other row is replaced, and this one not left out.
  orAbort: sql`or abort`,
  overriding: sql``,
  // Who writes has the whole database.
  forUpdate: sql``,
}

/**
 * A key as text: numbers as SQL writes them, so that none is rounded. What cannot be told reliably, a BLOB or a text with a NUL,
 * arrives as bytes.
 */
function textOf(column: Reference['expression']): RawBuilder<unknown> {
  return sql`case typeof(${column})
    when 'text' then iif(instr(${column}, char(0)), cast(${column} as blob), ${column})
    when 'blob' then ${column}
    when 'null' then null
    else cast(${column} as text) end`
}

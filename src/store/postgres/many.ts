import { sql, type CompiledQuery, type Kysely } from 'kysely'
import type { Column } from '../column.ts'
import type { ManyRows } from '../language.ts'
import type { SqlValue } from '../value.ts'
import { bytesArray, textArray } from './arrays.ts'
import { castOf } from './column.ts'
import { isComparable } from './keys.ts'

/** One statement that updates many rows, each by the exact value of its key: what is new comes as one array a column. */
export function updateMany(db: Kysely<unknown>, { table, keys, columns, same, rows }: ManyRows): CompiledQuery {
  const mine = (column: Column): ReturnType<typeof sql> => sql`${sql.table(table)}.${sql.id(column.name)}`
  const changes = columns.map((column, index) => sql`${sql.id(column.name)} = ${given('v', index)}::${sql.raw(castOf(column))}`)
  const isRow = keys.flatMap((column, index) => conditions(column, mine(column), given('k', index)))
  const arrays = [
    ...keys.map((column, index) => array(column, rows.map(({ key }) => key[index]!))),
    ...columns.map((column, index) => array(column, rows.map(({ values }) => values[index] as SqlValue))),
  ]
  const names = [...keys.map((_, index) => sql.id(`rowtree_k${index}`)), ...columns.map((_, index) => sql.id(`rowtree_v${index}`))]
  return sql`
    update ${sql.table(table)} set ${sql.join([...changes, ...same])}
    from unnest(${sql.join(arrays)}) as rowtree_new(${sql.join(names)}) where ${sql.join(isRow, sql` and `)}`.compile(db)
}

/** A value that came with the statement, of a key or of a column. */
function given(kind: 'k' | 'v', index: number): ReturnType<typeof sql.id> {
  return sql.id('rowtree_new', `rowtree_${kind}${index}`)
}

/** The first comparison is served by an index; the second one is exact where a column takes different texts for the same. */
function conditions(column: Column, mine: ReturnType<typeof sql>, key: ReturnType<typeof sql.id>): ReturnType<typeof sql>[] {
  if (column.kind === 'bytes') return [sql`${mine} = ${key}`]
  const exact = sql`${mine}::text collate "C" = ${key}`
  return isComparable(column) ? [sql`${mine} = ${key}::${sql.raw(castOf(column))}`, exact] : [exact]
}

function array({ kind }: Column, values: readonly SqlValue[]): ReturnType<typeof sql> {
  if (kind === 'bytes') return sql`${bytesArray(values as (Uint8Array | null)[])}::bytea[]`
  return sql`${textArray(values.map((value) => (value === null ? null : String(value))))}::text[]`
}

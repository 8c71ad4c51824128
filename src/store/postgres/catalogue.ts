import { sql, type Kysely } from 'kysely'
import type { Catalogue, Column, Table } from '../column.ts'
import { kindOf, type PostgresColumn } from './column.ts'

/** Tables, partitioned tables, foreign tables, views, materialized views. */
const RELATIONS = sql`('r', 'p', 'f', 'v', 'm')`

/** What a database says about its tables. Names are exact. */
export function catalogueOf(db: Kysely<unknown>): Catalogue {
  return {
    async tables() {
      const { rows } = await sql<{ name: string }>`
        select c.relname::text as name from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ${RELATIONS} and pg_catalog.pg_table_is_visible(c.oid) and n.nspname not in ('pg_catalog', 'information_schema')
        order by c.relname::text collate "C"`.execute(db)
      return rows.map(({ name }) => name)
    },
    async table(name) {
      const relation = await relationOf(db, name)
      if (relation === undefined) return undefined
      const [columns, unique] = [await columnsOf(db, relation.oid), await uniqueOf(db, relation.oid)]
      return { name, view: /[vm]/.test(relation.relkind), transactional: true, columns, unique }
    },
    find: ({ columns }: Table, column: string): Column | undefined => columns.find(({ name }) => name === column),
  }
}

interface Relation {
  readonly oid: number
  readonly relkind: string
}

async function relationOf(db: Kysely<unknown>, name: string): Promise<Relation | undefined> {
  const dot = name.indexOf('.')
  const [schema, table] = dot < 0 ? [null, name] : [name.slice(0, dot), name.slice(dot + 1)]
  const { rows } = await sql<Relation>`
    select c.oid, c.relkind::text as relkind from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ${RELATIONS} and c.relname = ${table}
      and case when ${schema}::text is null then pg_catalog.pg_table_is_visible(c.oid) else n.nspname = ${schema}::text end`.execute(db)
  return rows[0]
}

interface ColumnRow {
  readonly name: string
  readonly base: string
  readonly modifier: string
  readonly brackets: string
  readonly cast: string
  readonly characters: number | null
  readonly caseless: boolean
  readonly generated: boolean
}

async function columnsOf(db: Kysely<unknown>, oid: number): Promise<PostgresColumn[]> {
  // A domain may be of a domain; the length is said by the first that says one.
  const { rows } = await sql<ColumnRow>`
    with recursive typed as (
      select attnum, attname, atttypid as type, atttypmod as modifier, attcollation, attgenerated
      from pg_catalog.pg_attribute where attrelid = ${oid}::oid and attnum > 0 and not attisdropped
      union all
      select attnum, attname, t.typbasetype, case when modifier >= 0 then modifier else t.typtypmod end, attcollation, attgenerated
      from typed join pg_catalog.pg_type t on t.oid = typed.type where t.typtype = 'd'
    )
    select attname::text as name,
      coalesce(e.typname, t.typname)::text as base,
      coalesce(substring(pg_catalog.format_type(t.oid, modifier) from '[(][0-9, -]+[)]'), '') as modifier,
      case when e.oid is null then '' else '[]' end as brackets,
      pg_catalog.format_type(t.oid, -1) as cast,
      case when t.typname in ('varchar', 'bpchar') and modifier > 4 then modifier - 4 end as characters,
      t.typname = 'citext' or not coalesce(l.collisdeterministic, true) as caseless,
      attgenerated <> '' as generated
    from typed join pg_catalog.pg_type t on t.oid = typed.type
      left join pg_catalog.pg_type e on e.oid = t.typelem and t.typcategory = 'A'
      left join pg_catalog.pg_collation l on l.oid = attcollation
    where t.typtype <> 'd' order by attnum`.execute(db)
  return rows.map(({ name, base, modifier, brackets, cast, characters, caseless, generated }) => ({
    name,
    kind: brackets === '' ? kindOf(base) : 'other',
    type: `${base}${modifier}${brackets}`,
    cast,
    ...(characters !== null && { limit: { most: characters, unit: 'characters' as const } }),
    ...(base === 'name' && brackets === '' && { limit: { most: 63, unit: 'bytes' as const } }),
    ...(caseless && { caseless }),
    ...(generated && { generated }),
  }))
}

async function uniqueOf(db: Kysely<unknown>, oid: number): Promise<string[][]> {
  // The index of a table that others inherit from knows nothing of their rows.
  const { rows } = await sql<{ columns: string }>`
    select pg_catalog.json_agg(a.attname order by k.place)::text as columns
    from pg_catalog.pg_index i
      join pg_catalog.pg_class c on c.oid = i.indrelid
      cross join lateral unnest(i.indkey::int2[]) with ordinality as k(number, place)
      join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.number
    where i.indrelid = ${oid}::oid and i.indisunique and i.indisvalid and i.indpred is null and i.indexprs is null and k.place <= i.indnkeyatts
      and (c.relkind <> 'r' or not exists (select from pg_catalog.pg_inherits where inhparent = c.oid))
    group by i.indexrelid, i.indisprimary order by i.indisprimary desc, i.indexrelid`.execute(db)
  return rows.map(({ columns }) => JSON.parse(columns) as string[])
}

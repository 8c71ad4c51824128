import { CompiledQuery, sql, type Kysely, type RawBuilder } from 'kysely'
import type { Remark } from '../../doctor.ts'
import type { Examination, Role } from '../examination.ts'
import { isLoopback } from '../loopback.ts'
import type { Address } from './address.ts'
import { nameOf, UNTOLD } from './listen.ts'

/** What is asked of a PostgreSQL server. */
export function postgresExamination(db: Kysely<unknown>, { client }: Address): Examination {
  return {
    async server() {
      const { rows } = await sql<{ version: string; encrypted: boolean | null }>`
        select current_setting('server_version') as version,
          (select ssl from pg_catalog.pg_stat_ssl where pid = pg_catalog.pg_backend_pid()) as encrypted`.execute(db)
      const { version, encrypted } = rows[0]!
      return { title: `PostgreSQL ${version.split(' ')[0]}`, way: encrypted ? 'encrypted' : isLoopback(client.host) ? 'machine' : 'open' }
    },
    remarks: async (roles) => [...(await rightsOf(db, roles)), await changesOf(db, roles)],
  }
}

interface Facts {
  readonly name: string
  /** As statements name it. */
  readonly account: string
  readonly refused: string
  readonly hidden: boolean
  readonly standby: boolean
}

/** A right that the user has not, to some column at least; otherwise nothing. */
function missing(right: string): RawBuilder<unknown> {
  return sql`case when pg_catalog.has_any_column_privilege(c.oid, ${right}) then '' else ${`${right} `} end`
}

async function rightsOf(db: Kysely<unknown>, roles: readonly Role[]): Promise<Remark[]> {
  const { rows } = await sql<Facts>`
    select c.relname::text as name, pg_catalog.quote_ident(current_user) as account, ${missing('select')} || case when not written then '' else ${missing('insert')} || ${missing('update')}
        || case when pg_catalog.has_table_privilege(c.oid, 'delete') then '' else 'delete ' end end as refused,
      pg_catalog.row_security_active(c.oid) as hidden,
      pg_catalog.pg_is_in_recovery() or current_setting('default_transaction_read_only')::bool as standby
    from unnest(${roles.map((role) => nameOf(role.table))}::text[], ${roles.map(({ written }) => written)}::bool[]) as role (name, written)
      join pg_catalog.pg_class c on c.oid = to_regclass(role.name)`.execute(db)
  return judgeRights(rows)
}

/** What the rights to some tables mean. */
function judgeRights(tables: readonly Facts[]): Remark[] {
  const name = 'rights'
  const found: Remark[] = []
  for (const { name: table, account, refused } of tables.filter((one) => one.refused !== '')) {
    const rights = refused.trim().split(' ')
    const blind = rights.includes('select')
    const message = `the user has no ${rights.join(', ')} on ${table}: ${blind ? 'its rows cannot be read' : 'exports work, imports do not'}`
    found.push({ name, status: blind ? 'fail' : 'warn', message, remedy: `grant ${rights.join(', ')} on ${table} to ${account}` })
  }
  for (const { name: table } of tables.filter(({ hidden }) => hidden)) {
    const message = `row security hides rows of ${table} from this user: who loses sight of a row seems to have deleted it`
    found.push({ name, status: 'warn', message, remedy: 'use a user who sees all rows (bypassrls), and do not use --prune' })
  }
  if (tables.some(({ standby }) => standby)) {
    found.push({ name, status: 'warn', message: 'the server takes no changes (a standby, or read-only): exports work, imports do not', remedy: 'name the primary server in store.url' })
  }
  return found.length > 0 ? found : [{ name, status: 'ok', message: 'rows may be read, inserted, updated and deleted' }]
}

async function changesOf(db: Kysely<unknown>, roles: readonly Role[]): Promise<Remark> {
  const { rows } = await db.executeQuery(CompiledQuery.raw(UNTOLD, [roles.map(({ table }) => nameOf(table))]))
  const told = rows.length === 0
  const message = told ? 'the server tells of changes at once' : 'no triggers tell of changes: a session asks as often as watch.poll says'
  return { name: 'changes', status: 'ok', message, ...(!told && { remedy: 'rowtree init --notify | psql …, for changes at once' }) }
}

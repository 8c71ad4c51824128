import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { Remark } from '../../doctor.ts'
import { messageOf } from '../../errors.ts'
import type { Catalogue, Table } from '../column.ts'
import type { Examination, Role } from '../examination.ts'
import { isLoopback } from '../loopback.ts'
import type { Address } from './address.ts'
import { mysqlLanguage } from './language.ts'

/** Whom to ask: the transactions of the first one are read-only. */
interface Connections {
  readonly question: Kysely<unknown>
  readonly writer: Kysely<unknown>
}

/** What is asked of a server of MariaDB or MySQL. */
export function mysqlExamination({ question: db, writer }: Connections, catalogue: Catalogue, { host, socket }: Address): Examination {
  return {
    async server() {
      const { rows: [server] } = await sql<{ version: string }>`select version() as version`.execute(db)
      const { rows: [cipher] } = await sql<{ Value: string }>`show session status like 'Ssl_cipher'`.execute(db)
      const way = socket !== undefined || isLoopback(host) ? 'machine' : 'open'
      return { ...versionOf(server!.version), way: (cipher?.Value ?? '') !== '' ? 'encrypted' : way }
    },
    async remarks(roles) {
      const tables: (readonly [Role, Table])[] = []
      for (const role of roles) {
        const table = await catalogue.table(role.table)
        if (table) tables.push([role, table])
      }
      return [...(await rightsOf(writer, tables)), ...enginesOf(tables.map(([, table]) => table))]
    },
    widen: (table) => `alter table ${table} convert to character set utf8mb4`,
  }
}

/** What a server calls its version, such as `10.11.6-MariaDB-0+deb12u1` or `8.0.36`. */
export function versionOf(text: string): { readonly title: string; readonly atLeast?: string } {
  const maria = /mariadb/i.test(text)
  const [major = 0, minor = 0, patch] = (/\d+(?:\.\d+)*/.exec(text.replace(/^5\.5\.5-(?=\d)/, ''))?.[0] ?? '').split('.').map(Number)
  const title = `${maria ? 'MariaDB' : 'MySQL'} ${[major, minor, patch].filter((part) => part !== undefined).join('.')}`
  const [least, below] = maria ? ['10.6', major < 10 || (major === 10 && minor < 6)] : ['8.0', major < 8]
  return { title, ...(below && { atLeast: least }) }
}

/** Statements that change no row: the server refuses them as it would refuse real ones. */
const ATTEMPTS: Readonly<Record<string, (table: RawBuilder<unknown>, columns: readonly RawBuilder<unknown>[]) => RawBuilder<unknown>>> = {
  insert: (table, columns) => sql`insert into ${table} (${sql.join(columns)}) select ${sql.join(columns)} from ${table} where 1 = 0`,
  update: (table, columns) => sql`update ${table} set ${columns[0]!} = ${columns[0]!} where 1 = 0`,
  delete: (table) => sql`delete from ${table} where 1 = 0`,
}

/** Grants come by user, role, schema, table and column: whoever wants to know tries. */
async function rightsOf(db: Kysely<unknown>, tables: readonly (readonly [Role, Table])[]): Promise<Remark[]> {
  const refused = new Map<string, string[]>()
  let words: string | undefined
  for (const [, { name, columns }] of tables.filter(([{ written }, { view }]) => written && !view)) {
    const table = mysqlLanguage.table(name)
    const writable = columns.filter(({ generated }) => !generated).map((column) => sql.id(column.name))
    for (const [right, attempt] of Object.entries(ATTEMPTS)) {
      const error = await refusalOf(db, attempt(table, writable))
      if (error === undefined) continue
      words ??= error
      refused.set(name, [...(refused.get(name) ?? []), right])
    }
  }
  if (refused.size === 0) return [{ name: 'rights', status: 'ok', message: 'rows may be read, inserted, updated and deleted' }]
  const { rows: [user] } = await sql<{ account: string }>`select current_user() as account`.execute(db)
  return [...refused].map(([table, rights]) => {
    const message = `exports work, imports do not: the user has no ${rights.join(', ')} on ${table} (${words})`
    return { name: 'rights', status: 'warn', message, remedy: `grant ${rights.join(', ')} on ${table} to ${quotedAccount(user!.account)}` }
  })
}

/**
 * An account as statements name it: the server says `board@%`, and a grant to `board@localhost` would be one to another account.
 *
 * @example
 * ```ts
 * quotedAccount('board@%') // "'board'@'%'"
 * ```
 */
export function quotedAccount(account: string): string {
  const at = account.lastIndexOf('@')
  return [account.slice(0, at), account.slice(at + 1)].map((part) => `'${part.replaceAll(/['\\]/g, String.raw`\$&`)}'`).join('@')
}

/** ER_COLUMNACCESS_DENIED: there are rights to some columns, and nobody says here which are needed. */
const SOME_COLUMNS = 1143

async function refusalOf(db: Kysely<unknown>, statement: RawBuilder<unknown>): Promise<string | undefined> {
  try {
    await db.transaction().setAccessMode('read write').execute(async (transaction) => {
      await statement.execute(transaction)
      throw UNDONE
    })
  } catch (error) {
    return error === UNDONE || (error as { errno?: unknown }).errno === SOME_COLUMNS ? undefined : messageOf(error)
  }
  return undefined
}

const UNDONE = new Error('nothing is committed')

function enginesOf(tables: readonly Table[]): Remark[] {
  const name = 'transactions'
  const without = tables.filter(({ transactional }) => !transactional).map((table) => table.name)
  if (without.length === 0) return [{ name, status: 'ok', message: 'all tables have transactions' }]
  return without.map((table) => ({
    name,
    status: 'warn',
    message: `${table} has no transactions: its rows are written one by one under a lock, and what a crash cuts short stays so`,
    remedy: `alter table ${table} engine = InnoDB`,
  }))
}

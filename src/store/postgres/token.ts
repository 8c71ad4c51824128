import { randomUUID } from 'node:crypto'
import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { Watched } from '../database.ts'
import { queryTexts } from './records.ts'
import type { Ask, Witness } from './connection.ts'

/** What is known about some tables. */
interface Known {
  readonly question: string
  /** What `COUNTER` said before the contents were looked at; `undefined`: they have to be looked at again. */
  counter: string | undefined
  /** Whether only transactions change the tables. */
  steady: boolean
  contents: string
  version: number
}

/**
 * A text that is another one whenever a transaction became visible. On a primary server it is the snapshot: the transactions that are over and those that
 * are not. Two equal snapshots see the same: a transaction that takes long, or is prepared, stands in it until it ends, and a new one
 * moves its upper end when it ends. Transactions of other databases move it, too. A standby's snapshot does not name what is under
 * way, so there it is the place in the log that was replayed. After a restart, or on another server, numbers may come again.
 */
const COUNTER = `
  case when pg_is_in_recovery() then 'replayed ' || coalesce(pg_last_wal_replay_lsn()::text, '') else pg_current_snapshot()::text end
  || ' ' || extract(epoch from pg_postmaster_start_time())::text`

/**
 * Tells whether somebody else changed tables: by a cheap question first, and only when that moves by a sum of hashes over whole rows, for which the server reads
 * them all. Our own transactions are seen from inside: if it began with the contents that were known, what it leaves is known from then on
 * and stands for the same. What others commit meanwhile is not in what it sees, and shows next time.
 */
export class ChangeToken implements Witness {
  readonly #opening: string = randomUUID()
  readonly #known = new Map<string, Known>()
  /** What was known when our transaction began to look, and whether that was so still. */
  #before: ReadonlyMap<Known, string> = new Map()

  async read(db: Kysely<unknown>, watched: readonly Watched[]): Promise<string> {
    if (watched.length === 0) return this.#opening
    const ask: Ask = (text) => queryTexts(db, text)
    const name = JSON.stringify(watched)
    let known = this.#known.get(name)
    if (known === undefined) {
      const question = questionFor(db, watched)
      // Asked before: what is committed in between moves it next time.
      const counter = await counterOf(ask)
      const { contents, steady } = await contentsOf(ask, question)
      known = this.#known.get(name) ?? { question, counter: steady ? counter : undefined, steady, contents, version: 1 }
      this.#known.set(name, known)
    } else await this.#look(ask, known)
    return `${this.#opening} ${known.version}`
  }

  async #look(ask: Ask, known: Known): Promise<void> {
    const counter = await counterOf(ask)
    if (counter === known.counter) return
    const { contents, steady } = await contentsOf(ask, known.question)
    if (contents !== known.contents) known.version++
    known.contents = contents
    known.steady = steady
    known.counter = steady ? counter : undefined
  }

  async begun(ask: Ask): Promise<void> {
    this.#before = new Map()
    if (this.#known.size === 0) return
    const counter = await counterOf(ask)
    const before = new Map<Known, string>()
    for (const known of this.#known.values()) {
      before.set(known, counter === known.counter ? known.contents : (await contentsOf(ask, known.question)).contents)
    }
    this.#before = before
  }

  async ending(ask: Ask): Promise<() => void> {
    const before = this.#before
    this.#before = new Map()
    if (before.size === 0) return () => undefined
    const [[transaction, counter]] = (await ask(`select pg_current_xact_id_if_assigned()::text, ${COUNTER}`)) as [[string | null, string]]
    if (transaction === null) return () => undefined
    const next = counterAfter(counter, transaction)
    const after = new Map<Known, string>()
    for (const known of before.keys()) after.set(known, (await contentsOf(ask, known.question)).contents)
    return () => {
      for (const [known, contents] of after) {
        if (known.contents !== before.get(known)) known.version++
        known.contents = contents
        known.counter = known.steady ? next : undefined
      }
    }
  }
}

async function counterOf(ask: Ask): Promise<string> {
  return (await ask(`select ${COUNTER}`))[0]![0]!
}

/**
 * What the counter is going to say after this transaction, if it was alone: nothing was under way when it began, it was the next one, and nothing came after it. Otherwise the
 * counter says something else, and the contents are looked at.
 */
function counterAfter(counter: string, transaction: string): string | undefined {
  const [, first, rest] = /^(\d+):\1:( .*)$/.exec(counter) ?? []
  if (first !== transaction) return undefined
  const next = BigInt(transaction) + 1n
  return `${next}:${next}:${rest}`
}

async function contentsOf(ask: Ask, question: string): Promise<{ readonly contents: string; readonly steady: boolean }> {
  const [row] = await ask(question)
  return { contents: row!.slice(1).join(' '), steady: row![0] === 'true' }
}

/** Selects whether only transactions change the tables, as they do not what is behind a view or a foreign table, and then a text for each. */
function questionFor(db: Kysely<unknown>, watched: readonly Watched[]): string {
  const text = (table: string): string => `'${sql`${sql.table(table)}`.compile(db).sql.replaceAll("'", "''")}'`
  const steady = watched.map(({ table }) => `(select bool_and(c.relkind in ('r', 'm', 'p', 'I', 'i')) from pg_class c
    where c.oid = to_regclass(${text(table)}) or c.oid in (select relid from pg_partition_tree(to_regclass(${text(table)}))))`)
  const contents = watched.map(({ table, columns }) => sql`
    (select count(*) || ' ' || coalesce(sum(${hashOf(columns)}), 0) from ${sql.table(table)})`.compile(db).sql)
  return `select (${steady.join(' and ')})::text, ${contents.join(', ')}`
}

/**
 * The hash of a row: that of a column starts from that of the column before, because a sum of hashes of single columns would not see that two rows swapped theirs. A
 * column that takes some texts for the same would hash them so, too. The mark before each text tells the empty one from NULL.
 */
function hashOf(columns: readonly string[]): RawBuilder<unknown> {
  return columns.reduce<RawBuilder<unknown>>(
    (before, column) => sql`hashtextextended(coalesce('=' || ${sql.id(column)}::text, '') collate "C", ${before})`,
    sql`0`,
  )
}

import { sql, type Kysely } from 'kysely'
import type { Problem } from '../../types.ts'
import { writeProblem } from '../row.ts'
import type { Change } from '../store.ts'
import type { Access } from './access.ts'
import { fromSource } from './record.ts'
import type { Source } from './source.ts'

/** What the derived parts of a new row's key stand for, or why there can be no such row. */
export async function findDerived(db: Kysely<unknown>, source: Source, change: Change): Promise<readonly unknown[] | Problem> {
  const found: unknown[] = []
  for (const { index, key } of source.derived) {
    const name = JSON.stringify(source.keyNames[index])
    const answer = (await key.find?.(db, change.key[index]!)) ?? { state: `its ${name} comes from the table ${JSON.stringify(key.table)}, to which nothing is added. Insert the row with the program that owns it` }
    if ('state' in answer) return writeProblem(source, change, 'row-refused', answer.state)
    found.push(answer.found)
  }
  return found
}

/**
 * Gives a row that was just inserted those parts of its key that are in other tables. It is the newest one of its key that lacks them; should that be another
 * one, the read-back finds no row at the path, and nothing is changed.
 */
export async function linkDerived(db: Kysely<unknown>, { source, language }: Access, change: Change, found: readonly unknown[]): Promise<void> {
  for (const [place, { index, key }] of source.derived.entries()) {
    const where = sql.join([
      ...source.own.map((of) => sql`${source.references[of]!.expression} = ${language.encode(source.keys[of]!, change.key[of]!)}`),
      sql`${source.references[index]!.expression} is null`,
    ], sql` and `)
    const id = source.qualified(source.identity[0]!.name)
    const { rows } = await sql<{ id: unknown }>`select max(${id}) as id ${fromSource(source, language, where)}`.execute(db)
    // One that was put back has found its own again.
    if (rows[0]?.id !== null && rows[0]?.id !== undefined) await key.link?.(db, rows[0].id, found[place])
  }
}

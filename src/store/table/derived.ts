import { sql, type Kysely } from 'kysely'
import type { Problem } from '../../types.ts'
import { writeProblem } from '../row.ts'
import type { Change } from '../store.ts'
import type { Access } from './access.ts'
import { fromSource, reference } from './record.ts'
import type { Source } from './source.ts'

/** Why a row with a key from other tables cannot be inserted. */
export function refuseDerived(source: Source, change: Change): Problem | undefined {
  const shut = source.derived.find(({ key }) => key.link === undefined)
  if (shut === undefined) return undefined
  const state = `its ${JSON.stringify(source.keyNames[shut.index])} comes from the table ${JSON.stringify(shut.key.table)}, where nobody but the database's own program can add to. Insert the row there`
  return writeProblem(source, change, 'row-refused', state)
}

/**
 * Gives a row that was just inserted those parts of its key that are in other tables. It is the newest one of its key that lacks them; should that be another
 * one, the read-back finds no row at the path, and nothing is changed.
 */
export async function linkDerived(db: Kysely<unknown>, { source, language }: Access, change: Change): Promise<Problem | undefined> {
  for (const { index, key } of source.derived) {
    const where = sql.join([
      ...source.own.map((of) => sql`${reference(source, source.keys[of]!).expression} = ${language.encode(source.keys[of]!, change.key[of]!)}`),
      sql`${source.references[index]!.expression} is null`,
    ], sql` and `)
    const id = reference(source, source.identity[0]!).expression
    const { rows } = await sql<{ id: unknown }>`select max(${id}) as id ${fromSource(source, language, where)}`.execute(db)
    // One that was put back has found its own again.
    if (rows[0]?.id === null || rows[0]?.id === undefined) continue
    const state = await key.link!(db, rows[0].id, change.key[index]!)
    if (state !== undefined) return writeProblem(source, change, 'row-refused', state)
  }
  return undefined
}

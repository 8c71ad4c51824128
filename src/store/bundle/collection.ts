import type { Kysely } from 'kysely'
import type { Row } from '../../types.ts'
import type { Collection } from '../collection.ts'
import type { Finding } from '../store.ts'
import { type Grouping, readGroups, rowOf } from './groups.ts'
import { groupWriter } from './writer.ts'

/** Rows of a table as files of many: one YAML map of names and values for each group. */
export function bundle(grouping: Grouping): Collection {
  const { collection, keyNames, pattern, single } = grouping

  async function find(db: Kysely<unknown>, paths: readonly string[]): Promise<Finding[]> {
    const { groups } = await readGroups(db, grouping)
    return paths.map((path): Finding => {
      const key = pattern.parse(path)
      if (key === undefined) return { kind: 'unknown' }
      const group = groups.get(key[0]!)
      if (group === undefined) return { kind: 'vacant', collection, key, binary: false, structured: true }
      const row = rowOf(grouping, key[0]!, group)
      return 'content' in row ? { kind: 'row', row } : { kind: 'problem', problem: row }
    })
  }

  return {
    collection,
    keyNames,
    pattern,
    watched: single.watched,
    transactional: single.transactional,
    // They are few: all are read at once.
    count: async (db) => (await readGroups(db, grouping)).groups.size,
    async *read(db) {
      const { groups, problems } = await readGroups(db, grouping)
      const chunk = { rows: [] as Row[], problems: [...problems] }
      for (const [name, group] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1))) {
        const row = rowOf(grouping, name, group)
        if ('content' in row) chunk.rows.push(row)
        else chunk.problems.push(row)
      }
      yield chunk
    },
    find,
    writer: (moment) => groupWriter(grouping, moment),
  }
}

import type { Kysely } from 'kysely'
import { applyChanges } from './apply.ts'
import type { Collection } from './collection.ts'
import type { Database } from './database.ts'
import { describer } from './row.ts'
import { ask, readSnapshot } from './snapshot.ts'
import type { Chunk, Finding, Store } from './store.ts'

/**
 * The store that these collections of a database are. It owns the database.
 *
 * @param now milliseconds since 1970
 */
export function assembleStore(database: Database, collections: readonly Collection[], now: () => number = Date.now): Store {
  const watched = collections.flatMap((collection) => collection.watched)
  const tables = [...new Set([...watched.map(({ table }) => table), ...collections.flatMap(({ further = [] }) => further)])]
  const transactional = collections.every((collection) => collection.transactional)

  async function* read(transaction: Kysely<unknown>): AsyncGenerator<Chunk> {
    for (const collection of collections) yield* collection.read(transaction)
  }

  /** The first collection whose pattern fits decides. */
  async function find(db: Kysely<unknown>, paths: readonly string[]): Promise<Finding[]> {
    const findings = new Map<string, Finding>()
    let left = paths
    for (const collection of collections) {
      const some = left.filter((path) => collection.pattern.parse(path) !== undefined)
      if (some.length === 0) continue
      const found = await collection.find(db, some)
      for (const [index, path] of some.entries()) findings.set(path, found[index]!)
      left = left.filter((path) => !findings.has(path))
    }
    return paths.map((path) => findings.get(path) ?? { kind: 'unknown' })
  }

  return {
    async count() {
      let total = 0
      for (const collection of collections) total += await ask(database, (db) => collection.count(db))
      return total
    },
    read: () => readSnapshot(database, read),
    find: (paths) => ask(database, (db) => db.transaction().setAccessMode('read only').execute((transaction) => find(transaction, paths))),
    apply(changes, beforeCommit) {
      const moment = now()
      const writerOf = (name: string): ReturnType<Collection['writer']> | undefined =>
        collections.find(({ collection }) => collection === name)?.writer(moment)
      return applyChanges(database, { tables, transactional }, changes, writerOf, beforeCommit)
    },
    describe: describer(collections),
    token: () => ask(database, () => database.token(watched)),
    listen: (onChange) => database.listen?.(watched, onChange) ?? Promise.resolve(undefined),
    notifySql: () => database.notifySql?.(watched),
    isCurrent: () => database.isCurrent(),
    files: database.files,
    close: () => database.close(),
  }
}

import type { Kysely } from 'kysely'
import type { Problem, Row, RowKey } from '../../types.ts'
import type { Column, Table } from '../column.ts'
import { textOf } from '../content.ts'
import type { Database } from '../database.ts'
import { fit } from '../fit.ts'
import { decodeRest, type DeletedRow, encodeRest } from '../rest.ts'
import { writeProblem } from '../row.ts'
import type { Change } from '../store.ts'
import { contentAs, insertWhole, wholeReader, wholeValues } from '../whole.ts'
import type { Held, Writer } from '../writer.ts'
import type { BoardCollection, Columns, Stamp, Written } from './collection.ts'
import { locate, titlesOf, type Located } from './find.ts'
import type { Plan, Shown } from './plan.ts'
import { deleteRows, hasId, insertRow, updateRows } from './rows.ts'

/**
 * Writes what a template set or a theme shows: in its own row, which is made where it shows an inherited one. To
 * delete its own row brings the inherited one back. Rows of others are never changed.
 */
export function boardWriter(collection: BoardCollection, database: Database, { prepare, stampOf }: Office): Writer {
  const { language } = database
  const found = new Map<Change, Located>()
  const models = new Map<number, Columns>()
  const written: Written[] = []
  let last: Change | undefined
  let stamp: Stamp | undefined
  let plans = 0
  let plan: Plan | undefined
  let table: Table | undefined
  let column: Column | undefined

  async function current(db: Kysely<unknown>, changes: readonly Change[]): Promise<Held[]> {
    const paths = changes.map(({ path }) => path)
    // One look at some titles goes through their whole table. The second one in a row is for all, and serves further ones.
    if (plans++ < 2) plan = await collection.plan(db, { titles: plans === 1 ? titlesOf(collection, paths) : undefined, lock: language.forUpdate })
    const located = await locate(db, database, collection, plan!, paths, language.forUpdate)
    for (const [index, change] of changes.entries()) found.set(change, located[index]!)
    // Now, because the same transaction may delete them before a row takes their place.
    for (const [id, columns] of await collection.models(db, located.flatMap(inheritedIds))) models.set(id, columns)
    return changes.map((change, index) => {
      const one = located[index]!
      if (one.kind === 'problem') return one.problem
      return one.kind === 'row' && isFor(change, one.row.key) ? one.row.content : undefined
    })
  }

  function isInherited(change: Change): boolean {
    const one = found.get(change)!
    return one.kind === 'row' && one.shown.holder !== one.shown.owner
  }

  async function rest(db: Kysely<unknown>, change: Change): Promise<Uint8Array | undefined> {
    const one = found.get(change)!
    if (one.kind !== 'row' || isInherited(change)) return undefined
    const reader = wholeReader(database, table!, [collection.content], hasId(collection))
    const rows: DeletedRow[] = []
    for (const id of one.shown.ids) rows.push(...(await reader.read(db, [id])))
    return encodeRest(rows)
  }

  async function revealed(db: Kysely<unknown>, change: Change): Promise<Row['content'] | undefined> {
    const one = found.get(change)!
    if (one.kind !== 'row' || isInherited(change)) return undefined
    const then = await collection.plan(db, { titles: titlesOf(collection, [change.path]), without: one.shown.ids })
    const [located] = await locate(db, database, collection, then, [change.path])
    return located?.kind === 'row' ? located.row.content : undefined
  }

  async function writeOne(db: Kysely<unknown>, change: Change): Promise<Problem | undefined> {
    const one = found.get(change)!
    if (one.kind === 'problem') return one.problem
    if (one.kind === 'misplaced') {
      return writeProblem(collection, change, 'misplaced', `its group's directory is another one. Move the file to ${one.belongs}`)
    }
    const place = placeOf(one)
    if (place === undefined || !isFor(change, place.key)) {
      return refuse(change, 'no template set or theme has this name any more. Export first')
    }
    last = change
    const problem = await writeAt(db, change, place)
    if (problem === undefined) written.push({ path: change.path, owner: place.owner, title: change.key.at(-1)!, content: change.content })
    return problem
  }

  async function writeAt(db: Kysely<unknown>, change: Change, place: Place): Promise<Problem | undefined> {
    if (change.content === undefined) return remove(db, change, place)
    if (change.rest !== undefined && place.shown?.holder !== place.owner) return putBack(db, change, change.content, decodeRest(change.rest), place)
    return put(db, change, textOf(change.content), place)
  }

  async function remove(db: Kysely<unknown>, change: Change, { owner, shown }: Place): Promise<Problem | undefined> {
    if (shown?.holder === owner) return expect(change, shown.ids.length, await deleteRows(db, collection, shown.ids))
    return refuse(change, `${collection.describeHolder(shown?.holder ?? owner)}; it cannot be deleted, only changed`)
  }

  async function put(db: Kysely<unknown>, change: Change, content: Row['content'], { owner, shown }: Place): Promise<Problem | undefined> {
    const title = change.key.at(-1)!
    stamp ??= await stampOf(db)
    const columns = { [collection.content]: content, ...collection.touched(title, stamp) }
    // The board may show any of several equal rows.
    if (shown?.holder === owner) return expect(change, shown.ids.length, await updateRows(db, collection, shown.ids, columns))
    const length = [...title].length
    if (length > collection.longest) {
      return refuse(change, `its name is ${length} characters long, and MyBB keeps ${collection.longest}. Give it a shorter one`)
    }
    const model = shown && models.get(shown.ids[0]!)
    const row = { [collection.title]: title, [collection.holder]: owner, ...columns, ...collection.added(title, model) }
    return expect(change, 1, await insertRow(db, collection, row))
  }

  /** Inserts all the rows that were deleted, for the template set or theme that has the name now. */
  async function putBack(db: Kysely<unknown>, change: Change, content: Uint8Array, rows: readonly DeletedRow[], { owner }: Place): Promise<Problem | undefined> {
    let inserted = 0n
    for (const { contents, others } of rows) {
      const columns = {
        ...wholeValues(database, table!, others), [collection.content]: contentAs(contents[collection.content]!, content), [collection.holder]: BigInt(owner),
      }
      inserted += (await insertWhole(db, database, table!, columns)) ?? 0n
    }
    return expect(change, rows.length, inserted)
  }

  function refuse(change: Change, state: string): Problem {
    return writeProblem(collection, change, 'row-refused', state)
  }

  function expect(change: Change, rows: number, affected: bigint | undefined): Problem | undefined {
    if (affected === BigInt(rows)) return undefined
    const state = `${affected ?? 0n} rows were changed instead of ${rows}. Look for a trigger or a rule`
    return writeProblem(collection, change, 'not-stored', state)
  }

  async function finish(db: Kysely<unknown>, change: Change): Promise<Problem | undefined> {
    try {
      const state = await collection.finish?.(db, written)
      return state === undefined ? undefined : refuse(change, state)
    } catch (error) {
      const state = database.failures.refusal(error)
      if (state === undefined) throw error
      return refuse(change, `the database refused what follows from it: ${state}`)
    }
  }

  return {
    shape: collection,
    async prepare() {
      await prepare()
      table = await database.catalogue.table(collection.table)
      column = (table && database.catalogue.find(table, collection.content)) ?? { name: collection.content, kind: 'any', type: '' }
    },
    async lock(db) {
      await language.lockTable?.(collection.table).execute(db)
    },
    current,
    asked: (change) => fit(collection, column!, language, change),
    isInherited,
    rest,
    revealed,
    async write(db, changes) {
      plans = 0
      for (const change of changes) {
        const problem = await writeOne(db, change)
        if (problem !== undefined) return problem
      }
      return undefined
    },
    ...(collection.finish !== undefined && { finish: async (db: Kysely<unknown>) => (written.length > 0 ? await finish(db, last!) : undefined) }),
    committed: async () => (written.length > 0 ? await collection.committed?.(written) : undefined) ?? [],
  }
}

/** What writing takes beside the rows themselves. */
export interface Office {
  /** Looks for what only writing needs, before the transaction. */
  prepare(): Promise<void>
  /** Asked once, when something is going to be written. */
  stampOf(db: Kysely<unknown>): Promise<Stamp>
}

/** Where a row is to be written: for whom, and what is shown there now. */
interface Place {
  readonly key: RowKey
  readonly owner: number
  readonly shown?: Shown
}

function placeOf(one: Located): Place | undefined {
  if (one.kind === 'row') return { key: one.row.key, owner: one.shown.owner, shown: one.shown }
  return one.kind === 'vacant' ? one : undefined
}

function inheritedIds(one: Located): readonly number[] {
  return one.kind === 'row' && one.shown.holder !== one.shown.owner ? one.shown.ids.slice(0, 1) : []
}

/** Whether the change means the row of this key, and not one that took over its path. */
function isFor(change: Change, key: RowKey): boolean {
  return key.every((value, index) => value === change.key[index])
}

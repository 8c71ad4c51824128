import type { DatabaseSync } from 'node:sqlite'
import type { HistoryRecord, Operation, Retention, Stored } from './baseline.ts'
import type { Packs } from './packs.ts'
import type { Digest, Side } from '../types.ts'

/** A content's digest, size, pack and offset; all NULL where there is none. */
type StoredColumns = [Digest, number, number, number] | [null, null, null, null]
type Columns = [string, string, string, Side, ...StoredColumns, Digest | null, ...StoredColumns, Uint8Array | null]

const NOTHING = { digest: null, size: null, place: { pack: null, offset: null } } as const

const COLUMNS = `path, collection, key, side, before_digest, before_size, before_pack, before_offset,
  after_digest, base_digest, base_size, base_pack, base_offset, rest`

/** A record whose two contents are one keeps it once. */
const SHARED = '(base_pack, base_offset, base_size) is (before_pack, before_offset, before_size)'

/** What operations did, one object for one operation. Its contents hold their packs. */
export class History {
  readonly #packs: Packs
  readonly #command: string
  readonly #clock: () => number
  readonly #statements
  /** The operation of this object, once it has one. */
  #own: number | undefined
  /** The same as of the last commit. */
  #committed: number | undefined

  constructor(db: DatabaseSync, packs: Packs, command: string, clock: () => number) {
    this.#packs = packs
    this.#command = command
    this.#clock = clock
    this.#statements = prepare(db)
  }

  record(records: readonly HistoryRecord[]): number[] {
    if (records.length === 0) return []
    const operation = this.#operation()
    let bytes = 0
    const ids = records.map((record) => {
      const { path, collection, key, side, before = NOTHING, after, base = NOTHING, rest } = record
      for (const { place, size } of contentsOf(record)) {
        this.#packs.retain(place.pack, size)
        bytes += size
      }
      bytes += rest?.length ?? 0
      const inserted = this.#statements.insert.run(
        operation,
        path,
        collection,
        key,
        side,
        before.digest,
        before.size,
        before.place.pack,
        before.place.offset,
        after ?? null,
        base.digest,
        base.size,
        base.place.pack,
        base.place.offset,
        rest ?? null,
      )
      return Number(inserted.lastInsertRowid)
    })
    this.#statements.count.run(records.length, bytes, operation)
    return ids
  }

  retract(ids: readonly number[]): void {
    const list = JSON.stringify(ids)
    this.#release(this.#statements.contentsOfRecords.all(list))
    for (const { operation, records, bytes } of this.#statements.totalsOfRecords.all(list) as unknown as Totals[]) {
      this.#statements.count.run(-records, -bytes, operation)
    }
    this.#statements.deleteRecords.run(list)
  }

  operations(limit: number): Operation[] {
    const found = this.#statements.operations.all(Math.min(limit, Number.MAX_SAFE_INTEGER)) as unknown as OperationRow[]
    return found.map(({ undone_by: undoneBy, ...operation }) => ({ ...operation, undoneBy: undoneBy ?? undefined }))
  }

  records(operation: number): HistoryRecord[] {
    const { indexed, counted, scanned } = this.#statements
    const found = indexed.all(operation) as unknown as Columns[]
    const count = counted.get(operation) as { readonly records: number } | undefined
    // A damaged index does not find all of them: then the records themselves are asked.
    return (found.length === count?.records ? found : (scanned.all(operation) as unknown as Columns[])).map(asRecord)
  }

  markUndone(operation: number): void {
    this.#statements.markUndone.run(this.#operation(), operation)
  }

  expire({ maxAge, maxSize }: Retention): void {
    const earliest = this.#clock() - maxAge
    const totals = this.#statements.totals.get() as { at: number | null; bytes: number }
    if (totals.at === null || (totals.at >= earliest && totals.bytes <= maxSize)) return
    let kept = 0
    let full = false
    const [newest, ...older] = this.operations(Infinity)
    if (newest) kept = newest.bytes
    for (const { id, at, bytes } of older) {
      full ||= kept + bytes > maxSize
      if (full || at < earliest) this.#drop(id)
      else kept += bytes
    }
    this.#statements.deleteEmpty.run(this.#own ?? 0)
  }

  /** What happened since the last commit is there to stay. */
  keep(): void {
    this.#committed = this.#own
  }

  /** What happened since the last commit was rolled back, perhaps with the operation itself. */
  forget(): void {
    this.#own = this.#committed
  }

  /** An operation is entered only when it has something to tell. */
  #operation(): number {
    return (this.#own ??= Number(this.#statements.begin.run(this.#clock(), this.#command).lastInsertRowid))
  }

  #drop(operation: number): void {
    this.#release(this.#statements.contentsOfOperation.all(operation))
    this.#statements.deleteRecordsOf.run(operation)
    this.#statements.deleteOperation.run(operation)
  }

  #release(contents: unknown[]): void {
    for (const { pack, bytes } of contents as { pack: number; bytes: number }[]) this.#packs.release(pack, bytes)
  }
}

interface Totals {
  readonly operation: number
  readonly records: number
  readonly bytes: number
}

interface OperationRow extends Omit<Operation, 'undoneBy'> {
  readonly undone_by: number | null
}

function prepare(db: DatabaseSync) {
  const listed = 'id in (select value from json_each(?))'
  const contents = (which: string): string => `
    with chosen as (select * from history where ${which})
    select pack, sum(size) as bytes from (
      select before_pack as pack, before_size as size from chosen
      union all select base_pack, base_size from chosen where not ${SHARED}
    ) where pack is not null group by pack`
  const indexed = db.prepare(`select ${COLUMNS} from history where operation = ? order by path, id`)
  const scanned = db.prepare(`select ${COLUMNS} from history not indexed where operation = ? order by path, id`)
  for (const statement of [indexed, scanned]) statement.setReturnArrays(true)
  return {
    indexed,
    scanned,
    counted: db.prepare('select records from operations where id = ?'),
    insert: db.prepare(`insert into history (operation, ${COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
    begin: db.prepare('insert into operations (at, command) values (?, ?)'),
    count: db.prepare('update operations set records = records + ?, bytes = bytes + ? where id = ?'),
    operations: db.prepare('select id, at, command, records, bytes, undone_by from operations where records > 0 order by id desc limit ?'),
    totals: db.prepare('select min(at) as at, total(bytes) as bytes from operations'),
    markUndone: db.prepare('update operations set undone_by = ? where id = ?'),
    contentsOfRecords: db.prepare(contents(listed)),
    contentsOfOperation: db.prepare(contents('operation = ?')),
    totalsOfRecords: db.prepare(`
      select operation, count(*) as records, total(before_size) + total(base_size) filter (where not ${SHARED}) + total(length(rest)) as bytes
      from history where ${listed} group by operation`),
    deleteRecords: db.prepare(`delete from history where ${listed}`),
    deleteRecordsOf: db.prepare('delete from history where operation = ?'),
    deleteOperation: db.prepare('delete from operations where id = ?'),
    deleteEmpty: db.prepare('delete from operations where records = 0 and id <> ?'),
  }
}

/** The contents that a record keeps, each once. */
function contentsOf({ before, base }: HistoryRecord): Stored[] {
  if (!before || !base) return before ? [before] : base ? [base] : []
  const shared = before.place.pack === base.place.pack && before.place.offset === base.place.offset && before.size === base.size
  return shared ? [before] : [before, base]
}

function asStored([digest, size, pack, offset]: StoredColumns): Stored | undefined {
  return digest === null ? undefined : { digest, size, place: { pack, offset } }
}

function asRecord(columns: Columns): HistoryRecord {
  const [path, collection, key, side, , , , , after, , , , , rest] = columns
  const before = asStored(columns.slice(4, 8) as StoredColumns)
  const base = asStored(columns.slice(9, 13) as StoredColumns)
  return { path, collection, key, side, before, after: after ?? undefined, base, rest: rest ?? undefined }
}

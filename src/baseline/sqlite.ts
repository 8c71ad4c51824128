import { DatabaseSync } from 'node:sqlite'
import type { Baseline, BaselineEntry, HistoryRecord, Merge, Operation, Retention, Stored, Undecided } from './baseline.ts'
import { digestOf } from '../digest.ts'
import { RowtreeError } from '../errors.ts'
import { asStorageError } from './failure.ts'
import { History } from './history.ts'
import { mergesOf } from './merges.ts'
import { Packs } from './packs.ts'
import { invalid, prepareSchema } from './schema.ts'
import { isSoundEntry, isSoundPath, isSoundRecord } from './sound.ts'
import { undecidedOf } from './undecided.ts'
import type { Digest, FileStat } from '../types.ts'

/** How to open a baseline. */
export interface BaselineOptions {
  /** The tree it describes, relative to the baseline's directory. */
  readonly tree: string
  /** Whether a commit survives a power failure. */
  readonly durable: boolean
  /** What the operation of this object is called in history, such as `import`. */
  readonly command: string
  /** Milliseconds since 1970. Default `Date.now`. */
  readonly clock?: () => number
  /** Dead bytes of contents that are not worth giving back. Default 4 MiB. */
  readonly slack?: number
}

type Columns = [string, string, string, Digest, number, number, number, number, number, number, Digest | '']

const COLUMNS = 'path, collection, key, digest, size, mtime, inode, settled, pack, offset, source'

const SLACK = 4 * 1024 * 1024

/**
 * Opens the baseline at this path and creates it when it is missing. One of an older version is brought up to date.
 *
 * @throws `RowtreeError` `baseline-invalid`, `baseline-newer`, `baseline-foreign`
 */
export function openBaseline(path: string, options: BaselineOptions): Baseline {
  return asStorageError(path, () => new SqliteBaseline(path, options))
}

class SqliteBaseline implements Baseline {
  readonly #db: DatabaseSync
  readonly #path: string
  readonly #packs: Packs
  readonly #history: History
  readonly #undecided: ReturnType<typeof undecidedOf>
  readonly #merges: ReturnType<typeof mergesOf>
  readonly #statements

  constructor(path: string, { tree, durable, command, clock = Date.now, slack = SLACK }: BaselineOptions) {
    this.#path = path
    this.#db = new DatabaseSync(path)
    try {
      // Large pages and a rollback journal: packs are appended once, not written twice as with a WAL. The cache stays
      // small: what it does not hold meets a full disk before anything is published.
      this.#db.exec(`
        pragma page_size = 16384;
        pragma journal_mode = truncate;
        pragma busy_timeout = 5000;
        pragma synchronous = ${durable ? 'full' : 'off'};
      `)
      prepareSchema(this.#db, path, tree)
      this.#packs = new Packs(this.#db, path, slack)
      this.#history = new History(this.#db, this.#packs, command, clock)
      this.#undecided = undecidedOf(this.#db)
      this.#merges = mergesOf(this.#db)
      this.#statements = prepare(this.#db)
    } catch (error) {
      this.#db.close()
      throw error
    }
  }

  begin(): void {
    this.#guard(() => this.#db.exec('begin immediate'))
  }

  commit(): void {
    this.#guard(() => {
      this.#packs.settle()
      this.#db.exec('commit')
      this.#history.keep()
    })
  }

  checkpoint(): void {
    this.#guard(() => {
      // Packs without references stay: theirs may follow.
      this.#packs.save()
      this.#db.exec('commit')
      this.#history.keep()
      this.#db.exec('begin immediate')
    })
  }

  rollback(): void {
    this.#packs.forget()
    this.#history.forget()
    this.#guard(() => {
      if (this.#db.isTransaction) this.#db.exec('rollback')
    })
  }

  isEmpty(): boolean {
    return this.#guard(() => this.#statements.any.get()) === undefined
  }

  count(): number {
    return this.#guard(() => this.#statements.count.get() as { n: number }).n
  }

  counts(): Map<string, number> {
    const rows = this.#guard(() => this.#statements.counts.all() as unknown as { collection: string; n: number }[])
    return new Map(rows.map(({ collection, n }) => [collection, n]))
  }

  find(paths: readonly string[]): Map<string, BaselineEntry> {
    const found = new Map<string, BaselineEntry>()
    const rows = this.#guard(() => this.#statements.find.all(JSON.stringify(paths)) as unknown as Columns[])
    for (const row of rows) {
      const entry = asEntry(row)
      if (!isSoundEntry(entry)) throw damagedAt(this.#path, row[0])
      found.set(row[0], entry)
    }
    return found
  }

  *paths(): Iterable<string> {
    // Pages instead of one long statement: Deno's iterate() ends without a word when SQLite fails.
    for (let last = ''; ; ) {
      const page = this.#guard(() => this.#statements.paths.all(last) as unknown as { path: string }[])
      if (page.length === 0) return
      for (const { path } of page) {
        if (!isSoundPath(path)) throw damagedAt(this.#path, path)
        yield path
      }
      const next = page.at(-1)!.path
      // Deno cuts a text at its NUL: what is left would be followed by itself for ever.
      if (next === last) throw damagedAt(this.#path, next)
      last = next
    }
  }

  content({ place, size, digest }: Stored): Uint8Array {
    const bytes = this.#guard(() => this.#packs.read(place, size))
    // SQLite has no checksums: whatever became of the file would be taken for what a person wrote.
    if (digestOf(bytes) !== digest) throw invalid(this.#path, `its pack ${place.pack} is damaged`)
    return bytes
  }

  holds(stored: Stored): boolean {
    try {
      this.content(stored)
      return true
    } catch (error) {
      if (error instanceof RowtreeError && error.code === 'baseline-invalid') return false
      throw error
    }
  }

  addPack(contents: Uint8Array): number {
    return this.#guard(() => this.#packs.add(contents))
  }

  put(entry: BaselineEntry, previous?: BaselineEntry): void {
    if (previous) this.#packs.release(previous.place.pack, previous.stat.size)
    const { size, mtime, inode } = entry.stat
    const { pack, offset } = entry.place
    this.#packs.retain(pack, size)
    this.#guard(() =>
      this.#statements.put.run(
        entry.path,
        entry.collection,
        entry.key,
        entry.digest,
        size,
        mtime,
        inode,
        entry.settled ? 1 : 0,
        pack,
        offset,
        entry.source,
      ),
    )
  }

  refresh(path: string, stat: FileStat, settled: boolean): void {
    this.#guard(() => this.#statements.refresh.run(stat.mtime, stat.inode, settled ? 1 : 0, path))
  }

  remove(entry: BaselineEntry): void {
    this.#packs.release(entry.place.pack, entry.stat.size)
    this.#guard(() => this.#statements.remove.run(entry.path))
  }

  record(records: readonly HistoryRecord[]): number[] {
    return this.#guard(() => this.#history.record(records))
  }

  retract(ids: readonly number[]): void {
    this.#guard(() => this.#history.retract(ids))
  }

  operations(limit: number): Operation[] {
    return this.#guard(() => this.#history.operations(limit))
  }

  records(operation: number): HistoryRecord[] {
    const records = this.#guard(() => this.#history.records(operation))
    const unsound = records.find((record) => !isSoundRecord(record))
    if (unsound) throw damagedAt(this.#path, unsound.path)
    return records
  }

  markUndone(operation: number): void {
    this.#guard(() => this.#history.markUndone(operation))
  }

  expire(retention: Retention): void {
    this.#guard(() => this.#history.expire(retention))
  }

  #soundPaths<T>(byPath: Map<string, T>): Map<string, T> {
    for (const path of byPath.keys()) if (!isSoundPath(path)) throw damagedAt(this.#path, path)
    return byPath
  }

  undecided(): Map<string, Undecided> {
    return this.#soundPaths(this.#guard(() => this.#undecided.undecided()))
  }

  decide(path: string): void {
    this.#guard(() => this.#undecided.decide(path))
  }

  defer(undecided: Undecided): void {
    this.#guard(() => this.#undecided.defer(undecided))
  }

  merges(): Map<string, Merge> {
    return this.#soundPaths(this.#guard(() => this.#merges.merges()))
  }

  noteMerge(merge: Merge): void {
    this.#guard(() => this.#merges.noteMerge(merge))
  }

  forgetMerge(path: string): void {
    this.#guard(() => this.#merges.forgetMerge(path))
  }

  close(): void {
    this.#db.close()
  }

  #guard<T>(work: () => T): T {
    return asStorageError(this.#path, work)
  }
}

function prepare(db: DatabaseSync) {
  // An inode may be beyond what the driver gives back of an integer, though it took it: those of network filesystems and NTFS have 64 bits.
  const find = db.prepare(`select ${COLUMNS.replace('inode', 'cast(inode as real)')} from entries where path in (select value from json_each(?))`)
  find.setReturnArrays(true)
  return {
    find,
    any: db.prepare('select 1 from entries limit 1'),
    count: db.prepare('select count(*) as n from entries'),
    counts: db.prepare('select collection, count(*) as n from entries group by collection'),
    paths: db.prepare('select path from entries where path > ? order by path limit 1000'),
    put: db.prepare(`insert or replace into entries (${COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
    refresh: db.prepare('update entries set mtime = ?, inode = ?, settled = ? where path = ?'),
    remove: db.prepare('delete from entries where path = ?'),
  }
}

function damagedAt(baseline: string, path: unknown): RowtreeError {
  return invalid(baseline, `what it holds of ${JSON.stringify(path)} is damaged`)
}

function asEntry([path, collection, key, digest, size, mtime, inode, settled, pack, offset, source]: Columns): BaselineEntry {
  return { path, collection, key, digest, source, stat: { size, mtime, inode }, settled: settled === 1, place: { pack, offset } }
}

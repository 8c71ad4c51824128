import { DatabaseSync } from 'node:sqlite'
import { asStorageError } from './failure.ts'
import type { Baseline, BaselineEntry, Keepsake } from './baseline.ts'
import { Packs } from './packs.ts'
import { prepareSchema } from './schema.ts'
import type { Digest, FileStat } from '../types.ts'

/** How to open a baseline. */
export interface BaselineOptions {
  /** The tree it describes, relative to the baseline's directory. */
  readonly tree: string
  /** Whether a commit survives a power failure. */
  readonly durable: boolean
}

type Columns = [string, string, string, Digest, number, number, number, number, number, number]

const COLUMNS = 'path, collection, key, digest, size, mtime, inode, settled, pack, offset'

/**
 * Opens the baseline at this path and creates it when it is missing.
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
  readonly #statements

  constructor(path: string, options: BaselineOptions) {
    this.#path = path
    this.#db = new DatabaseSync(path)
    try {
      // Large pages and a rollback journal: packs are appended once, not written twice as with a WAL.
      this.#db.exec(`
        pragma page_size = 16384;
        pragma journal_mode = truncate;
        pragma busy_timeout = 5000;
        pragma synchronous = ${options.durable ? 'full' : 'off'};
      `)
      prepareSchema(this.#db, path, options.tree)
    } catch (error) {
      this.#db.close()
      throw error
    }
    this.#packs = new Packs(this.#db)
    this.#statements = prepare(this.#db)
  }

  begin(): void {
    this.#guard(() => this.#db.exec('begin immediate'))
  }

  commit(): void {
    this.#guard(() => {
      this.#packs.settle()
      this.#db.exec('commit')
    })
  }

  checkpoint(): void {
    this.#guard(() => this.#db.exec('commit; begin immediate'))
  }

  rollback(): void {
    this.#packs.forget()
    if (this.#db.isTransaction) this.#db.exec('rollback')
  }

  count(): number {
    return (this.#statements.count.get() as { n: number }).n
  }

  find(paths: readonly string[]): Map<string, BaselineEntry> {
    const found = new Map<string, BaselineEntry>()
    const rows = this.#guard(() => this.#statements.find.all(JSON.stringify(paths)) as unknown as Columns[])
    for (const row of rows) found.set(row[0], asEntry(row))
    return found
  }

  *paths(): Iterable<string> {
    // Pages instead of one long statement: Deno's iterate() ends without a word when SQLite fails.
    for (let last = ''; ; ) {
      const page = this.#guard(() => this.#statements.paths.all(last) as unknown as { path: string }[])
      if (page.length === 0) return
      for (const { path } of page) yield path
      last = page.at(-1)!.path
    }
  }

  content(entry: BaselineEntry): Uint8Array {
    return this.#packs.read(entry.place, entry.stat.size)
  }

  addPack(contents: Uint8Array): number {
    return this.#guard(() => this.#packs.add(contents))
  }

  put(entry: BaselineEntry, previous?: BaselineEntry): void {
    if (previous) this.#packs.release(previous)
    this.#packs.retain(entry)
    const { size, mtime, inode } = entry.stat
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
        entry.place.pack,
        entry.place.offset,
      ),
    )
  }

  refresh(path: string, stat: FileStat, settled: boolean): void {
    this.#guard(() => this.#statements.refresh.run(stat.mtime, stat.inode, settled ? 1 : 0, path))
  }

  remove(entry: BaselineEntry): void {
    this.#packs.release(entry)
    this.#guard(() => this.#statements.remove.run(entry.path))
  }

  keep(keepsake: Keepsake): void {
    const { path, side, operation, bytes } = keepsake
    this.#guard(() => this.#statements.keep.run(Date.now(), path, side, operation, bytes))
  }

  close(): void {
    this.#db.close()
  }

  #guard<T>(work: () => T): T {
    return asStorageError(this.#path, work)
  }
}

function prepare(db: DatabaseSync) {
  const find = db.prepare(`select ${COLUMNS} from entries where path in (select value from json_each(?))`)
  find.setReturnArrays(true)
  return {
    find,
    count: db.prepare('select count(*) as n from entries'),
    paths: db.prepare('select path from entries where path > ? order by path limit 1000'),
    put: db.prepare(`insert or replace into entries (${COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
    refresh: db.prepare('update entries set mtime = ?, inode = ?, settled = ? where path = ?'),
    remove: db.prepare('delete from entries where path = ?'),
    keep: db.prepare('insert into history (at, path, side, operation, content) values (?, ?, ?, ?, ?)'),
  }
}

function asEntry([path, collection, key, digest, size, mtime, inode, settled, pack, offset]: Columns): BaselineEntry {
  return { path, collection, key, digest, stat: { size, mtime, inode }, settled: settled === 1, place: { pack, offset } }
}

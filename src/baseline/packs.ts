import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { BaselineEntry, ContentPlace } from './baseline.ts'

/** Dead bytes are given back only when they are at least this many and half of all. */
const WORTHWHILE = 4 * 1024 * 1024

/** The contents of a baseline: values that each hold the contents of many entries. */
export class Packs {
  readonly #db: DatabaseSync
  readonly #insert: StatementSync
  readonly #open: StatementSync
  readonly #update: StatementSync
  readonly #slice: StatementSync
  /** Bytes that each pack gained or lost since the last commit. */
  readonly #changes = new Map<number, number>()

  constructor(db: DatabaseSync) {
    this.#db = db
    this.#insert = db.prepare('insert into packs (bytes) values (?)')
    this.#open = db.prepare('insert into accounts values (?, ?, 0)')
    this.#update = db.prepare('update accounts set live = live + ? where pack = ?')
    // The offset counts from 1 in SQL.
    this.#slice = db.prepare('select substr(bytes, ? + 1, ?) as bytes from packs where id = ?')
  }

  add(contents: Uint8Array): number {
    const id = Number(this.#insert.run(contents).lastInsertRowid)
    this.#open.run(id, contents.length)
    return id
  }

  read(place: ContentPlace, size: number): Uint8Array {
    // An entry of no bytes does not count in its pack's account and may outlive it.
    if (size === 0) return new Uint8Array(0)
    const row = this.#slice.get(place.offset, size, place.pack) as { bytes: Uint8Array } | undefined
    if (!row || row.bytes.length !== size) throw new Error(`pack ${place.pack} is damaged`)
    return row.bytes
  }

  retain(entry: BaselineEntry): void {
    this.#change(entry.place.pack, entry.stat.size)
  }

  release(entry: BaselineEntry): void {
    this.#change(entry.place.pack, -entry.stat.size)
  }

  /** Writes the accounts, and drops what no entry refers to any more. Called before each commit. */
  settle(): void {
    if (this.#changes.size === 0) return
    for (const [pack, bytes] of this.#changes) this.#update.run(bytes, pack)
    this.#changes.clear()
    this.#drop('live = 0')
    const { size, live } = this.#db.prepare('select total(size) as size, total(live) as live from accounts').get() as {
      size: number
      live: number
    }
    if (size - live > Math.max(WORTHWHILE, live)) this.#repack()
  }

  /** Forgets the accounts of a transaction that was rolled back. */
  forget(): void {
    this.#changes.clear()
  }

  #change(pack: number, bytes: number): void {
    this.#changes.set(pack, (this.#changes.get(pack) ?? 0) + bytes)
  }

  /** Copies the living contents of mostly dead packs into packs of their own. */
  #repack(): void {
    const sparse = 'live * 2 < size'
    const living = this.#db
      .prepare(`select pack, path, size, offset from entries where pack in (select pack from accounts where ${sparse}) order by pack, offset`)
      .all() as unknown as Living[]
    const move = this.#db.prepare('update entries set pack = ?, offset = ? where path = ?')
    for (const [id, entries] of Map.groupBy(living, (entry) => entry.pack)) {
      const parts = entries.map((entry) => this.read({ pack: id, offset: entry.offset }, entry.size))
      const pack = this.add(Buffer.concat(parts))
      let offset = 0
      for (const entry of entries) {
        move.run(pack, offset, entry.path)
        offset += entry.size
      }
      this.#update.run(offset, pack)
    }
    this.#drop(sparse)
  }

  #drop(condition: string): void {
    this.#db.exec(`
      delete from packs where id in (select pack from accounts where ${condition});
      delete from accounts where ${condition};
    `)
  }
}

interface Living {
  readonly pack: number
  readonly path: string
  readonly size: number
  readonly offset: number
}

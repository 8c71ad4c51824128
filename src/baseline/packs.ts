import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { ContentPlace } from './baseline.ts'
import { invalid } from './schema.ts'

/** Where references to contents are kept: in these columns of these rows. */
const REFERENCES = [
  { table: 'entries', row: 'path', prefix: '' },
  { table: 'history', row: 'id', prefix: 'before_' },
  { table: 'history', row: 'id', prefix: 'base_' },
] as const

/** Selects the packs that are mostly dead. */
const SPARSE = 'live * 2 < size'

/** A pack of more bytes is read in parts; SQLite finds each by walking through all that lies before it. */
const RECENT_BYTES = 8 * 1024 * 1024

type Bytes = { readonly bytes: unknown } | undefined

/** The contents of a baseline: values that each hold many contents, and live as long as one of these is referred to. */
export class Packs {
  readonly #db: DatabaseSync
  readonly #path: string
  readonly #slack: number
  readonly #insert: StatementSync
  readonly #open: StatementSync
  readonly #update: StatementSync
  readonly #inherit: StatementSync
  readonly #slice: StatementSync
  readonly #whole: StatementSync
  readonly #totals: StatementSync
  /** Bytes that each pack gained or lost since the accounts were written. */
  readonly #changes = new Map<number, number>()
  /** What was read last; without bytes it is too large to be kept. */
  #recent: { readonly pack: number; readonly bytes: unknown } | undefined
  /** There may be packs that nothing refers to. At first there may be some of a killed process. */
  #unsettled = true

  /**
   * @param path the baseline's, for errors
   * @param slack dead bytes are given back only when they are more than this and more than the living
   */
  constructor(db: DatabaseSync, path: string, slack: number) {
    this.#db = db
    this.#path = path
    this.#slack = slack
    this.#insert = db.prepare('insert into packs (bytes) values (?)')
    this.#open = db.prepare('insert into accounts values (?, ?, 0)')
    this.#update = db.prepare('update accounts set live = live + ? where pack = ?')
    this.#inherit = db.prepare('update accounts set live = (select live from accounts where pack = ?) where pack = ?')
    // The offset counts from 1 in SQL.
    this.#slice = db.prepare('select substr(bytes, ? + 1, ?) as bytes from packs where id = ?')
    this.#whole = db.prepare(`select bytes from packs where id = ? and length(bytes) <= ${RECENT_BYTES}`)
    // What is referred to twice can make a pack look more than alive.
    this.#totals = db.prepare('select total(max(size - live, 0)) as dead, total(live) as live from accounts')
  }

  add(contents: Uint8Array): number {
    const id = Number(this.#insert.run(contents).lastInsertRowid)
    this.#open.run(id, contents.length)
    this.#unsettled = true
    return id
  }

  /** What lies at a place; whether it is what was put there its digest has to tell. */
  read(place: ContentPlace, size: number): Uint8Array {
    const bytes = this.#sliceAt(place, size)
    if (!(bytes instanceof Uint8Array) || bytes.length !== size) throw invalid(this.#path, `its pack ${place.pack} is damaged`)
    return bytes
  }

  /** A content that is asked for is mostly not the only one of its pack. */
  #sliceAt({ pack, offset }: ContentPlace, size: number): unknown {
    // A reference to no bytes does not count in its pack's account and may outlive it.
    if (size === 0) return new Uint8Array(0)
    if (this.#recent?.pack !== pack) this.#recent = { pack, bytes: (this.#whole.get(pack) as Bytes)?.bytes }
    const { bytes } = this.#recent
    if (bytes instanceof Uint8Array) return offset < 0 ? undefined : bytes.slice(offset, offset + size)
    return (this.#slice.get(offset, size, pack) as Bytes)?.bytes
  }

  /** Notes a new reference to that many bytes of a pack. */
  retain(pack: number, bytes: number): void {
    this.#changes.set(pack, (this.#changes.get(pack) ?? 0) + bytes)
    this.#unsettled = true
  }

  /** Notes that a reference is gone. The bytes stay readable until the next `settle`. */
  release(pack: number, bytes: number): void {
    this.retain(pack, -bytes)
  }

  /** Writes the accounts. Called before everything that commits. */
  save(): void {
    for (const [pack, bytes] of this.#changes) this.#update.run(bytes, pack)
    this.#changes.clear()
  }

  /** Writes the accounts, and drops what nothing refers to any more: only now, because references come in any order. */
  settle(): void {
    if (!this.#unsettled) return
    this.save()
    this.#recent = undefined
    this.#drop('live = 0')
    const { dead, live } = this.#totals.get() as { dead: number; live: number }
    if (dead > Math.max(this.#slack, live)) this.#repack()
    this.#unsettled = false
  }

  /** Forgets the changes of a transaction that was rolled back. */
  forget(): void {
    this.#recent = undefined
    this.#changes.clear()
  }

  /** Copies the living contents of mostly dead packs into packs of their own. */
  #repack(): void {
    const living = REFERENCES.flatMap(({ table, row, prefix }) => {
      const place = `${prefix}pack as pack, ${prefix}offset as offset, ${prefix}size as size`
      const move = this.#db.prepare(`update ${table} set ${prefix}pack = ?, ${prefix}offset = ? where ${row} = ?`)
      const found = this.#db
        .prepare(`select ${row} as row, ${place} from ${table} where ${prefix}pack in (select pack from accounts where ${SPARSE})`)
        .all() as unknown as Found[]
      return found.map((one) => ({ ...one, move }))
    })
    for (const [pack, references] of Map.groupBy(living, (one) => one.pack)) this.#move(pack, references)
    this.#drop(SPARSE)
  }

  #move(from: number, references: readonly Living[]): void {
    const parts: Uint8Array[] = []
    const offsets = new Map<string, number>()
    let length = 0
    for (const { offset, size } of references) {
      const content = `${offset} ${size}`
      if (offsets.has(content)) continue
      offsets.set(content, length)
      parts.push(this.read({ pack: from, offset }, size))
      length += size
    }
    const to = this.add(Buffer.concat(parts))
    for (const { row, offset, size, move } of references) move.run(to, offsets.get(`${offset} ${size}`)!, row)
    this.#inherit.run(from, to)
  }

  #drop(condition: string): void {
    this.#db.exec(`
      delete from packs where id in (select pack from accounts where ${condition});
      delete from accounts where ${condition};
    `)
  }
}

interface Found {
  readonly row: string | number
  readonly pack: number
  readonly offset: number
  readonly size: number
}

interface Living extends Found {
  /** Writes the new place of the reference. */
  readonly move: StatementSync
}

import { statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { digestOf } from '../digest.ts'
import type { RowtreeError } from '../errors.ts'
import { asStorageError, isBusy, isLeftBehind } from './failure.ts'
import { requireBlank, requireOurs, VERSION } from './schema.ts'

/** A baseline as it lies on the disk. */
export interface Inspection {
  readonly version: number
  /** This rowtree is newer: its next command brings the tables up to date. */
  readonly old: boolean
  /** Bytes of the file. */
  readonly size: number
  readonly entries: number
  /** How many contents were compared with their digests. */
  readonly compared: number
  /** What is damaged, in sentences. */
  readonly damage: readonly string[]
  readonly conflicts: number
  readonly holds: number
  /** What `undo` can take back, and the bytes that are kept for it. */
  readonly operations: number
  readonly kept: number
}

/** What there is in place of a baseline that can be read: nothing yet; one that another rowtree writes just now, or that one left which was killed. */
export type Unread = 'absent' | 'busy' | 'left'

/** Contents are compared up to so many bytes. */
const MUCH = 64 * 1024 * 1024

/** As many faults are told. */
const MOST = 20

/**
 * Looks at a baseline and changes nothing.
 *
 * @param tree as `openBaseline` takes it
 * @throws {RowtreeError} `baseline-invalid`, `baseline-newer`, `baseline-foreign`, `io-error`
 */
export function inspectBaseline(path: string, tree: string): Inspection | Unread {
  const size = statSync(path, { throwIfNoEntry: false })?.size
  if (size === undefined) return 'absent'
  try {
    const db = new DatabaseSync(path, { readOnly: true })
    try {
      db.exec('pragma busy_timeout = 1000; begin')
      return asStorageError(path, () => ({ size, ...inspect(db, path, tree) }))
    } finally {
      db.close()
    }
  } catch (error) {
    const cause = (error as RowtreeError).cause ?? error
    if (isBusy(cause)) return 'busy'
    if (isLeftBehind(cause, path)) return 'left'
    return asStorageError(path, () => {
      throw error
    })
  }
}

function inspect(db: DatabaseSync, path: string, tree: string): Omit<Inspection, 'size'> {
  const { user_version: version } = db.prepare('pragma user_version').get() as { user_version: number }
  if (version === 0) {
    // A command that was killed at its very beginning leaves an empty file.
    requireBlank(db, path)
    return { version, old: false, entries: 0, compared: 0, damage: [], conflicts: 0, holds: 0, operations: 0, kept: 0 }
  }
  requireOurs(db, version, path, tree)
  const old = version < VERSION
  const checked = db.prepare(`pragma quick_check(${MOST})`).all() as { quick_check: string }[]
  const pages = checked.map((row) => row.quick_check).filter((text) => text !== 'ok')
  // What the pages say is no good any more where these are damaged.
  const { compared, faults } = pages.length === 0 ? compareContents(db) : { compared: 0, faults: [] }
  const { n: entries } = db.prepare('select count(*) as n from entries').get() as { n: number }
  return { version, old, entries, compared, damage: [...pages, ...faults], ...(old ? { conflicts: 0, holds: 0, operations: 0, kept: 0 } : standingOf(db)) }
}

function standingOf(db: DatabaseSync): Pick<Inspection, 'conflicts' | 'holds' | 'operations' | 'kept'> {
  return db.prepare(`
    select (select count(*) from undecided where kind = 'conflict') as conflicts, (select count(*) from undecided where kind = 'hold') as holds,
      count(*) as operations, coalesce(sum(bytes), 0) as kept from operations`).get() as unknown as Pick<Inspection, 'conflicts' | 'holds' | 'operations' | 'kept'>
}

interface Place {
  readonly path: string
  readonly digest: string
  readonly size: number
  readonly pack: number
  readonly offset: number
}

/** Compares what entries agree on with what is kept of it, pack by pack. */
function compareContents(db: DatabaseSync): { readonly compared: number; readonly faults: string[] } {
  const faults: string[] = []
  let compared = 0
  for (const { path } of db.prepare(`
    select path from entries left join packs on packs.id = entries.pack
    where entries.size > 0 and (packs.id is null or entries.offset + entries.size > length(packs.bytes)) order by path limit ${MOST}`).all() as { path: string }[]) {
    faults.push(`the content of ${path} is missing`)
  }
  // In the order of their paths, in which they were packed: each pack is read once or twice.
  const page = db.prepare('select path, digest, size, pack, offset from entries where path > ? order by path limit 1000')
  const read = db.prepare('select bytes from packs where id = ?')
  let pack: { readonly id: number; readonly bytes: Uint8Array | undefined } | undefined
  let [last, bytes] = ['', 0]
  for (let places = page.all('') as unknown as Place[]; places.length > 0 && bytes < MUCH && faults.length < MOST; places = page.all(last) as unknown as Place[]) {
    for (const { path, digest, size, pack: id, offset } of places.filter((place) => place.size > 0)) {
      if (pack?.id !== id) pack = { id, bytes: (read.get(id) as { bytes: Uint8Array } | undefined)?.bytes }
      const content = pack.bytes?.subarray(offset, offset + size)
      if (content?.length !== size) continue
      compared++
      bytes += size
      if (digestOf(content) !== digest) faults.push(`the content of ${path} is not what it was`)
    }
    last = places.at(-1)!.path
  }
  return { compared, faults: faults.slice(0, MOST) }
}

import { DatabaseSync } from 'node:sqlite'
import { type Baseline, type BaselineEntry, type HistoryRecord, type Stored, storedIn } from '../../src/baseline/baseline.ts'
import { type BaselineOptions, openBaseline } from '../../src/baseline/sqlite.ts'
import { digestOf } from '../../src/digest.ts'

const encoder = new TextEncoder()

export function open(path: string, options: Partial<BaselineOptions> = {}): Baseline {
  return openBaseline(path, { tree: '../tree', durable: false, command: 'test', ...options })
}

/** Puts contents into one pack; returns where each of them is. */
export function store(baseline: Baseline, contents: readonly string[]): Stored[] {
  const parts = contents.map((content) => encoder.encode(content))
  const pack = baseline.addPack(Buffer.concat(parts))
  let offset = 0
  return parts.map((bytes) => {
    const stored = { digest: digestOf(bytes), size: bytes.length, place: { pack, offset } }
    offset += bytes.length
    return stored
  })
}

/** Enters paths with their contents, which share a pack. */
export function enter(baseline: Baseline, contents: Readonly<Record<string, string>>): void {
  const paths = Object.keys(contents)
  const known = baseline.find(paths)
  const stored = store(baseline, Object.values(contents))
  for (const [index, path] of paths.entries()) baseline.put(entry(path, stored[index]!), known.get(path))
}

export function entry(path: string, { digest, size, place }: Stored): BaselineEntry {
  const stat = { size, mtime: 1_700_000_000_123, inode: 42 }
  return { path, collection: 'pages', key: JSON.stringify([path]), digest, source: '', stat, settled: true, place }
}

export function storedAt(baseline: Baseline, path: string): Stored | undefined {
  const found = baseline.find([path]).get(path)
  return found && storedIn(found)
}

export function text(baseline: Baseline, stored: Stored | undefined): string | undefined {
  return stored && new TextDecoder().decode(baseline.content(stored))
}

export function textAt(baseline: Baseline, path: string): string | undefined {
  return text(baseline, storedAt(baseline, path))
}

/** What an operation does that overwrites the file at a path. */
export function overwritten(path: string, parts: Partial<HistoryRecord> = {}): HistoryRecord {
  return { path, collection: 'pages', key: JSON.stringify([path]), side: 'tree', before: undefined, after: undefined, base: undefined, rest: undefined, ...parts }
}

/** The committed packs that have both an account and bytes, and the number of those that lack one of them. */
export function packsOf(path: string): { packs: { id: number; size: number; live: number }[]; strays: number } {
  const rows = query(
    path,
    `select packs.id, size, live, pack is null or packs.id is null or length(bytes) <> size as stray
     from packs full join accounts on packs.id = pack order by packs.id`,
  ) as { id: number; size: number; live: number; stray: number }[]
  return {
    packs: rows.filter(({ stray }) => !stray).map(({ id, size, live }) => ({ id, size, live })),
    strays: rows.filter(({ stray }) => stray).length,
  }
}

/** Rows as a program of its own sees them: what is committed. */
export function query(path: string, sql: string): Record<string, unknown>[] {
  const db = new DatabaseSync(path, { readOnly: true })
  try {
    return db.prepare(sql).all().map((row) => ({ ...row }))
  } finally {
    db.close()
  }
}

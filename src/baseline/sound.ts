import type { BaselineEntry, HistoryRecord, Stored } from './baseline.ts'

/** A path that would lead elsewhere: absolute, or with a part that is empty, `.` or `..`. */
const ASTRAY = /(?:^|\/)\.{0,2}(?:\/|$)/

const DIGEST = /^[0-9a-f]{64}$/

/**
 * Whether an entry can be one that was written. SQLite has no checksums, and what it gives is taken for paths, numbers of bytes and places in memory;
 * a value that is merely another one does no harm, since content decides.
 */
export function isSoundEntry({ path, collection, key, digest, source, stat, place }: BaselineEntry): boolean {
  const { size, mtime, inode } = stat
  return isSoundPath(path) && typeof collection === 'string' && isSoundKey(key) && isDigest(digest) && (source === '' || isDigest(source)) && isCount(size) &&
    Number.isSafeInteger(mtime) && Number.isFinite(inode) && isCount(place.pack) && isCount(place.offset)
}

/** The same of a record of history. */
export function isSoundRecord({ path, collection, key, side, before, after, base, rest }: HistoryRecord): boolean {
  return isSoundPath(path) && typeof collection === 'string' && isSoundKey(key) && (side === 'store' || side === 'tree') && isSoundContent(before) &&
    (after === undefined || isDigest(after)) && isSoundContent(base) && (rest === undefined || rest instanceof Uint8Array)
}

/** Whether a path is one below the tree. */
export function isSoundPath(path: unknown): boolean {
  return typeof path === 'string' && !path.includes('\0') && !ASTRAY.test(path)
}

function isSoundContent(stored: Stored | undefined): boolean {
  return stored === undefined || (isDigest(stored.digest) && isCount(stored.size) && isCount(stored.place.pack) && isCount(stored.place.offset))
}

function isSoundKey(key: unknown): boolean {
  if (typeof key !== 'string') return false
  try {
    const values: unknown = JSON.parse(key)
    return Array.isArray(values) && values.every((value) => typeof value === 'string')
  } catch {
    return false
  }
}

function isDigest(value: unknown): boolean {
  return typeof value === 'string' && DIGEST.test(value)
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

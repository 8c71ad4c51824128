import type { Store } from '../store/store.ts'
import type { Problem, Row } from '../types.ts'

/** Two rows whose paths are one file, at least on some filesystems. */
export interface Clash {
  /** The row that came first and keeps the file. */
  readonly earlier: string
  readonly later: Pick<Row, 'collection' | 'key' | 'path'>
}

/**
 * Names both rows of each clash. Only paths are remembered while rows stream by, so the earlier rows'
 * keys are looked up by a second read, which happens only when there is something to name.
 */
export async function nameClashes(store: Store, clashes: readonly Clash[]): Promise<Problem[]> {
  if (clashes.length === 0) return []
  const earlier = await labels(store, new Set(clashes.map((clash) => clash.earlier)))
  return clashes.map(({ earlier: path, later }) => ({
    path: later.path,
    code: 'path-collision',
    message:
      `${store.describe(later)} is not exported: ` +
      (path === later.path
        ? `${earlier.get(path) ?? 'another row'} has the same path ${path}`
        : `its path ${later.path} differs only in case or Unicode form from ${path} of ${earlier.get(path) ?? 'another row'}`) +
      '; rename one of them',
  }))
}

async function labels(store: Store, paths: ReadonlySet<string>): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  for await (const chunk of store.read()) {
    for (const row of chunk.rows) {
      if (paths.has(row.path) && !found.has(row.path)) found.set(row.path, store.describe(row))
    }
    if (found.size === paths.size) break
  }
  return found
}

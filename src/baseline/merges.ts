import type { DatabaseSync } from 'node:sqlite'
import type { Baseline, Merge } from './baseline.ts'

type Row = Omit<Merge, 'marked' | 'result'> & { readonly marked: string | null; readonly result: string | null }

/** The merges of a baseline that are not done. */
export function mergesOf(db: DatabaseSync): Pick<Baseline, 'merges' | 'noteMerge' | 'forgetMerge'> {
  const all = db.prepare('select path, store, tree, marked, result from merges order by path')
  const remove = db.prepare('delete from merges where path = ?')
  const put = db.prepare('insert or replace into merges (path, store, tree, marked, result) values (?, ?, ?, ?, ?)')
  return {
    merges() {
      const rows = all.all() as unknown as Row[]
      return new Map(rows.map((row) => [row.path, { ...row, marked: row.marked ?? undefined, result: row.result ?? undefined }]))
    },
    noteMerge({ path, store, tree, marked, result }) {
      put.run(path, store, tree, marked ?? null, result ?? null)
    },
    forgetMerge(path) {
      remove.run(path)
    },
  }
}

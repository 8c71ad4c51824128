import type { DatabaseSync } from 'node:sqlite'
import type { Baseline, Undecided } from './baseline.ts'

type Row = Omit<Undecided, 'store' | 'tree'> & { readonly store: string | null; readonly tree: string | null }

/** The paths of a baseline that wait for a person. */
export function undecidedOf(db: DatabaseSync): Pick<Baseline, 'undecided' | 'decide' | 'defer'> {
  const all = db.prepare('select path, kind, code, message, store, tree, since from undecided order by path')
  const remove = db.prepare('delete from undecided where path = ?')
  // The reason may be told in other words, and the sides may change on, while a path waits for the same decision.
  const put = db.prepare(`
    insert into undecided (path, kind, code, message, store, tree, since) values (?, ?, ?, ?, ?, ?, ?)
    on conflict (path) do update set
      since = case when kind = excluded.kind and code = excluded.code then since else excluded.since end,
      kind = excluded.kind, code = excluded.code, message = excluded.message, store = excluded.store, tree = excluded.tree
  `)
  return {
    undecided() {
      const rows = all.all() as unknown as Row[]
      return new Map(rows.map((row) => [row.path, { ...row, store: row.store ?? undefined, tree: row.tree ?? undefined }]))
    },
    decide(path) {
      remove.run(path)
    },
    defer({ path, kind, code, message, store, tree, since }) {
      put.run(path, kind, code, message, store ?? null, tree ?? null, since)
    },
  }
}

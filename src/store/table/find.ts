import type { Kysely } from 'kysely'
import type { Problem, RowKey } from '../../types.ts'
import { placeRow, type KeyValue } from '../row.ts'
import type { Finding } from '../store.ts'
import type { Access } from './access.ts'
import { isRow, rowOf } from './record.ts'
import type { Source } from './source.ts'

/** What there is at each path. The first source whose pattern fits decides. */
export async function findPaths(db: Kysely<unknown>, all: readonly Access[], paths: readonly string[]): Promise<Finding[]> {
  const findings = paths.map((): Finding => ({ kind: 'unknown' }))
  const wanted = new Map<Access, { readonly index: number; readonly key: RowKey }[]>()
  for (const [index, path] of paths.entries()) {
    const claim = claimOf(all, path)
    if (claim === undefined) continue
    const problem = faultOf(claim.by.source, claim.key, path)
    if (problem !== undefined) findings[index] = { kind: 'problem', problem }
    else {
      const some = wanted.get(claim.by)
      if (some === undefined) wanted.set(claim.by, [{ index, key: claim.key }])
      else some.push({ index, key: claim.key })
    }
  }
  for (const [{ source, locate }, some] of wanted) {
    const located = await locate(db, some.map(({ key }) => key))
    for (const [place, { index, key }] of some.entries()) {
      const found = located[place]
      findings[index] = found === undefined ? vacant(source, key) : findingOf(rowOf(source, found.record, found.copies))
    }
  }
  return findings
}

function claimOf(all: readonly Access[], path: string): { readonly by: Access; readonly key: RowKey } | undefined {
  for (const by of all) {
    const values = by.source.pattern.parse(path)
    if (values === undefined) continue
    const { places, keyNames } = by.source
    return { by, key: places === undefined ? values : keyNames.map((_, index) => values[places.indexOf(index)]!) }
  }
  return undefined
}

/** Why no row can have this key and path; the same that reading such a row would tell. */
function faultOf(source: Source, key: RowKey, path: string): Problem | undefined {
  // Reading takes a key with a NUL for bytes.
  const values = key.map((value): KeyValue => (value.includes('\0') ? Buffer.from(value) : value))
  const problem = placeRow(source, values, source.places?.map((place) => values[place]!) ?? values)
  return typeof problem === 'string' ? undefined : { ...problem, path }
}

function vacant({ collection, structured, contents }: Source, key: RowKey): Finding {
  return { kind: 'vacant', collection, key, structured, binary: !structured && contents[0]!.binary }
}

function findingOf(row: ReturnType<typeof rowOf>): Finding {
  return isRow(row) ? { kind: 'row', row } : { kind: 'problem', problem: row }
}

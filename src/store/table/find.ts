import type { Kysely } from 'kysely'
import type { Problem, RowKey } from '../../types.ts'
import { placeRow, type KeyValue } from '../row.ts'
import type { Finding } from '../store.ts'
import type { Access } from './access.ts'
import { isRow, keyTaken, rowOf } from './record.ts'
import type { Source } from './source.ts'

/** What there is at each path. */
export async function findPaths(db: Kysely<unknown>, { source, language, locate, findTwins }: Access, paths: readonly string[]): Promise<Finding[]> {
  const findings = paths.map((): Finding => ({ kind: 'unknown' }))
  const wanted: { readonly index: number; readonly key: RowKey }[] = []
  for (const [index, path] of paths.entries()) {
    const key = keyIn(source, path)
    if (key === undefined) continue
    const problem = faultOf(source, key, path)
    if (problem === undefined) wanted.push({ index, key })
    else findings[index] = { kind: 'problem', problem }
  }
  const located = wanted.length === 0 ? [] : await locate(db, wanted.map(({ key }) => key))
  const vacancies: typeof wanted = []
  for (const [place, one] of wanted.entries()) {
    const found = located[place]
    if (found === undefined) vacancies.push(one)
    else findings[one.index] = findingOf(rowOf(source, language, found.record, found.copies))
  }
  const twins = await findTwins(db, vacancies.map(({ key }) => key))
  for (const [place, { index, key }] of vacancies.entries()) {
    const twin = twins[place]
    const path = paths[index]!
    findings[index] = twin === undefined ? vacant(source, key) : { kind: 'problem', problem: keyTaken(source, { key, path }, twin) }
  }
  return findings
}

function keyIn({ pattern, places, keyNames }: Source, path: string): RowKey | undefined {
  const values = pattern.parse(path)
  if (values === undefined || places === undefined) return values
  return keyNames.map((_, index) => values[places.indexOf(index)]!)
}
/** Why no row can have this key and path; the same that reading such a row would tell. */
function faultOf(source: Source, key: RowKey, path: string): Problem | undefined {
  // Reading takes a key with a NUL for bytes.
  const values = key.map((value): KeyValue => (value.includes('\0') ? Buffer.from(value) : value))
  const problem = placeRow(source, values, source.places?.map((place) => values[place]!) ?? values)
  return typeof problem === 'string' ? undefined : { ...problem, path }
}

function vacant({ collection, structured, contents }: Source, key: RowKey): Finding {
  return { kind: 'vacant', collection, key, structured, binary: !structured && contents[0]!.kind === 'bytes' }
}

function findingOf(row: ReturnType<typeof rowOf>): Finding {
  return isRow(row) ? { kind: 'row', row } : { kind: 'problem', problem: row }
}

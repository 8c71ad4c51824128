import type { Kysely } from 'kysely'
import { decodeFields, encodeFields, type FieldValue } from '../../core/codec.ts'
import { compilePattern, type PathPattern } from '../../core/paths.ts'
import type { Problem, Row } from '../../types.ts'
import type { Collection } from '../collection.ts'
import { placeRow, type RowShape } from '../row.ts'

/** The named values of one file. */
export interface Group {
  readonly values: Map<string, FieldValue>
  /** Why they cannot become a file: one of them cannot. */
  problem: Problem | undefined
}

/** How single rows, a name and a value each, become files: one for each group of them. */
export interface Grouping extends RowShape {
  /** The single rows: YAML of a field `value`. Their key is a group's name and their own, or theirs alone. */
  readonly single: Collection
  /** A value as the file of its group says it. */
  shown(name: string, value: FieldValue): FieldValue
  /** A value of a file as its row holds it. */
  held(name: string, value: FieldValue): FieldValue
}

/** The group, and the name, of a single row. */
export function partsOf(key: readonly string[]): readonly [group: string, name: string] {
  return key.length === 1 ? [ALL, key[0]!] : [key[0]!, key[1]!]
}

/** The key of a single row. */
export function singleKey({ single }: Grouping, group: string, name: string): string[] {
  return single.keyNames.length === 1 ? [name] : [group, name]
}

/** What the only group is called. */
export const ALL = 'all'

/** All values by their group, and what is wrong with those that have none. */
export async function readGroups(db: Kysely<unknown>, grouping: Grouping): Promise<{ readonly groups: ReadonlyMap<string, Group>; readonly problems: readonly Problem[] }> {
  const groups = new Map<string, Group>()
  const strays: Problem[] = []
  for await (const { rows, problems } of grouping.single.read(db)) {
    for (const { key, content } of rows) {
      const [group, name] = partsOf(key)
      groupAt(groups, group).values.set(name, valueIn(content as string))
    }
    for (const problem of problems) {
      const key = grouping.single.pattern.parse(problem.path)
      if (key === undefined) strays.push(problem)
      else groupAt(groups, partsOf(key)[0]).problem ??= problem
    }
  }
  return { groups, problems: strays }
}

function groupAt(groups: Map<string, Group>, name: string): Group {
  const group = groups.get(name) ?? { values: new Map(), problem: undefined }
  groups.set(name, group)
  return group
}

/** The row that a group is, or why it is none. */
export function rowOf(grouping: Grouping, name: string, { values, problem }: Group): Row | Problem {
  const path = placeRow(grouping, [name], [name])
  if (typeof path !== 'string') return path
  if (problem !== undefined) return { ...problem, path }
  return { collection: grouping.collection, key: [name], path, content: textOf(grouping, values), structured: true }
}

/** The canonical text of a group: by name, because a table has no order. */
export function textOf({ shown }: Grouping, values: ReadonlyMap<string, FieldValue>): string {
  const names = [...values.keys()].sort()
  return encodeFields(names.map((name) => [name, shown(name, values.get(name)!)]))
}

/** The value in the content of a single row. */
export function valueIn(content: string): FieldValue {
  const decoded = decodeFields(content, ['value'], '', DIGITS)
  if ('problem' in decoded) throw new TypeError(decoded.problem.message)
  return decoded.values[0]!
}

const DIGITS: ReadonlySet<string> = new Set(['value'])

/** The pattern of the groups' files; one without placeholders is the file of all. */
export function patternOf(path: string): PathPattern {
  if (path.includes('{')) return compilePattern(path)
  const { source } = compilePattern(`${path}{all}`)
  return { source: source.slice(0, -'{all}'.length), names: ['file'], format: () => path, parse: (one) => (one === path ? [ALL] : undefined) }
}

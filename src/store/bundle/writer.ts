import type { Kysely } from 'kysely'
import { decodeMap, encodeFields, type FieldValue } from '../../core/codec.ts'
import type { Problem, Row } from '../../types.ts'
import { textOf as asText } from '../content.ts'
import { writeProblem } from '../row.ts'
import type { Change } from '../store.ts'
import { isProblem } from '../task.ts'
import type { Held, Writer } from '../writer.ts'
import { type Group, type Grouping, readGroups, singleKey, textOf, valueIn } from './groups.ts'

/** One name of a change: what its row holds, and what is to become of it. */
interface Part {
  readonly name: string
  readonly change: Change
  held: Held
}

/**
 * Writes a group by its single rows: those that differ are updated, those that only the file has are inserted, and those that a person took out of
 * it are deleted, with all their columns in history. A file without any name deletes none: it looks like an accident.
 */
export function groupWriter(grouping: Grouping, moment: number): Writer {
  const writer = grouping.single.writer(moment)
  const plans = new Map<Change, readonly Part[] | Problem>()

  function planOf(change: Change, group: Group | undefined): readonly Part[] | Problem {
    if (group?.problem !== undefined) return { ...group.problem, path: change.path }
    const wanted = change.content === undefined ? new Map<string, FieldValue>() : wantedIn(grouping, change)
    if (!(wanted instanceof Map)) return wanted
    const rests = change.rest === undefined ? {} : (JSON.parse(new TextDecoder().decode(change.rest)) as Readonly<Record<string, string>>)
    return [...new Set([...(group?.values.keys() ?? []), ...wanted.keys()])].map((name): Part => {
      const value = wanted.get(name)
      const content = value === undefined ? undefined : Buffer.from(encodeFields([['value', value]]))
      const known = group?.values.has(name) === true
      const rest = !known && Object.hasOwn(rests, name) ? Buffer.from(rests[name]!, 'base64') : undefined
      // Only whether there was a row counts: the group as a whole is compared.
      return { name, held: undefined, change: { path: change.path, collection: change.collection, key: singleKey(grouping, change.key[0]!, name), expected: known ? '' : undefined, content, rest } }
    })
  }

  async function current(db: Kysely<unknown>, changes: readonly Change[]): Promise<Held[]> {
    const { groups } = await readGroups(db, grouping)
    for (const change of changes) plans.set(change, planOf(change, groups.get(change.key[0]!)))
    const parts = changes.flatMap(partsIn)
    const held = await writer.current(db, parts.map(({ change }) => change))
    for (const [index, part] of parts.entries()) part.held = held[index]
    return changes.map((change) => {
      const plan = plans.get(change)!
      if ('code' in plan) return plan
      const fault = plan.find(({ held: one }) => isProblem(one))
      if (fault !== undefined) return fault.held as Problem
      const values = new Map(plan.flatMap(({ name, held: one }) => (one === undefined ? [] : [[name, valueIn(one as string)] as const])))
      return values.size === 0 ? undefined : textOf(grouping, values)
    })
  }

  function partsIn(change: Change): readonly Part[] {
    const plan = plans.get(change)!
    return 'code' in plan ? [] : plan
  }

  function asked(change: Change): Row['content'] | Problem {
    const plan = plans.get(change)!
    if ('code' in plan) return plan
    const values = new Map<string, FieldValue>()
    for (const part of plan) {
      if (part.change.content === undefined) continue
      const content = writer.asked(part.change)
      if (isProblem(content)) return content
      values.set(part.name, valueIn(content as string))
    }
    return textOf(grouping, values)
  }

  /** What the rows hold beside their values that the change deletes. */
  async function taken(db: Kysely<unknown>, change: Change): Promise<Uint8Array | undefined> {
    const rests: Record<string, string> = {}
    for (const { name, held, change: one } of partsIn(change)) {
      if (held === undefined || one.content !== undefined) continue
      rests[name] = Buffer.from((await writer.rest(db, one))!).toString('base64')
    }
    return Object.keys(rests).length === 0 ? undefined : Buffer.from(JSON.stringify(rests))
  }

  return {
    shape: grouping,
    prepare: async (changes) => writer.prepare?.(changes.map((change) => ({ ...change, content: undefined }))),
    // A name may be new in a group that is not.
    lock: async (db, changes) => writer.lock?.(db, changes.map((change) => ({ ...change, expected: undefined }))),
    current,
    asked,
    rest: taken,
    taken,
    async write(db, changes) {
      const parts = changes.flatMap(partsIn).filter(({ held, change }) => held !== (change.content === undefined ? undefined : writer.asked(change)))
      for (const { change } of parts.filter(({ change: one }) => one.content === undefined)) {
        const problem = await writer.write(db, [change])
        if (problem !== undefined) return problem
      }
      return writer.write(db, parts.filter(({ change }) => change.content !== undefined).map(({ change }) => change))
    },
  }
}

/** The values that a file asks for. */
function wantedIn(grouping: Grouping, change: Change): Map<string, FieldValue> | Problem {
  const text = asText(change.content!)
  if (typeof text !== 'string') return writeProblem(grouping, change, 'not-utf8', 'its file is not valid UTF-8. Save it as UTF-8')
  const decoded = decodeMap(text, change.path)
  if ('problem' in decoded) return decoded.problem
  if (decoded.fields.length === 0) return writeProblem(grouping, change, 'row-refused', 'its file names nothing any more. Delete the file if all that it named is to go')
  return new Map(decoded.fields.map(([name, value]) => [name, grouping.held(name, value)]))
}

import { CompiledQuery, sql, type Kysely } from 'kysely'
import type { FieldValue } from '../../core/codec.ts'
import { sameValue } from '../../core/fields.ts'
import type { Problem } from '../../types.ts'
import { textOf } from '../content.ts'
import type { Database } from '../database.ts'
import { fit } from '../fit.ts'
import type { Language } from '../language.ts'
import { writeProblem } from '../row.ts'
import type { Change } from '../store.ts'
import type { SqlValue } from '../value.ts'
import type { Writer } from '../writer.ts'
import type { Access } from './access.ts'
import { structure, valuesAsked } from './fields.ts'
import { nativeKey, type Located } from './locate.ts'
import { contentOf, duplicate, fieldIn, keyTaken, valueIn } from './record.ts'
import { findDerived, linkDerived } from './derived.ts'
import { restsOf } from './rest.ts'
import { settingsAt } from './set.ts'
import type { Source } from './source.ts'
import { keyParameters, type Binding } from './statements.ts'

/** What is kept of a row until it is written; the garbage collector would copy more than this again and again. */
interface Kept {
  /** What names the row exactly. */
  readonly key: readonly SqlValue[]
  /** The content columns of a structured row. */
  readonly values: readonly FieldValue[]
  /** The column of a raw row holds bytes; `undefined` where it holds NULL. */
  readonly binary: boolean | undefined
  readonly invalid: Located['invalid']
}

/** A value of a content column on its way into the database; `undefined`: it stays as it is. */
type Bound = { readonly value: unknown; readonly binding: Binding } | undefined

/** An update of one row. */
interface Update {
  readonly change: Change
  readonly row: Kept
  readonly values: readonly Bound[]
}

/**
 * Writes rows of a source.
 *
 * @param moment milliseconds since 1970, for the columns that are set to `now`
 */
export function tableWriter(database: Database, access: Access, moment: number): Writer {
  const { source, locate, findTwins, statements, language } = access
  const rests = restsOf(database, source)
  const rows = new Map<Change, Kept>()
  const asked = new Map<Change, { readonly values: readonly FieldValue[]; readonly content: string }>()
  const settings = settingsAt(source.set, language, moment)

  async function insert(db: Kysely<unknown>, change: Change): Promise<Problem | undefined> {
    const found = await findDerived(db, source, change)
    if ('code' in found) return found
    const content = change.content!
    const fields = asked.get(change)?.values
    const [twin] = await findTwins(db, [change.key])
    if (twin !== undefined) return keyTaken(source, change, twin)
    const inserted = change.rest !== undefined ? await rests.insert(db, change, fields) : await insertNew(db, change, content, fields)
    if (typeof inserted === 'object') return inserted
    const problem = expect(change, 1, inserted)
    if (problem === undefined) await linkDerived(db, access, change, found)
    return problem
  }

  function insertNew(db: Kysely<unknown>, { key }: Change, content: Uint8Array, fields: readonly FieldValue[] | undefined): Promise<bigint | undefined> {
    const values = fields === undefined ? [contentToBind(access, content, undefined)] : fieldsToBind(access, fields, undefined)
    const text = statements.insert(db, values.map((bound) => bound!.binding))
    const keys = source.own.map((index) => language.encode(source.keys[index]!, key[index]!))
    return run(db, text, [...keys, ...values.map((bound) => bound!.value), ...settings, ...settingsAt(source.added, language, moment)])
  }

  async function remove(db: Kysely<unknown>, change: Change, row: Kept): Promise<Problem | undefined> {
    const changed = await run(db, statements.remove(db), keyParameters(row.key))
    // A foreign key took it along when another row of the batch was deleted.
    if (changed === 0n && (await locate(db, [change.key]))[0] === undefined) return undefined
    return expect(change, 1, changed)
  }

  function updateOf(change: Change, row: Kept): Update {
    const fields = asked.get(change)?.values
    return { change, row, values: fields === undefined ? [contentToBind(access, change.content!, row)] : fieldsToBind(access, fields, row) }
  }

  /** Updates of the same columns, by one statement where that is faster. */
  async function updateAlike(db: Kysely<unknown>, updates: readonly Update[]): Promise<Problem | undefined> {
    const [{ change, values }] = updates as [Update]
    if (updates.length > 1) {
      const same = source.set.map(([column, value]) => settingOf(column.name, value === 'increment' ? undefined : language.encode(column, value === 'now' ? language.moment(column, moment) : value.value)))
      const columns = source.contents.filter((_, index) => values[index] !== undefined)
      const rowsOf = updates.map(({ row, values: all }) => ({ key: row.key, values: all.flatMap((bound) => (bound === undefined ? [] : [bound.value])) }))
      const query = language.updateMany!(db, { table: source.table.name, keys: source.identity, columns, same, rows: rowsOf })
      const { numAffectedRows } = await db.executeQuery(query)
      return expect(change, updates.length, numAffectedRows)
    }
    const text = statements.update(db, values.map((bound) => bound?.binding))
    const parameters = values.flatMap((bound) => (bound === undefined ? [] : [bound.value]))
    return expect(change, 1, await run(db, text, [...parameters, ...settings, ...keyParameters(updates[0]!.row.key)]))
  }

  async function updateAll(db: Kysely<unknown>, updates: readonly Update[]): Promise<Problem | undefined> {
    const groups = language.updateMany === undefined
      ? updates.map((update) => [update])
      : [...Map.groupBy(updates, ({ values }) => values.map((bound) => bound?.binding ?? '').join()).values()].flatMap((alike) => statementsOf(alike, language))
    for (const group of groups) {
      const problem = await updateAlike(db, group)
      if (problem !== undefined) return problem
    }
    return undefined
  }

  function refused(change: Change, state: string): Problem {
    return writeProblem(source, change, 'row-refused', state)
  }

  function expect(change: Change, wanted: number, changed: bigint | undefined): Problem | undefined {
    if (changed === BigInt(wanted)) return undefined
    return refused(change, `the database changed ${changed} rows instead of ${wanted === 1 ? 'one' : wanted}. Look for a trigger that prevents it`)
  }

  return {
    shape: source,
    prepare: (changes) => (changes.some(({ content, rest }) => content === undefined || rest !== undefined) ? rests.prepare() : Promise.resolve()),
    async lock(db, changes) {
      // Where no index does it, only the whole table keeps others from inserting the same key.
      if (!source.unique && changes.some(({ expected }) => expected === undefined)) await language.lockTable?.(source.table.name).execute(db)
    },
    async current(db, changes) {
      const found = await locate(db, changes.map(({ key }) => key), 'for update')
      return changes.map((change, index) => {
        const row = found[index]
        if (row === undefined) return undefined
        rows.set(change, keep(access, row))
        if (row.copies > 1) return duplicate(source, change.key, change.path, row.copies)
        return contentOf(source, language, row.record, change.path)
      })
    },
    asked(change) {
      if (!source.structured) return fit(source, source.contents[0]!, language, change)
      const before = asked.get(change)
      if (before !== undefined) return before.content
      const values = valuesAsked(source, language, change)
      if (!Array.isArray(values)) return values
      const content = structure(source, values)
      if (content === undefined) return refused(change, 'its body is no text')
      asked.set(change, { values, content })
      return content
    },
    rest: (db, change) => rests.read(db, rows.get(change)!.key),
    async write(db, changes) {
      if (source.table.view) return refused(changes[0]!, `${JSON.stringify(source.table.name)} is a view. Let the collection name a table`)
      const updates: Update[] = []
      for (const change of changes) {
        const row = rows.get(change)
        if (change.content !== undefined && row !== undefined) {
          updates.push(updateOf(change, row))
          continue
        }
        const problem = row === undefined ? await insert(db, change) : await remove(db, change, row)
        if (problem !== undefined) return problem
      }
      return updateAll(db, updates)
    },
  }
}

/** Rows that go into one statement well. */
function statementsOf(updates: readonly Update[], { updateLimit = { rows: Infinity, bytes: Infinity } }: Language): Update[][] {
  const parts: Update[][] = []
  let bytes = 0
  for (const update of updates) {
    const size = update.change.content!.length
    const part = parts.at(-1)
    if (part === undefined || part.length >= updateLimit.rows || bytes + size > updateLimit.bytes) {
      parts.push([update])
      bytes = size
    } else {
      part.push(update)
      bytes += size
    }
  }
  return parts
}

function settingOf(name: string, value: unknown): ReturnType<typeof sql> {
  return value === undefined ? sql`${sql.id(name)} = coalesce(${sql.id(name)}, 0) + 1` : sql`${sql.id(name)} = ${value}`
}

async function run(db: Kysely<unknown>, text: string, parameters: readonly unknown[]): Promise<bigint | undefined> {
  const { numAffectedRows } = await db.executeQuery(CompiledQuery.raw(text, parameters as unknown[]))
  return numAffectedRows
}

function keep({ source, language }: Access, { record, invalid }: Located): Kept {
  const held = valueIn(source, record, 0)
  return {
    key: nativeKey(source, record),
    values: source.structured ? source.contents.map((_, index) => heldAt(source, index, fieldIn(source, language, record, index))) : [],
    binary: held === null ? undefined : held instanceof Uint8Array && !invalid?.[0],
    invalid,
  }
}

/** What a file says of a value: of a body that is NULL it is empty. */
function heldAt({ format, contents }: Source, index: number, value: FieldValue): FieldValue {
  return format === 'front-matter' && index === contents.length - 1 ? (value ?? '') : value
}

/** Bytes stay bytes, and text stays text, also where it is no valid text; else the column's declared type decides. */
function contentToBind({ source, language }: Access, content: Uint8Array, row: Kept | undefined): Bound {
  const [column] = source.contents as [Source['contents'][number]]
  if (row?.binary ?? column.kind === 'bytes') return { value: language.encode(column, content), binding: 'itself' }
  const value = textOf(content)
  return { value: language.encode(column, value), binding: typeof value === 'string' ? 'itself' : 'text' }
}

/** A column that nobody edited is not written, as a person would do it: triggers see what changed. */
function fieldsToBind({ source, language }: Access, values: readonly FieldValue[], row: Kept | undefined): Bound[] {
  return values.map((value, index) => {
    if (row !== undefined && sameValue(row.values[index]!, value)) return undefined
    const binding = value instanceof Uint8Array && row?.invalid?.[index] ? 'text' : 'itself'
    return { value: language.encode(source.contents[index]!, value), binding }
  })
}

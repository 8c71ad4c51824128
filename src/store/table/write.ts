import { CompiledQuery, type Kysely } from 'kysely'
import { sameValue } from '../../core/fields.ts'
import type { Problem } from '../../types.ts'
import type { Writer } from '../apply.ts'
import { textOf } from '../content.ts'
import { writeProblem } from '../row.ts'
import type { SqlValue } from '../sqlite.ts'
import type { Change } from '../store.ts'
import type { Access } from './access.ts'
import { structure, valuesAsked } from './fields.ts'
import { nativeKey, type Located } from './locate.ts'
import { contentOf, duplicate, valueIn } from './record.ts'
import { restsOf } from './rest.ts'
import { settingsAt } from './set.ts'
import type { Source } from './source.ts'
import { keyParameters, type Binding } from './statements.ts'

/** What is kept of a row until it is written; the garbage collector would copy more than this again and again. */
interface Kept {
  /** As the database holds it. */
  readonly key: readonly SqlValue[]
  /** The content columns of a structured row. */
  readonly values: readonly SqlValue[]
  /** The column of a raw row holds bytes; `undefined` where it holds NULL. */
  readonly binary: boolean | undefined
  readonly invalid: Located['invalid']
}

/** A value of a content column on its way into the database. */
interface Bound {
  readonly value: SqlValue
  readonly binding: Binding
}

/**
 * Writes rows of a source.
 *
 * @param moment milliseconds since 1970, for the columns that are set to `now`
 */
export function tableWriter(access: Access, moment: number): Writer {
  const { source, locate, statements } = access
  const rests = restsOf(access)
  const rows = new Map<Change, Kept>()
  const asked = new Map<Change, { readonly values: readonly SqlValue[]; readonly content: string }>()
  const settings = settingsAt(source.set, moment)

  function write(db: Kysely<unknown>, change: Change, content: Uint8Array): Promise<bigint | undefined | Problem> {
    const row = rows.get(change)
    if (row === undefined && change.rest !== undefined) return rests.insert(db, change, asked.get(change)?.values)
    const values = source.structured ? fieldsToBind(asked.get(change)!.values, row) : [contentToBind(source, content, row)]
    if (row === undefined) {
      const text = statements.insert(db, values.map(({ binding }) => binding))
      return run(db, text, [...change.key, ...values.map(({ value }) => value), ...settings])
    }
    // A column that nobody edited is not written, as a person would do it: triggers see what changed.
    const changed = values.map((bound, index) => (source.structured && sameValue(row.values[index]!, bound.value) ? undefined : bound))
    const text = statements.update(db, changed.map((bound) => bound?.binding))
    const parameters = changed.flatMap((bound) => (bound === undefined ? [] : [bound.value]))
    return run(db, text, [...parameters, ...settings, ...keyParameters(row.key)])
  }

  return {
    shape: source,
    async current(db, changes) {
      const found = await locate(db, changes.map(({ key }) => key))
      return changes.map((change, index) => {
        const row = found[index]
        if (row === undefined) return undefined
        rows.set(change, keep(source, row))
        if (row.copies > 1) return duplicate(source, change.key, change.path, row.copies)
        return contentOf(source, row.record, change.path)
      })
    },
    asked(change) {
      if (!source.structured) return textOf(change.content!)
      const before = asked.get(change)
      if (before !== undefined) return before.content
      const values = valuesAsked(source, change)
      if (!Array.isArray(values)) return values
      const content = structure(source, values)
      asked.set(change, { values, content })
      return content
    },
    rest: (db, change) => rests.read(db, rows.get(change)!.key),
    async write(db, change) {
      if (source.view) return refused(source, change, `${JSON.stringify(source.table)} is a view. Let the collection name a table`)
      const changes = change.content === undefined
        ? await run(db, statements.remove(db), keyParameters(rows.get(change)!.key))
        : await write(db, change, change.content)
      if (changes === 1n) return undefined
      if (typeof changes === 'object') return changes
      return refused(source, change, `the database changed ${changes} rows instead of one. Look for a trigger that prevents it`)
    },
  }
}

async function run(db: Kysely<unknown>, text: string, parameters: readonly SqlValue[]): Promise<bigint | undefined> {
  const { numAffectedRows } = await db.executeQuery(CompiledQuery.raw(text, parameters as SqlValue[]))
  return numAffectedRows
}

function refused(source: Source, change: Change, state: string): Problem {
  return writeProblem(source, change, 'row-refused', state)
}

function keep(source: Source, { record, invalid }: Located): Kept {
  const held = valueIn(source, record, 0)
  return {
    key: nativeKey(source, record),
    values: source.structured ? source.contents.map((_, index) => valueIn(source, record, index)) : [],
    binary: held === null ? undefined : held instanceof Uint8Array && !invalid?.[0],
    invalid,
  }
}

/** Bytes stay bytes, and text stays text, also where it is no valid text; else the column's declared type decides. */
function contentToBind({ contents }: Source, content: Uint8Array, row: Kept | undefined): Bound {
  if (row?.binary ?? contents[0]!.binary) return { value: content, binding: 'itself' }
  const value = textOf(content)
  return { value, binding: typeof value === 'string' ? 'itself' : 'text' }
}

function fieldsToBind(values: readonly SqlValue[], row: Kept | undefined): Bound[] {
  return values.map((value, index) => ({ value, binding: value instanceof Uint8Array && row?.invalid?.[index] ? 'text' : 'itself' }))
}

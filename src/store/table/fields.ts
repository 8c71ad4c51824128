import { decodeFields, decodeFrontMatter, encodeFields, encodeFrontMatter, type Field, type FieldValue } from '../../core/codec.ts'
import type { Problem } from '../../types.ts'
import { textOf } from '../content.ts'
import type { Language } from '../language.ts'
import { writeProblem } from '../row.ts'
import type { Change } from '../store.ts'
import type { Source } from './source.ts'

/** The canonical text of a structured row; `undefined` where its body is no text. */
export function structure({ fields, format }: Source, values: readonly FieldValue[]): string | undefined {
  const named = fields.map((name, index): Field => [name, values[index]!])
  if (format !== 'front-matter') return encodeFields(named)
  const body = values.at(-1) ?? ''
  return typeof body === 'string' ? encodeFrontMatter(named.slice(0, -1), body) : undefined
}

/** The values that a change asks for, one for each content column, as the database is going to give them back. */
export function valuesAsked(source: Source, language: Language, change: Change): FieldValue[] | Problem {
  const text = textOf(change.content!)
  if (typeof text !== 'string') return writeProblem(source, change, 'not-utf8', 'its file is not valid UTF-8. Save it as UTF-8')
  const { fields } = source
  const decoded = source.format === 'front-matter'
    ? decodeFrontMatter(text, fields.slice(0, -1), change.path, new Set(fields))
    : decodeFields(text, fields, change.path, new Set(fields))
  if ('problem' in decoded) return decoded.problem
  const values: FieldValue[] = []
  for (const [index, column] of source.contents.entries()) {
    const stored = language.store(column, decoded.values[index]!)
    if ('value' in stored) values.push(stored.value)
    else return writeProblem(source, change, 'unsupported-value', `${inFile(fields[index]!, column.name)} ${stored.state}`)
  }
  return values
}

/** A column, and what its file calls it. */
function inFile(field: string, column: string): string {
  const name = `the column ${JSON.stringify(column)}`
  return field === column ? name : `${JSON.stringify(field)}: ${name}`
}

import type { Problem, Row } from '../types.ts'
import type { Column } from './column.ts'
import { textOf } from './content.ts'
import type { Language } from './language.ts'
import { type RowShape, writeProblem } from './row.ts'
import type { Change } from './store.ts'

/** The content that a row is going to hold in a column of its own, or why the column cannot hold what the file says. */
export function fit(shape: RowShape, column: Column, language: Language, change: Change): Row['content'] | Problem {
  const content = textOf(change.content!)
  // A number in a file is a text, and not the column's number: the read-back tells whether the database takes it for one.
  if (column.kind === 'integer' || column.kind === 'real' || column.kind === 'decimal' || column.kind === 'boolean') return content
  const stored = language.store(column, column.kind === 'bytes' ? change.content! : content)
  if ('value' in stored) return content
  return writeProblem(shape, change, 'unsupported-value', `the column ${JSON.stringify(column.name)} ${stored.state}`)
}

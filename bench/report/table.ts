import { median, type Result, valuesOf } from '../figures.ts'
import type { Column } from '../group.ts'
import { type Form, inUnit, written } from './form.ts'

/** A Markdown table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** The middle value with the least and the most; without these where there is but one, and nothing where there is none. */
export function cell(values: readonly number[], items: number, form: Form): string {
  if (values.length === 0) return ''
  const show = (value: number): string => written(inUnit(value, items, form), form.digits)
  const [least, middle, most] = [Math.min(...values), median(values), Math.max(...values)].map(show)
  return values.length === 1 ? middle! : `${middle} (${least}–${most})`
}

/** One line a contender. A column that nobody has a figure for is left out. */
export function resultTable(results: readonly Result[], columns: readonly Column[]): string {
  const filled = columns.filter(({ figure }) => results.some((result) => valuesOf(result, figure).length > 0))
  const rows = results.map((result) => [result.name, ...filled.map(({ figure, form }) => cell(valuesOf(result, figure), result.items, form))])
  return table(['contender', ...filled.map(({ title, form }) => `${title}, ${form.unit}`)], rows)
}

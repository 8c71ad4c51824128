import { valuesOf } from '../figures.ts'
import type { Group, Measured } from '../group.ts'
import type { Document } from './document.ts'
import { checkTable } from './check.ts'
import { resultTable } from './table.ts'

/** Where in `bench/README.md` the measured part lies. */
export const BEGIN = '<!-- measured: begin. `npm run bench -- --readme` writes what is between these marks. -->'
export const END = '<!-- measured: end -->'

/** One group as Markdown: its pictures, its table, and how it was measured. */
export function section(group: Group, { title, results }: Measured, charts: boolean): string {
  const pictures = group.pictures.filter(({ figure }) => charts && results.some((result) => valuesOf(result, figure).length > 0))
  const images = pictures.map(({ name, title: alt }) => `![${alt}](charts/${name}.svg)`)
  return [`### ${title}`, ...images, resultTable(results, group.columns), group.how].join('\n\n')
}

/** All that was measured, with the targets first. */
export function measuredPage(document: Document, groups: readonly Group[]): string {
  const { machine, date, options, checks } = document
  const missed = checks.filter(({ met }) => !met).length
  const where = `${machine.processor}, ${machine.cores} cores, ${machine.memory} GB, ${machine.system}. ${machine.versions.join(', ')}. ${machine.disk}. Measured on ${date.slice(0, 10)}${options.quick ? ' with `--quick`' : ''}.`
  const absent = machine.missing.length === 0 ? [] : [`Not on this machine, and so not measured: ${machine.missing.join(', ')}.`]
  const sections = groups.flatMap((group) => (document.groups[group.name] ? [section(group, document.groups[group.name]!, true)] : []))
  const verdict = `${checks.length - missed} of ${checks.length} targets are met, ${missed} missed.`
  return ['## Targets', where, ...absent, verdict, checkTable(checks), '## Measured', ...sections].join('\n\n')
}

/**
 * A page with another measured part.
 *
 * @throws where its marks are missing
 */
export function withMeasured(page: string, measured: string): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)]
  if (begin === -1 || end < begin) throw new Error(`Cannot write the measured part: the page has no ${begin === -1 ? BEGIN : END}`)
  return `${page.slice(0, begin + BEGIN.length)}\n\n${measured}\n\n${page.slice(end)}`
}

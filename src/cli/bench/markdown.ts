import type { BenchReport, Verdict } from '../../bench.ts'
import { number } from '../words.ts'
import { courseWords, effortWords, flowOf, flushWords, machineWords, memoryOf, nameOf, rateOf, RATIO_OF, spreadOf, timeOf, timesOf, verdictWords, WORK } from './words.ts'

/** A report as Markdown, such as for the summary of a CI job. */
export function markdown(report: BenchReport, verdicts: readonly Verdict[]): string {
  const { machine, course, work, ratios, latency, flush, fresh, store } = report
  const broken = verdicts.filter(({ met }) => !met)
  const parts = [
    `## rowtree bench${verdicts.length === 0 ? '' : broken.length === 0 ? ': kept' : ': broken'}`,
    escaped(`${machineWords(report)}; ${courseWords(course)}${machine.filesystem === undefined ? '' : `, on ${machine.filesystem}`}. Flushing takes ${flushWords(flush)}.`),
  ]
  if (verdicts.length > 0) parts.push(table(['contract', '', ''], verdicts.map((verdict) => [nameOf(verdict), verdict.met ? '✓' : '**✗**', verdictWords(verdict)])))
  parts.push(
    table(
      ['work', 'rate', 'bytes', 'rounds', 'against the loop'],
      work.map((one) => {
        const ratio = ratios.find(({ name }) => name === RATIO_OF[one.name])
        return [WORK[one.name], rateOf(one.rowsPerSecond, one.name.endsWith('loop') ? 'files' : 'rows'), flowOf(one.bytesPerSecond), spreadOf(one), ratio ? timesOf(ratio.value) : '']
      }),
    ),
  )
  const further: [string, string][] = []
  const effort = effortWords(report)
  if (effort !== undefined) further.push(['effort', effort])
  if (latency) further.push(['save to row, settle included', `p50 ${timeOf(latency.p50)}, p95 ${timeOf(latency.p95)}, p99 ${timeOf(latency.p99)} of ${latency.samples.length} saves`])
  if (fresh) further.push(['an export in a process of its own', `${timeOf(fresh.seconds * 1_000)}, ${memoryOf(fresh.rss)} of memory`])
  if (store) further.push(['reading the store', `${rateOf(store.rowsPerSecond)}, ${flowOf(store.bytesPerSecond)} (${number.format(store.rows)} rows)`])
  if (further.length > 0) parts.push(table(['further', ''], further))
  return `${parts.join('\n\n')}\n`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [line(head), `| ${head.map(() => '---').join(' | ')} |`, ...rows.map(line)].join('\n')
}

function line(cells: readonly string[]): string {
  return `| ${cells.map(escaped).join(' | ')} |`
}

/** A cell ends at a bar, everything at a new line, and what begins like an element is one. */
function escaped(text: string): string {
  return text.replaceAll('|', String.raw`\|`).replaceAll(/[\r\n]+/g, ' ').replaceAll('<', '&lt;')
}

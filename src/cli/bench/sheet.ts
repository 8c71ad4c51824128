import type { BenchReport, Verdict, Work } from '../../bench.ts'
import { shownCheck } from '../checkup.ts'
import { number, type Paint, plain, sizeOf } from '../words.ts'
import { courseWords, effortWords, flowOf, flushWords, machineWords, memoryOf, nameOf, rateOf, RATIO_OF, spreadOf, timeOf, timesOf, verdictWords } from './words.ts'

/** How a sheet is shown. */
export interface SheetOptions {
  /** @default no colours */
  readonly paint?: Paint | undefined
  /** How many columns there are. @default as many as it takes */
  readonly columns?: number | undefined
}

/** The longest name, and what stands before and behind it. */
const NAME = 14

/** A report as lines for people, a group for each thing that was measured. */
export function sheet(report: BenchReport, verdicts: readonly Verdict[], { paint = plain, columns }: SheetOptions = {}): string[] {
  const { machine, course, work, ratios, latency, flush, fresh, store } = report
  const title = (name: string): string => paint('bold', name)
  const lines = [title('machine'), line('runtime', machineWords(report)), line('flush', flushWords(flush))]
  const ground = `${machine.filesystem ?? 'a filesystem of an unknown kind'}${machine.together ? '' : ', not the tree\'s: nothing is written in the tree, and nothing else is on its filesystem'}`
  lines.push(title('throughput'), line('measured', `${courseWords(course)}, on ${ground}`))
  for (const one of work) {
    const ratio = ratios.find(({ name }) => name === RATIO_OF[one.name])
    lines.push(line(one.name, `${workWords(one)}${ratio ? ` · ${paint('bold', timesOf(ratio.value))} ${one.name === 'flushed-export' ? 'flushed-loop' : 'loop'}` : ''}`))
  }
  const effort = effortWords(report)
  if (effort !== undefined) lines.push(line('effort', effort))
  if (fresh) lines.push(line('one process', `${timeOf(fresh.seconds * 1_000)}, with the runtime's start (${rateOf(fresh.rowsPerSecond)}), ${memoryOf(fresh.rss)} of memory`))
  if (latency) {
    const { p50, p95, p99, samples } = latency
    lines.push(title('latency'), line('save to row', `p50 ${timeOf(p50)}, p95 ${timeOf(p95)}, p99 ${timeOf(p99)} (${samples.length} saves, settle ${timeOf(course.settle)})`))
  }
  if (store) {
    const { rows, problems, bytes, rowsPerSecond, bytesPerSecond } = store
    const beside = problems > 0 ? `, ${number.format(problems)} that cannot become files` : ''
    lines.push(title('store'), line('reading', `${rateOf(rowsPerSecond)}, ${flowOf(bytesPerSecond)} (${number.format(rows)} rows, ${sizeOf(bytes)}${beside})`))
  }
  if (verdicts.length === 0) return lines
  return [...lines, title('contract'), ...verdicts.flatMap((verdict) => verdictLines(verdict, { paint, columns }))]
}

/** A verdict like a check of the doctor. */
export function verdictLines(verdict: Verdict, options: SheetOptions = {}): string[] {
  return shownCheck({ name: nameOf(verdict), status: verdict.met ? 'ok' : 'fail', message: verdictWords(verdict) }, options)
}

function workWords(work: Work): string {
  const { name, rowsPerSecond, bytesPerSecond } = work
  return `${rateOf(rowsPerSecond, name.endsWith('loop') ? 'files' : 'rows')}, ${flowOf(bytesPerSecond)} (${spreadOf(work)})`
}

function line(name: string, text: string): string {
  return `  ${name.padEnd(NAME)} ${text}`
}

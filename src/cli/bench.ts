import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import process from 'node:process'
import { writeFileAtomic } from '../atomic.ts'
import type { BenchReport, Contract, Verdict } from '../bench.ts'
import { appendText, bench, compareReports, type Earlier, judgeContract, planBench, readEarlier, requireComparable } from '../engine.ts'
import { errnoOf, messageOf, RowtreeError } from '../errors.ts'
import type { Problem } from '../types.ts'
import { html } from './bench/html.ts'
import { markdown } from './bench/markdown.ts'
import { showSteps } from './bench/steps.ts'
import { sheet, verdictLines } from './bench/sheet.ts'
import { FAILED, OK } from './exit.ts'
import { type Output, stderrPaint, stdoutPaint } from './output.ts'
import { type GlobalFlags, run } from './run.ts'

/** Flags of `rowtree bench`. */
export interface BenchFlags extends GlobalFlags {
  readonly rows?: number
  /** Bytes. */
  readonly size?: number
  readonly saves?: number
  /** The JSON of an earlier run. */
  readonly compare?: string
  readonly maxRegression?: number
  readonly html?: string
  /** Where to, or `true` for stdout. */
  readonly markdown?: string | true
}

/** How many times worse a ratio may be than that of an earlier run, where nobody says. */
const MAX_REGRESSION = 1.25

/** `rowtree bench`: measures what this machine, this tree and this store make of rowtree, and holds it against a contract. */
export async function benchCommand(flags: BenchFlags): Promise<void> {
  await run('bench', flags, async ({ output, cwd, signal }) => {
    const { rows, size, saves, maxRegression = MAX_REGRESSION } = flags
    const place = { file: flags.config, cwd, env: process.env }
    requireFlags(flags)
    // What cannot be compared is told before minutes of work.
    const earlier = flags.compare === undefined ? undefined : earlierIn(resolve(cwd, flags.compare))
    const { config, course } = await planBench(place, { rows, size, saves })
    const contract: Contract = config?.bench ?? {}
    if (contract.maxLatencyMs !== undefined && course.saves === 0) throw new RowtreeError('usage', 'Cannot check bench.maxLatencyMs: without saves nothing is timed', { remedy: 'leave out --saves 0' })
    if (earlier) requireComparable(course, earlier, flags.compare!)

    const steps = showSteps(output.options)
    let report: BenchReport
    try {
      report = await bench(config ?? place, { rows, size, saves, signal, onStep: steps.show })
    } finally {
      steps.stop()
    }
    const verdicts = [...judgeContract(report, contract), ...(earlier ? compareReports(report, earlier, maxRegression) : [])]
    const problems = await keep(flags, cwd, report, verdicts)
    const ok = verdicts.every(({ met }) => met) && problems.length === 0
    output.document({ command: 'bench', ok, ...report, verdicts, problems })
    tell(output, flags, report, verdicts)
    output.list('problem', problems)
    if (earlier?.cores !== undefined && earlier.cores !== report.machine.cores) output.note(`${flags.compare} was measured with ${earlier.cores} cores, not ${report.machine.cores}: ratios shift with them`)
    return ok ? OK : FAILED
  })
}

function requireFlags({ compare, maxRegression, json, markdown: form }: BenchFlags): void {
  if (maxRegression !== undefined && compare === undefined) throw new RowtreeError('usage', 'Cannot use --max-regression: there is nothing to compare with', { remedy: 'name it, --compare FILE' })
  if (json && form === true) throw new RowtreeError('usage', 'Cannot print JSON and Markdown at once: both go to stdout', { remedy: 'name a file, --markdown FILE' })
}

function earlierIn(file: string): Earlier {
  try {
    return readEarlier(readFileSync(file, 'utf8'), file)
  } catch (error) {
    if (error instanceof RowtreeError) throw error
    const errno = errnoOf(error)
    throw new RowtreeError('usage', `Cannot compare with ${file}: ${messageOf(error)}`, { path: file, remedy: 'name what rowtree bench --json printed', cause: error, ...(errno && { errno }) })
  }
}

/** The result for people, on stdout; where that is something else, what broke is told on stderr. */
function tell(output: Output, flags: BenchFlags, report: BenchReport, verdicts: readonly Verdict[]): void {
  if (flags.markdown === true) output.say(markdown(report, verdicts).trimEnd())
  else for (const line of sheet(report, verdicts, { paint: stdoutPaint(), columns: process.stdout.columns })) output.say(line)
  if (flags.markdown !== true && !output.options.quiet) return
  for (const verdict of verdicts.filter(({ met }) => !met)) for (const line of verdictLines(verdict, { paint: stderrPaint })) output.attention(line)
}

/**
 * The result, in files.
 *
 * @returns those that could not be written: what was measured is told all the same
 */
async function keep(flags: BenchFlags, cwd: string, report: BenchReport, verdicts: readonly Verdict[]): Promise<Problem[]> {
  const problems: Problem[] = []
  const attempt = async (file: string, write: (path: string) => Promise<void> | void): Promise<void> => {
    const path = resolve(cwd, file)
    try {
      await write(path)
    } catch (error) {
      const errno = errnoOf(error)
      problems.push({ path, code: 'write-failed', message: `Cannot write the report ${path}: ${messageOf(error)}`, ...(errno && { errno }) })
    }
  }
  if (flags.html !== undefined) await attempt(flags.html, (path) => writeFileAtomic(path, html(report, verdicts), { flush: false }))
  if (typeof flags.markdown === 'string') await attempt(flags.markdown, (path) => writeFileAtomic(path, markdown(report, verdicts), { flush: false }))
  const summary = process.env['GITHUB_STEP_SUMMARY']
  if (summary) await attempt(summary, (path) => appendText(path, markdown(report, verdicts)))
  return problems
}

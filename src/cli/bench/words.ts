import type { BenchReport, Course, FlushCost, Ratio, Verdict, Work, WorkName } from '../../bench.ts'
import { excess } from '../../engine.ts'
import { number, plural, sizeOf } from '../words.ts'

/** What each kind of work is, for people. */
export const WORK: Readonly<Record<WorkName, string>> = {
  'loop': 'write-then-rename loop, one thread',
  'export': 'export, new files',
  'unchanged': 'export, nothing to do',
  'import': 'import, all files edited',
  'flushed-loop': 'the loop, each file flushed',
  'flushed-export': 'export, flushed',
}

/** What each ratio compares. */
export const RATIOS: Readonly<Record<Ratio['name'], string>> = {
  speedup: 'export against the loop',
  unchanged: 'nothing to do against the loop',
  import: 'import against the loop',
  flushed: 'flushed export against its loop',
  effort: 'processor time of an export, in those of the loop',
  latency: 'save to row, in settle windows',
}

/** Which ratio tells of a kind of work. */
export const RATIO_OF: Readonly<Partial<Record<WorkName, Ratio['name']>>> = { 'export': 'speedup', 'unchanged': 'unchanged', 'import': 'import', 'flushed-export': 'flushed' }

/** How much of the processor's time an export takes; nothing where that is not known. */
export function effortWords({ ratios }: Pick<BenchReport, 'ratios'>): string | undefined {
  const effort = ratios.find(({ name }) => name === 'effort')
  return effort && `an export takes ${timesOf(effort.value)} the loop's time of the processor`
}

/** A time in two digits or so, such as `0.4 ms`, `12 ms` or `2.1 s`. */
export function timeOf(milliseconds: number): string {
  if (milliseconds < 0.001) return `${Math.round(milliseconds * 1e6)} ns`
  if (milliseconds < 10) return `${Number(milliseconds.toPrecision(2))} ms`
  return milliseconds < 1_000 ? `${Math.round(milliseconds)} ms` : `${Number((milliseconds / 1_000).toPrecision(2))} s`
}

/** Such as `1.52 ×`. */
export function timesOf(ratio: number): string {
  return Number.isFinite(ratio) ? `${ratio < 10 ? ratio.toFixed(2) : Math.round(ratio)} ×` : 'not measured'
}

/** Such as `18,200 rows/s`. */
export function rateOf(perSecond: number, unit: 'rows' | 'files' = 'rows'): string {
  return `${number.format(Number(perSecond.toPrecision(3)))} ${unit}/s`
}

/** Such as `37 MB/s`. */
export function flowOf(bytesPerSecond: number): string {
  return `${sizeOf(bytesPerSecond)}/s`
}

/** How far the rounds are apart, such as `0.26–0.31 s`. */
export function spreadOf({ seconds }: Pick<Work, 'seconds'>): string {
  const [least, most] = [Math.min(...seconds), Math.max(...seconds)].map((time) => time.toPrecision(2)) as [string, string]
  return least === most ? `${Number(least)} s` : `${Number(least)}–${Number(most)} s`
}

/** Bytes as settings have them, in powers of 1,024, such as `150 MB`. */
export function memoryOf(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10))
  return `${Number((bytes / 1_024 ** power).toPrecision(3))} ${UNITS[power]}`
}

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB']

/** What was done, such as `5,000 rows of 2 KB, medians of 5 rounds`. */
export function courseWords({ rows, size, rounds }: Pick<Course, 'rows' | 'size' | 'rounds'>): string {
  return `${number.format(rows)} rows of ${memoryOf(size)}, ${rounds === 1 ? 'one round' : `medians of ${rounds} rounds`}`
}

/** What runs where, such as `rowtree 0.1.0 on Node 26.10.0, linux x64, 2 cores, 1 writer thread`. */
export function machineWords({ machine }: Pick<BenchReport, 'machine'>): string {
  const { rowtree, runtime, platform, cores, threads } = machine
  return `rowtree ${rowtree} on ${runtime}, ${platform}, ${cores} ${plural(cores, 'core')}, ${threads} ${plural(threads, 'writer thread')}`
}

/** Such as `0.4 ms a file, 0.3 ms a directory, 3.1 ms a filesystem`. */
export function flushWords(flush: FlushCost): string {
  const parts = (['file', 'directory', 'filesystem'] as const).map((what) => {
    const cost = flush[what]
    if (typeof cost === 'number') return `${timeOf(cost)} a ${what}`
    return cost === 'absent' ? 'no call for a whole filesystem' : `a ${what} cannot be flushed (${cost})`
  })
  return parts.join(', ')
}

/** One verdict as a sentence; of what broke it says by how much. */
export function verdictWords(verdict: Verdict): string {
  const { name, figure, measured, limit, earlier, met } = verdict
  const by = met ? '' : Number.isFinite(measured) ? `: ${excess(verdict).toFixed(2)} times too ${TOO[name]}` : ': there is no such figure'
  switch (name) {
    case 'minSpeedup':
      return `speedup ${timesOf(measured)}, at least ${timesOf(limit)} is asked for${by}`
    case 'maxLatencyMs':
      return `${figure} ${Number.isFinite(measured) ? timeOf(measured) : 'not measured'}, at most ${timeOf(limit)} is asked for${by}`
    case 'maxRss':
      return `${figure} ${Number.isFinite(measured) ? memoryOf(measured) : 'not measured'}, at most ${memoryOf(limit)} is asked for${by}`
    case 'regression': {
      const worse = excess({ ...verdict, limit: earlier! })
      const change = worse > 1 ? `${worse.toFixed(2)} times worse` : `${(1 / worse).toFixed(2)} times better`
      return `${figure} ${timesOf(measured)}, was ${timesOf(earlier!)}: ${change}${met ? '' : `, at most ${excess({ measured: limit, limit: earlier!, better: verdict.better }).toFixed(2)} is allowed`}`
    }
  }
}

const TOO: Readonly<Record<Verdict['name'], string>> = { minSpeedup: 'slow', maxLatencyMs: 'slow', maxRss: 'much', regression: 'slow' }

/** The name by which a person finds what is asked for, such as `minSpeedup` or `regression`. */
export function nameOf({ name, figure }: Pick<Verdict, 'name' | 'figure'>): string {
  return name === 'regression' ? figure : name
}

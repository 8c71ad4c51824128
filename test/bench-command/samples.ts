import type { BenchReport, Work, WorkName } from '../../src/index.ts'
import { latencyOf, ratiosOf, workOf } from '../../src/bench/figures.ts'

/** Seconds of each kind of work, in two rounds. */
const SECONDS: readonly (readonly [WorkName, readonly [number, number], items: number])[] = [
  ['loop', [0.2, 0.1], 1_000],
  ['export', [0.1, 0.1], 1_000],
  ['unchanged', [0.02, 0.02], 1_000],
  ['import', [0.4, 0.4], 1_000],
  ['flushed-loop', [1, 1], 500],
  ['flushed-export', [0.5, 0.5], 1_000],
]

/** A report with figures that are easy to reckon with. */
export function sampleReport(change: Partial<BenchReport> = {}): BenchReport {
  const work: Work[] = SECONDS.map(([name, seconds, items]) => workOf(name, seconds.map((wall) => ({ wall, cpu: wall * 1.5 })), items, 2_048))
  const latency = latencyOf([110, 120, 130, 140, 300])
  return {
    format: 1,
    time: '2026-01-31T12:00:00.000Z',
    machine: { rowtree: '0.1.0', runtime: 'Node 26.10.0', platform: 'linux x64', cores: 2, threads: 1, filesystem: 'ext4', together: true },
    course: { rows: 1_000, size: 2_048, rounds: 2, saves: 5, fsync: 'batch', workers: 'auto', settle: 100 },
    work,
    ratios: ratiosOf(work, latency, 100),
    latency,
    flush: { file: 0.41, directory: 0.3, filesystem: 'absent' },
    fresh: { seconds: 0.5, rowsPerSecond: 2_000, rss: 128 * 2 ** 20 },
    store: { rows: 991, problems: 1, bytes: 549_366, seconds: 0.01, rowsPerSecond: 99_100, bytesPerSecond: 54_936_600 },
    ...change,
  }
}

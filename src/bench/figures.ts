/** Figures from times: medians, percentiles, rates, ratios. */
import type { Latency, Ratio, Work, WorkName } from '../bench.ts'

/** The middle one; of an even number, the mean of the two in the middle. `NaN` of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  return Number.isInteger(middle) ? (sorted[middle - 1]! + sorted[middle]!) / 2 : sorted[Math.floor(middle)]!
}

/**
 * The least value that this share of all does not pass (nearest rank). `NaN` of none.
 *
 * @param share above 0, up to 1
 */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  // A share such as 0.07 times 100 is a little more than 7.
  return sorted[Math.max(0, Math.ceil(Number((share * sorted.length).toFixed(9))) - 1)] ?? Number.NaN
}

/** What one round of a kind of work took, in seconds. */
export interface Round {
  readonly wall: number
  /** Of the processor, by all threads. */
  readonly cpu: number
}

/** What came out of a kind of work. */
export function workOf(name: WorkName, rounds: readonly Round[], items: number, size: number): Work {
  const seconds = rounds.map(({ wall }) => wall)
  const middle = median(seconds)
  return {
    name,
    items,
    seconds: seconds.map(rounded),
    median: rounded(middle),
    cpu: rounded(Math.min(...rounds.map(({ cpu }) => cpu))),
    rowsPerSecond: Math.round(items / middle),
    bytesPerSecond: Math.round((items * size) / middle),
  }
}

/** @param samples milliseconds, at least one */
export function latencyOf(samples: readonly number[]): Latency {
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => rounded(percentile(samples, share))) as [number, number, number]
  return { p50, p95, p99, samples: samples.map(rounded) }
}

/** Which work a ratio compares, and with what. */
const PAIRS: readonly (readonly [name: Ratio['name'], work: WorkName, against: WorkName])[] = [
  ['speedup', 'export', 'loop'],
  ['unchanged', 'unchanged', 'loop'],
  ['import', 'import', 'loop'],
  ['flushed', 'flushed-export', 'flushed-loop'],
]

/**
 * What can be compared between machines. Each round gives a ratio of its own, whose median counts: what slows the machine down for a while slows both.
 *
 * @param settle milliseconds
 */
export function ratiosOf(work: readonly Work[], latency: Latency | undefined, settle: number): Ratio[] {
  const ratios = PAIRS.flatMap(([name, one, other]): Ratio[] => {
    const [fast, slow] = [one, other].map((wanted) => work.find((found) => found.name === wanted))
    if (!fast || !slow) return []
    const each = fast.seconds.map((seconds, round) => (slow.seconds[round]! / slow.items) / (seconds / fast.items))
    return [{ name, value: rounded(median(each)), better: 'higher' }]
  })
  const [exported, looped] = [work.find(({ name }) => name === 'export'), work.find(({ name }) => name === 'loop')]
  if (exported && looped && looped.cpu > 0) ratios.push({ name: 'effort', value: rounded(exported.cpu / exported.items / (looped.cpu / looped.items)), better: 'lower' })
  if (latency !== undefined && settle > 0) ratios.push({ name: 'latency', value: rounded(latency.p50 / settle), better: 'lower' })
  return ratios
}

/** Six digits or so: nothing is measured more exactly. */
function rounded(value: number): number {
  return Number(value.toPrecision(6))
}

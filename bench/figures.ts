/** What one process measured, by name: seconds, or what the name says; a list where there were several rounds. */
export type Figures = Readonly<Record<string, number | readonly number[]>>

/** All that one contender's processes measured. */
export interface Result {
  readonly name: string
  /** Rows or files of one round. */
  readonly items: number
  /** In the order in which they ran. */
  readonly processes: readonly Figures[]
}

/** The middle value; the mean of both where there are two of them, NaN where there is none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const half = sorted.length / 2
  return sorted.length % 2 === 1 ? sorted[Math.floor(half)]! : (sorted[half - 1]! + sorted[half]!) / 2
}

/** The value below which this share of the values lies; NaN where there is none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/** Every round of every process; empty where this was not measured. */
export function valuesOf({ processes }: Result, figure: string): readonly number[] {
  return processes.flatMap((figures) => figures[figure] ?? [])
}

/** The figures of which of two ways to do the same was the faster one. */
export function faster(one: readonly number[], other: readonly number[]): readonly number[] {
  return median(one) <= median(other) ? one : other
}

import process from 'node:process'
import type { Figures } from './figures.ts'

/** What every contender is told. */
export interface Course {
  /** Empty, and its own. */
  readonly directory: string
}

/** What this process is asked to do: the JSON that its group gave it as the only argument. */
export function course<T extends object>(): Course & T {
  return JSON.parse(process.argv[2]!) as Course & T
}

/** Ends a contender's work: prints what it measured. */
export function tell(figures: Figures): void {
  process.stdout.write(`${JSON.stringify(figures)}\n`)
}

/** Throws unless so many were done. */
export function demand(done: number, expected: number, what: string): void {
  if (done !== expected) throw new Error(`${done} instead of ${expected} were ${what}`)
}

/** The most memory that this process ever had, in megabytes. */
export function peakMegabytes(): number {
  return process.resourceUsage().maxRSS / 1_024
}

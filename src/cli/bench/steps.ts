import process from 'node:process'
import type { BenchStep } from '../../bench.ts'

/** Shows what is being measured. */
export interface StepDisplay {
  readonly show: (step: BenchStep) => void
  /** Makes room for the result. */
  stop(): void
}

/** Where, and whether, steps are shown. */
export interface StepOptions {
  readonly json: boolean
  readonly quiet: boolean
  /** @default the process's stderr */
  readonly stream?: NodeJS.WriteStream
}

/** One line on a terminal, written over and over; elsewhere nothing, since a log is read afterwards. */
export function showSteps({ json, quiet, stream = process.stderr }: StepOptions): StepDisplay {
  if (json || quiet || !stream.isTTY) return { show() {}, stop() {} }
  const write = (text: string): void => void stream.write(`\r\x1b[2K${text}`)
  return { show: (step) => write(stepLine(step, stream.columns || 80)), stop: () => write('') }
}

/** A step as a line that fits. */
export function stepLine({ name, done, total }: BenchStep, columns: number): string {
  const percent = `${Math.floor((done / Math.max(1, total)) * 100)} %`.padStart(5)
  // The last column stays free: some terminals wrap as soon as it is written.
  return `measuring ${percent} · ${name}`.slice(0, columns - 1)
}

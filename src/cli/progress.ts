import process from 'node:process'
import { Presets, SingleBar } from 'cli-progress'
import type { Progress } from '../types.ts'

/** Shows how far a cycle is. */
export interface ProgressDisplay {
  update(progress: Progress): void
  /** Makes room for the result; it stays away from then on. */
  stop(): void
}

/** Where and how progress is shown. */
export interface ProgressOptions {
  /** What is being done, such as `exporting`. */
  readonly label: string
  readonly silent: boolean
  /** @default the process's own */
  readonly stream?: NodeJS.WriteStream
  /** Shown only after this many milliseconds: what is done at once needs no bar. @default 200 */
  readonly delay?: number
  /** Without a terminal, milliseconds between two lines. @default 2,000 */
  readonly interval?: number
}

const number = new Intl.NumberFormat('en-US')

/** The bar is as wide as the line allows, within reason. */
const [NARROWEST, WIDEST] = [10, 40]

/** A bar on a terminal; elsewhere, as in a log, a plain line at intervals. */
export function showProgress(options: ProgressOptions): ProgressDisplay {
  if (options.silent) return { update() {}, stop() {} }
  const stream = options.stream ?? process.stderr
  return stream.isTTY ? bar(options, stream) : lines(options, stream)
}

function bar({ label, delay = 200 }: ProgressOptions, stream: NodeJS.WriteStream): ProgressDisplay {
  const start = performance.now()
  let latest: Progress = { done: 0, total: 0 }
  const format = (): string => progressLine(label, latest, performance.now() - start, stream.columns || 80)
  // The bar leaves the line to the result, and gives the cursor back when a signal ends it.
  const options = { stream, format, hideCursor: true, clearOnComplete: true, gracefulExit: true, fps: 10 }
  let shown: SingleBar | undefined
  let stopped = false
  return {
    update(progress) {
      if (stopped) return
      latest = progress
      if (!shown && performance.now() - start >= delay) {
        shown = new SingleBar(options, Presets.shades_classic)
        shown.start(progress.total, progress.done)
      }
      shown?.update(progress.done)
    },
    stop() {
      stopped = true
      shown?.stop()
    },
  }
}

function lines({ label, interval = 2_000 }: ProgressOptions, stream: NodeJS.WriteStream): ProgressDisplay {
  const start = performance.now()
  let next = start + interval
  let stopped = false
  return {
    update(progress) {
      const now = performance.now()
      if (stopped || now < next) return
      next = now + interval
      stream.write(`${label} ${state(progress, now - start)}\n`)
    },
    stop() {
      stopped = true
    },
  }
}

/**
 * One line that fits into this many columns: with less room first the rate goes, then the bar.
 *
 * @param elapsed milliseconds
 */
export function progressLine(label: string, progress: Progress, elapsed: number, columns: number): string {
  const share = shareOf(progress)
  const percent = `${Math.floor(share * 100)} %`.padStart(5)
  const texts = [state(progress, elapsed), `${percent} · ${timeLeft(progress, elapsed)}`, percent]
  for (const text of texts) {
    // The last column stays free: some terminals wrap as soon as it is written.
    const room = Math.min(WIDEST, columns - label.length - text.length - 3)
    if (room < NARROWEST) continue
    const done = Math.round(share * room)
    return `${label} ${'█'.repeat(done)}${'░'.repeat(room - done)} ${text}`
  }
  return `${label} ${percent.trim()}`.slice(0, Math.max(0, columns - 1))
}

function state(progress: Progress, elapsed: number): string {
  const { done, total } = progress
  const all = number.format(total)
  // Aligned, so that nothing jumps about while the numbers grow.
  const pace = number.format(Math.round((done * 1_000) / Math.max(1, elapsed))).padStart(6)
  return `${number.format(done).padStart(all.length)}/${all} rows · ${pace} rows/s · ${timeLeft(progress, elapsed)}`
}

function shareOf({ done, total }: Progress): number {
  return total === 0 ? 1 : Math.min(1, done / total)
}

function timeLeft(progress: Progress, elapsed: number): string {
  const share = shareOf(progress)
  if (share === 0) return ' ? s left'
  const seconds = Math.ceil((elapsed / share - elapsed) / 1_000)
  return seconds < 100 ? `${String(seconds).padStart(2)} s left` : `${Math.ceil(seconds / 60)} min left`
}

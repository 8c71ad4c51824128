import process from 'node:process'
import { type Options, Presets, SingleBar } from 'cli-progress'
import type { Progress } from '../types.ts'

/** Shows how far an export is. */
export interface ProgressDisplay {
  update(progress: Progress): void
  stop(): void
}

/** Without a terminal, a plain line this often, in milliseconds. */
const LINE_INTERVAL = 2_000

const number = new Intl.NumberFormat('en-US')

/**
 * A bar on stderr with rows done, rate and time left, or a plain line at intervals where stderr is
 * no terminal. It appears with the first progress, so that small exports stay silent.
 */
export function showProgress(label: string, silent: boolean): ProgressDisplay {
  if (silent) return { update() {}, stop() {} }
  return process.stderr.isTTY ? bar(label) : lines(label)
}

function bar(label: string): ProgressDisplay {
  let shown: SingleBar | undefined
  const start = performance.now()
  return {
    update({ done, total }) {
      if (!shown) {
        shown = new SingleBar(layout(label), Presets.shades_classic)
        shown.start(total, done)
      }
      shown.setTotal(total)
      shown.update(done, { pace: pace(done, start), left: left(done, total, start) })
    },
    stop() {
      shown?.stop()
    },
  }
}

function layout(label: string): Options {
  const columns = process.stderr.columns || 80
  const narrow = columns < 72
  return {
    stream: process.stderr,
    format: narrow ? `${label} {bar} {percentage} %` : `${label} {bar} {value}/{total} · {pace} rows/s · {left} s left`,
    barsize: Math.max(5, Math.min(30, columns - (narrow ? label.length + 10 : 54))),
    formatValue: (value, _, type) => (type === 'percentage' ? String(value) : number.format(value)),
    hideCursor: true,
    clearOnComplete: true,
    stopOnComplete: false,
    linewrap: false,
    fps: 20,
  }
}

function lines(label: string): ProgressDisplay {
  const start = performance.now()
  let next = start + LINE_INTERVAL
  return {
    update({ done, total }) {
      if (performance.now() < next) return
      next = performance.now() + LINE_INTERVAL
      process.stderr.write(
        `${label} ${number.format(done)}/${number.format(total)} rows · ${pace(done, start)} rows/s · ${left(done, total, start)} s left\n`,
      )
    },
    stop() {},
  }
}

function pace(done: number, start: number): string {
  return number.format(Math.round((done * 1_000) / (performance.now() - start)))
}

function left(done: number, total: number, start: number): string {
  return done === 0 ? '?' : String(Math.ceil(((total - done) / done) * ((performance.now() - start) / 1_000)))
}

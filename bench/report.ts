import type { Samples } from './run.ts'

/** A target and how it turned out. */
export interface Check {
  readonly figure: string
  readonly target: string
  readonly measured: string
  readonly met: boolean
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

/** One line a contender: µs a row as median and spread, the second run, the peak memory. */
export function table(results: ReadonlyMap<string, Samples>, rows: number): string {
  const micros = (values: readonly number[] | undefined): string => {
    if (!values) return ''
    const [least, middle, most] = [Math.min(...values), median(values), Math.max(...values)].map((value) => ((value / rows) * 1e6).toFixed(1))
    return `${middle} (${least}–${most})`
  }
  const lines = [...results].map(([name, { seconds, again, rss }]) => `| ${name} | ${micros(seconds)} | ${micros(again)} | ${rss ? `${Math.round(median(rss))} MB` : ''} |`)
  return ['| contender | µs a row: median (least–most) | again, nothing to do | peak memory |', '| --- | --- | --- | --- |', ...lines].join('\n')
}

/** Compares the medians of one run with the targets. */
export function checks(all: Readonly<Record<string, unknown>>): Check[] {
  const of = (title: string, name: string, figure = 'seconds'): number => {
    const group = all[title] as Record<string, Samples> | undefined
    return median(group?.[name]?.[figure] ?? [])
  }
  const small = 'export, 10,000 rows, tmpfs, fsync off'
  const disk = 'export, 4,000 rows, disk, fsync on'
  const large = 'export, 200,000 rows, tmpfs, fsync off'
  const rowtree = of(small, 'rowtree')
  const faster = (figure: string, ratio: number, least: number): Check => ({ figure, target: `at least ${least} ×`, measured: `${ratio.toFixed(2)} ×`, met: ratio >= least })
  const slower = (figure: string, ratio: number, most: number): Check => ({ figure, target: `at most ${most} ×`, measured: `${ratio.toFixed(2)} ×`, met: ratio <= most })
  return [
    faster('speed against write-file-atomic', of(small, 'write-file-atomic') / rowtree, 8),
    faster('speed against atomically', of(small, 'atomically') / rowtree, 4),
    faster('speed against --workers 0', of(small, 'rowtree --workers 0') / rowtree, 1.4),
    slower('time against the bare loop', rowtree / of(small, 'loop'), 1.2),
    slower('time against the C loop, 2 threads', rowtree / of(small, 'C loop, 2 threads'), 3),
    slower('no change, time against the C loop, 2 threads', of(small, 'rowtree', 'again') / of(small, 'C loop, 2 threads'), 1),
    slower('Deno, time against Node', of(small, 'rowtree under Deno') / rowtree, 1.4),
    faster('fsync batch on disk, speed against write-file-atomic', of(disk, 'write-file-atomic') / of(disk, 'rowtree --fsync batch'), 4),
    slower('200,000 rows, time a row against 10,000', of(large, 'rowtree') / 20 / rowtree, 1.3),
    { figure: '200,000 rows, peak memory', target: 'at most 300 MB', measured: `${Math.round(of(large, 'rowtree', 'rss'))} MB`, met: of(large, 'rowtree', 'rss') <= 300 },
  ]
}

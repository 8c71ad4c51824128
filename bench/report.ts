import { median } from './rounds.ts'
import { SETTLE } from './watching.ts'

/** The figures of one contender, by what was timed: seconds of each round, or megabytes. */
export type Samples = Record<string, number[]>

export const SMALL = 'Export of 10,000 rows to tmpfs, fsync off'
export const DURABLE = 'Export of 4,000 rows to ext4, fsync on'
export const LARGE = 'Export of 200,000 rows to tmpfs, fsync off'

export const BACK = 'Import of 10,000 edited files of 2 KB, tmpfs'
export const ONE = 'Import of one edited file'

export const WATCH = 'Watch of 10,000 files, tmpfs'

export const SERVERS = 'Database servers: export of 10,000 rows, import of 1,000 edited files, fsync off'

/** A target and how it turned out. */
export interface Check {
  readonly figure: string
  readonly target: string
  readonly measured: string
  readonly met: boolean
}

/** One line a contender: µs a row as median and spread, and the peak memory. */
export function table(results: ReadonlyMap<string, Samples>, rows: number): string {
  const micros = (values: readonly number[] | undefined): string => {
    if (!values) return ''
    const [least, middle, most] = [Math.min(...values), median(values), Math.max(...values)].map((value) => ((value / rows) * 1e6).toFixed(1))
    return `${middle} (${least}–${most})`
  }
  const lines = [...results].map(([name, { warm, cold, warmAgain, coldAgain, rss }]) =>
    `| ${[name, micros(warm), micros(cold), micros(warmAgain), micros(coldAgain), rss ? `${Math.round(median(rss))} MB` : ''].join(' | ')} |`,
  )
  return ['| contender | µs a row | in a fresh process | nothing to do | in a fresh process | peak memory |', '| --- | --- | --- | --- | --- | --- |', ...lines].join('\n')
}

function faster(figure: string, ratio: number, least: number): Check {
  return { figure, target: `at least ${least} ×`, measured: `${ratio.toFixed(2)} ×`, met: ratio >= least }
}

function slower(figure: string, ratio: number, most: number): Check {
  return { figure, target: `at most ${most} ×`, measured: `${ratio.toFixed(2)} ×`, met: ratio <= most }
}

function below(figure: string, value: number, most: number, unit: string, digits = 0): Check {
  return { figure, target: `at most ${Number(most.toFixed(2))} ${unit}`, measured: `${value.toFixed(digits)} ${unit}`, met: value <= most }
}

function cell(values: readonly number[] | undefined, items: number): string {
  return values ? ((median(values) / items) * 1e6).toFixed(1) : ''
}

/** One line a contender: µs a file for each kind of work, or µs for one file. */
export function backTable(results: ReadonlyMap<string, Samples>, rows: number): string {
  const columns: readonly [name: string, figure: string, items: number][] = [
    ['import all, µs a file', 'import', rows],
    ['in a fresh process', 'coldImport', rows],
    ['status', 'status', rows],
    ['export with nothing to do', 'nothing', rows],
    ['import of one named file, µs', 'one', 1],
  ]
  const lines = [...results].map(([name, samples]) => `| ${[name, ...columns.map(([, figure, items]) => cell(samples[figure], items))].join(' | ')} |`)
  return [`| contender | ${columns.map(([name]) => name).join(' | ')} |`, `| ${Array(columns.length + 1).fill('---').join(' | ')} |`, ...lines].join('\n')
}

/** One line a contender: what it costs to watch, and how soon a save is where it belongs. */
export function watchTable(results: ReadonlyMap<string, Samples>): string {
  const columns: readonly [name: string, figure: string, form: (value: number) => string][] = [
    ['ready after, s', 'ready', (value) => value.toFixed(2)],
    ['idle, % of a core', 'idle', (value) => value.toFixed(2)],
    ['resident, MB', 'rss', (value) => value.toFixed(0)],
    ['one save, median ms', 'median', (value) => value.toFixed(1)],
    ['99th percentile', 'p99', (value) => value.toFixed(1)],
    ['10,000 saves, s', 'burst', (value) => value.toFixed(2)],
    ['2,000 with a queue of 64, s', 'queue', (value) => value.toFixed(2)],
    ['a look at all files, ms', 'rescan', (value) => (value * 1_000).toFixed(0)],
    ['longest wait meanwhile, ms', 'blocked', (value) => value.toFixed(1)],
  ]
  const lines = [...results].map(([name, samples]) => `| ${[name, ...columns.map(([, figure, form]) => (samples[figure] ? form(median(samples[figure])) : ''))].join(' | ')} |`)
  return [`| contender | ${columns.map(([name]) => name).join(' | ')} |`, `| ${Array(columns.length + 1).fill('---').join(' | ')} |`, ...lines].join('\n')
}

/** One line a server: ms for each kind of work. */
export function serverTable(results: ReadonlyMap<string, Samples>): string {
  const columns: readonly [name: string, figure: string][] = [
    ['export', 'export'], ['the driver\'s SELECT', 'select'], ['the part of the files', 'files'], ['import', 'import'], ['prepared updates by hand', 'updates'],
  ]
  const lines = [...results].map(([name, samples]) => `| ${[name, ...columns.map(([, figure]) => (median(samples[figure] ?? []) * 1_000).toFixed(0))].join(' | ')} |`)
  return [`| ms | ${columns.map(([name]) => name).join(' | ')} |`, `| ${Array(columns.length + 1).fill('---').join(' | ')} |`, ...lines].join('\n')
}

/** Compares the medians of one run with the targets. */
export function checks(all: Readonly<Record<string, unknown>>): Check[] {
  const of = (title: string, name: string, figure = 'warm'): number => {
    const group = all[title] as Record<string, Samples> | undefined
    return median(group?.[name]?.[figure] ?? [])
  }
  const rowtree = of(SMALL, 'rowtree')
  const againstHand = (name: string): Check[] => [
    slower(`${name}: export, time against SELECT and the part of the files`, of(SERVERS, name, 'export') / (of(SERVERS, name, 'select') + of(SERVERS, name, 'files')), 1.5),
    slower(`${name}: import, time against prepared updates by hand`, of(SERVERS, name, 'import') / of(SERVERS, name, 'updates'), 1.5),
  ]
  const figures = [
    faster('speed against write-file-atomic', of(SMALL, 'write-file-atomic') / rowtree, 8),
    faster('speed against atomically', of(SMALL, 'atomically') / rowtree, 4),
    faster('speed against --workers 0', of(SMALL, 'rowtree --workers 0') / rowtree, 1.4),
    slower('time against the bare loop', rowtree / of(SMALL, 'loop'), 1.2),
    slower('the same in a fresh process', of(SMALL, 'rowtree', 'cold') / of(SMALL, 'loop', 'cold'), 1.2),
    slower('time against the C loop, 2 threads', rowtree / of(SMALL, 'C loop, 2 threads'), 3),
    slower('nothing to do, time against the C loop, 2 threads', of(SMALL, 'rowtree', 'warmAgain') / of(SMALL, 'C loop, 2 threads'), 1),
    slower('Deno, time against Node', of(SMALL, 'rowtree under Deno') / rowtree, 1.4),
    faster('fsync batch on ext4, speed against write-file-atomic', of(DURABLE, 'write-file-atomic') / of(DURABLE, 'rowtree --fsync batch'), 4),
    slower('import of edited files, time against the loop of prepared UPDATEs', of(BACK, 'rowtree', 'import') / of(BACK, 'loop of UPDATEs', 'import'), 2),
    slower('status, time against an export with nothing to do', of(BACK, 'rowtree', 'status') / of(BACK, 'rowtree', 'nothing'), 1.2),
    slower('import of one file, 100,000 rows against 100', of(ONE, '100,000 rows', 'one') / of(ONE, '100 rows', 'one'), 2),
    slower('200,000 rows, time a row against 10,000', of(LARGE, 'rowtree') / 20 / rowtree, 1.3),
    below('200,000 rows, peak memory', of(LARGE, 'rowtree', 'rss'), 300, 'MB'),
    below('watch: a save to its row, median', of(WATCH, 'rowtree', 'median'), SETTLE + 10, 'ms', 1),
    below('watch: a save to its row, 99th percentile', of(WATCH, 'rowtree', 'p99'), SETTLE + 60, 'ms', 1),
    below('watch: 10,000 saves, from the last to the last row', of(WATCH, 'rowtree', 'burst'), 2, 's', 2),
    below('watch: 2,000 saves and a queue of 64 events', of(WATCH, 'rowtree', 'queue'), 2 + of(WATCH, 'look', 'rescan'), 's', 2),
    slower('watch: a look at 10,000 unchanged files, time against find', of(WATCH, 'look', 'rescan') / of(WATCH, 'look', 'find'), 3),
    below('watch: idle, of a core', of(WATCH, 'rowtree', 'idle'), 1, '%', 2),
    below('watch: resident', of(WATCH, 'rowtree', 'rss'), 150, 'MB'),
    ...againstHand('MariaDB'),
    ...againstHand('PostgreSQL'),
  ]
  // What was not run has no figure.
  return figures.filter(({ measured }) => !measured.startsWith('NaN'))
}

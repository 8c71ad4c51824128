import type { BenchReport, Course, Ratio, Verdict } from '../bench.ts'
import { RowtreeError } from '../errors.ts'

/** What of an earlier report counts. Its times do not: they are another machine's, or another hour's. */
export interface Earlier {
  readonly course: Comparable
  readonly cores: number | undefined
  readonly ratios: readonly Ratio[]
}

/** What two measurements must have in common: each of these moves the ratios. */
type Comparable = Pick<Course, 'rows' | 'size' | 'fsync' | 'settle' | 'workers'>

const COMPARED = ['rows', 'size', 'fsync', 'settle', 'workers'] as const

/** What makes a course like the earlier one's. */
const REMEDIES: Readonly<Record<(typeof COMPARED)[number], (value: unknown) => string>> = {
  rows: (value) => `run it with --rows ${String(value)}`,
  size: (value) => `run it with --size ${String(value)}`,
  fsync: (value) => `set export.fsync: ${String(value)}`,
  settle: (value) => `set watch.settle: ${String(value)}ms`,
  workers: (value) => `set export.workers: ${String(value)}`,
}

/**
 * Reads what `rowtree bench --json` printed.
 *
 * @param file its name, for messages
 * @throws {RowtreeError} `usage`: it is something else
 */
export function readEarlier(text: string, file: string): Earlier {
  const document = parsed(text)
  if (!isMap(document)) throw foreign(file, 'it is no JSON document')
  if (document['format'] !== 1) throw foreign(file, 'format' in document ? `its format is ${JSON.stringify(document['format'])}, this rowtree reads 1` : 'it is no report of rowtree bench')
  const { course, machine, ratios } = document
  if (!isMap(course) || COMPARED.some((name) => !/^(number|string)$/.test(typeof course[name]))) throw foreign(file, 'it does not say what was measured')
  if (!Array.isArray(ratios) || !ratios.every(isRatio) || !ratios.some(({ name }) => name === 'speedup')) throw foreign(file, 'it lacks the speedup, or a ratio is no number above 0')
  const cores = isMap(machine) && typeof machine['cores'] === 'number' ? machine['cores'] : undefined
  return { course: course as unknown as Comparable, cores, ratios: ratios.map(({ name, value, better }) => ({ name, value, better })) }
}

/**
 * Checks, before anything is measured, that it can be compared.
 *
 * @throws {RowtreeError} `usage`
 */
export function requireComparable(course: Comparable, { course: earlier }: Earlier, file: string): void {
  const name = COMPARED.find((one) => course[one] !== earlier[one])
  if (name === undefined) return
  throw new RowtreeError('usage', `Cannot compare with ${file}: it was measured with ${name} ${String(earlier[name])}, not ${String(course[name])}`, { path: file, remedy: `${REMEDIES[name](earlier[name])}, or measure it anew` })
}

/**
 * Whether each ratio that both reports have is about as good as it was.
 *
 * @param most how many times worse one may be, at least 1
 */
export function compareReports({ ratios }: Pick<BenchReport, 'ratios'>, { ratios: earlier }: Pick<Earlier, 'ratios'>, most: number): Verdict[] {
  return ratios.flatMap(({ name, value, better }): Verdict[] => {
    const before = earlier.find((ratio) => ratio.name === name)?.value
    if (before === undefined) return []
    const limit = better === 'higher' ? before / most : before * most
    return [{ name: 'regression', figure: name, measured: value, earlier: before, limit, better, met: better === 'higher' ? value >= limit : value <= limit }]
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // What is no JSON is no document, either.
    return undefined
  }
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isRatio(value: unknown): value is Ratio {
  if (!isMap(value) || typeof value['name'] !== 'string' || !/^(higher|lower)$/.test(String(value['better']))) return false
  const number = value['value']
  return typeof number === 'number' && Number.isFinite(number) && number > 0
}

function foreign(file: string, state: string): RowtreeError {
  return new RowtreeError('usage', `Cannot compare with ${file}: ${state}`, { path: file, remedy: 'make one with rowtree bench --json' })
}

import { join } from 'node:path'
import { openBaseline } from '../../src/baseline/sqlite.ts'
import { MERGE_SUFFIX } from '../../src/core/droppings.ts'
import type { Problem, Summary, Undone } from '../../src/index.ts'
import type { Answer } from '../support/faults/actor.ts'
import { type Sides, sidesOf } from '../support/sides.ts'

/** What a scene is before its operation and after it, when nothing fails. */
export interface Span {
  readonly before: Sides
  readonly after: Sides
}

/** Everything that breaks the promise in what a failing operation left. */
export function lossesOf(directory: string, { before, after }: Span): string[] {
  const now = sidesOf(directory)
  return [
    ...mixtures('file', now.files, before.files, after.files),
    ...mixtures('row', now.rows, before.rows, after.rows),
    ...gone(directory, now, before),
  ]
}

/** Neither old nor new. */
function mixtures(what: string, now: Sides['files'], before: Sides['files'], after: Sides['files']): string[] {
  const paths = new Set([...now.keys(), ...before.keys(), ...after.keys()])
  return [...paths].flatMap((path) => {
    const content = now.get(path)
    if (content === before.get(path) || content === after.get(path)) return []
    return [`the ${what} ${path} is neither old nor new: ${content === undefined ? 'it is gone' : JSON.stringify(content)}`]
  })
}

/** What was there before, and is in no file, no row and no record of history. */
function gone(directory: string, now: Sides, before: Sides): string[] {
  const present = new Set([...now.files.values(), ...now.rows.values()])
  const missing = [...before.files, ...before.rows].filter(([, content]) => !present.has(content))
  if (missing.length === 0) return []
  const kept = historyOf(directory)
  return missing.filter(([, content]) => !kept.has(content)).map(([path, content]) => `lost of ${path}, and not in history: ${JSON.stringify(content)}`)
}

function historyOf(directory: string): ReadonlySet<string> {
  const baseline = openBaseline(join(directory, '.rowtree/baseline.db'), { tree: '../tree', durable: false, command: 'test' })
  try {
    const records = baseline.operations(100).flatMap(({ id }) => baseline.records(id))
    return new Set(records.flatMap(({ before }) => (before ? [Buffer.from(baseline.content(before)).toString('latin1')] : [])))
  } finally {
    baseline.close()
  }
}

/** What differs between two states of a project. */
export function unlike(one: Sides, other: Sides): string[] {
  return (['files', 'rows'] as const).flatMap((side) => changesOf(one[side], other[side]).map((path) => `${side.slice(0, -1)} ${path}`))
}

/** Where what an operation said is not true, or not clear. */
export function liesOf(answer: Answer, directory: string, span: Span): string[] {
  if (answer.ok) return 'rows' in (answer.value as object) ? liesOfUndone(answer.value as Undone, directory, span) : liesOfSummary(answer.value as Summary, directory, span)
  const { code, message, stack } = answer.error!
  if (stack !== undefined) return [`an error that nobody expected: ${stack.split('\n').slice(0, 4).join(' | ')}`]
  return code !== undefined && /^Cannot [^:]+: .+[;.] [^;]+$/.test(message) ? [] : [`an error without a remedy: ${message}`]
}

/** Paths where one side is not what it was. */
export function changesOf(now: Sides['files'], before: Sides['files']): string[] {
  return [...new Set([...now.keys(), ...before.keys()])].filter((path) => now.get(path) !== before.get(path)).toSorted()
}

function liesOfSummary(summary: Summary, directory: string, { before, after }: Span): string[] {
  const now = sidesOf(directory)
  const [files, rows] = [changesOf(now.files, before.files).filter((path) => !path.endsWith(MERGE_SUFFIX)), changesOf(now.rows, before.rows)]
  const counted = {
    exported: files.filter((path) => now.files.has(path)).length,
    removed: files.filter((path) => !now.files.has(path)).length,
    imported: rows.filter((path) => now.rows.has(path)).length,
    deleted: rows.filter((path) => !now.rows.has(path)).length,
  }
  const counts = Object.entries(counted).flatMap(([what, count]) => {
    const said = summary[what as keyof typeof counted]
    return said === count ? [] : [`it says ${said} ${what}, and ${count} are: ${JSON.stringify(what === 'exported' || what === 'removed' ? files : rows)}`]
  })
  return [...counts, ...namesOf([...summary.problems, ...summary.conflicts, ...summary.holds], now, { before, after })]
}

function liesOfUndone({ rows, files, problems, conflicts }: Undone, directory: string, span: Span): string[] {
  const now = sidesOf(directory)
  const said = [...rows.map((path) => `row ${path}`), ...files.map((path) => `file ${path}`)].toSorted()
  const done = [...changesOf(now.rows, span.before.rows).map((path) => `row ${path}`), ...changesOf(now.files, span.before.files).map((path) => `file ${path}`)].toSorted()
  const lies = JSON.stringify(said) === JSON.stringify(done) ? [] : [`it says that it took back ${said.join(', ')}, and it did ${done.join(', ')}`]
  return [...lies, ...namesOf([...problems, ...conflicts], now, span)]
}

/** A file with conflict markers is looked for once more when it is gone: whoever cannot look cannot tell. */
function isLook({ path, message }: Problem): boolean {
  return path.endsWith(MERGE_SUFFIX) && message.includes('lstat')
}

/** Each item that is not as it should be is named, once, and none that is. */
function namesOf(named: readonly Problem[], now: Sides, { before, after }: Span): string[] {
  const isDone = (path: string): boolean => now.files.get(path) === after.files.get(path) && now.rows.get(path) === after.rows.get(path)
  const isNothing = (path: string): boolean => before.files.get(path) === after.files.get(path) && before.rows.get(path) === after.rows.get(path)
  const paths = new Set([before, after, now].flatMap(({ files, rows }) => [...files.keys(), ...rows.keys()]))
  // A directory that could not be listed speaks for the new files in it, a file for the one with conflict markers beside it.
  const speaks = (beside: string): boolean => named.some((one) => [one.path, one.path + MERGE_SUFFIX].includes(beside) || (one.code === 'read-failed' && (one.path === '.' || beside.startsWith(`${one.path}/`))))
  const unnamed = [...paths].filter((path) => !isDone(path) && !speaks(path)).map((path) => `${path} is not done, and nobody says so`)
  const twice = named.filter((one, index) => named.findIndex(({ path, code }) => path === one.path && code === one.code) < index)
  const wrong = named.filter((one) => /^(write|remove)-failed$/.test(one.code) && paths.has(one.path) && isDone(one.path) && !isNothing(one.path) && !isLook(one))
  const blank = named.filter(({ code, errno }) => code.endsWith('-failed') && errno === undefined)
  return [
    ...unnamed,
    ...twice.map(({ path, message }) => `${path} is named twice: ${message}`),
    ...wrong.map(({ path, message }) => `${path} is done, and it says: ${message}`),
    ...blank.map(({ path, message }) => `${path} failed without the system's word for it: ${message}`),
  ]
}

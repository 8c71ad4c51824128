import { diff3Merge, diffComm } from 'node-diff3'
import { align, linesOf } from './alignment.ts'

/** What became of a merge. */
export interface Merged {
  /** Whether nothing is left to a person; otherwise there are conflict markers in the text. */
  readonly clean: boolean
  readonly text: string
}

/** Lines of one version, or what the two sides made of the same lines. */
type Region = { readonly ok: readonly string[] } | { readonly store: readonly string[]; readonly base?: readonly string[]; readonly tree: readonly string[] }

/** What the comparison of lines may cost before the rest of a text is compared in one piece. */
interface Budget {
  steps: number
}

/** A third of a second. The comparison's worst case is cubic: 5,000 lines of three kinds would take a minute. */
const STEPS = 1e8

/**
 * Merges two versions of a text line by line. Lines are compared with their line ends, so a clean merge has the
 * bytes of one side or of both. Where the changes of both sides touch, git's markers tell them apart; lines that would
 * take too long to compare count as one change.
 *
 * @param base what both sides had; `undefined`: nothing in common, so whatever differs is a conflict
 *
 * @example
 * ```ts
 * mergeTexts('a\nb\nc\n', 'A\nb\nc\n', 'a\nb\nC\n') // { clean: true, text: 'A\nb\nC\n' }
 * ```
 */
export function mergeTexts(base: string | undefined, store: string, tree: string): Merged {
  if (store === tree || tree === base) return { clean: true, text: store }
  if (store === base) return { clean: true, text: tree }
  const budget: Budget = { steps: STEPS }
  const versions = [base, store, tree].filter((text) => text !== undefined).map(linesOf)
  const regions = align(versions).flatMap((part) => mergePart(part, budget))
  const lineEnd = /\r?\n/.exec(tree)?.[0] ?? /\r?\n/.exec(store)?.[0] ?? '\n'
  return {
    clean: regions.every((region) => 'ok' in region),
    text: regions.map((region) => ('ok' in region ? region.ok.join('') : marked(region, lineEnd))).join(''),
  }
}

/** Whether conflict markers of `mergeTexts` are left in a text. */
export function hasMarkers(text: string): boolean {
  return [/^<<<<<<< store\r?$/m, /^=======\r?$/m, /^>>>>>>> tree\r?$/m].every((marker) => marker.test(text))
}

/** Takes off what is equal at both ends of all versions, and merges what lies between. */
function mergePart(part: readonly (readonly string[])[], budget: Budget): Region[] {
  const [first = []] = part
  const shortest = Math.min(...part.map((lines) => lines.length))
  let head = 0
  while (head < shortest && part.every((lines) => lines[head] === first[head])) head++
  let tail = 0
  while (tail < shortest - head && part.every((lines) => lines.at(-1 - tail) === first.at(-1 - tail))) tail++
  const middles = part.map((lines) => lines.slice(head, lines.length - tail))
  return [{ ok: first.slice(0, head) }, ...mergeMiddle(middles, budget), { ok: first.slice(first.length - tail) }]
}

function mergeMiddle(middles: readonly string[][], budget: Budget): Region[] {
  const [tree = [], store = [], base] = middles.toReversed()
  if (equal(store, tree)) return [{ ok: store }]
  if (!base) return within(budget, [[store, tree]]) ? compare(store, tree) : [{ store, tree }]
  if (equal(base, tree)) return [{ ok: store }]
  if (equal(base, store)) return [{ ok: tree }]
  if (!within(budget, [[base, store], [base, tree]])) return [{ store, base, tree }]
  return diff3Merge(store, base, tree, { excludeFalseConflicts: true }).map(({ ok, conflict }) => {
    return conflict ? { store: conflict.a, base: conflict.o, tree: conflict.b } : { ok: ok ?? [] }
  })
}

function compare(store: string[], tree: string[]): Region[] {
  return diffComm(store, tree).map(({ common, buffer1, buffer2 }) => (common ? { ok: common } : { store: buffer1, tree: buffer2 }))
}

/** Takes what these comparisons cost at most: each pair of equal lines may look at each line that is already aligned. */
function within(budget: Budget, pairs: readonly (readonly [a: readonly string[], b: readonly string[]])[]): boolean {
  let cost = 0
  for (const [a, b] of pairs) {
    const counts = new Map<string, number>()
    for (const line of a) counts.set(line, (counts.get(line) ?? 0) + 1)
    const matches = b.reduce((sum, line) => sum + (counts.get(line) ?? 0), 0)
    cost += a.length + b.length + matches * Math.min(a.length, b.length)
  }
  if (cost > budget.steps) return false
  budget.steps -= cost
  return true
}

function marked({ store, base, tree }: Exclude<Region, { ok: unknown }>, lineEnd: string): string {
  const sides = [['<<<<<<< store', store], ...(base ? [['||||||| baseline', base] as const] : []), ['=======', tree]] as const
  return `${sides.map(([marker, lines]) => `${marker}${lineEnd}${ended(lines.join(''), lineEnd)}`).join('')}>>>>>>> tree${lineEnd}`
}

/** A marker stands at the start of a line. */
function ended(text: string, lineEnd: string): string {
  return text === '' || text.endsWith('\n') ? text : text + lineEnd
}

function equal(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((line, index) => line === b[index])
}

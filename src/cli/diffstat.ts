import type { Difference } from '../options.ts'
import { number, type Paint, plain, plural } from './words.ts'

/** How much of a path differs. */
export type Change = Pick<Difference, 'path' | 'binary' | 'added' | 'removed'>

/** A graph is never narrower than this, unless all changes fit into less. */
const NARROWEST = 10
const WIDEST = 50
/** What graphs may take of a line that is narrower still. */
const SHARE = 3 / 8

/**
 * What differs at a glance, as git shows it: a line a path with the number of its lines and a graph, and a total. Everything
 * fits into this many columns; where there is less room, first the graphs are scaled down, then paths lose their beginning.
 *
 * @example
 * ```ts
 * diffstat([{ path: 'a.css', binary: false, added: 2, removed: 1 }], 80)
 * // [' a.css | 3 ++-', ' 1 file changed, 2 insertions(+), 1 deletion(-)']
 * ```
 */
export function diffstat(changes: readonly Change[], columns: number, paint: Paint = plain): string[] {
  const largest = greatest(changes.map(linesOf))
  const digits = greatest(changes.map((change) => countOf(change).length))
  // The last column stays free: some terminals wrap as soon as it is written.
  const room = columns - digits - ' '.length - ' | '.length - ' '.length - 1
  const longest = greatest(changes.map(({ path }) => path.length))
  const width = Math.max(1, Math.min(longest, room - Math.min(largest, NARROWEST, Math.floor(room * SHARE))))
  const graph = Math.max(1, Math.min(room - width, WIDEST))
  const lines = changes.map((change) => {
    const { added, removed } = scaled(change, largest, graph)
    const bar = [...(added > 0 ? [paint('green', '+'.repeat(added))] : []), ...(removed > 0 ? [paint('red', '-'.repeat(removed))] : [])].join('')
    return ` ${shortened(change.path, width).padEnd(width)} | ${countOf(change).padStart(digits)} ${bar}`.trimEnd()
  })
  return [...lines, total(changes, columns)]
}

function total(changes: readonly Change[], columns: number): string {
  const added = changes.reduce((sum, change) => sum + change.added, 0)
  const removed = changes.reduce((sum, change) => sum + change.removed, 0)
  const parts = [
    `${number.format(changes.length)} ${plural(changes.length, 'file')} changed`,
    ...(added > 0 ? [`${number.format(added)} ${plural(added, 'insertion')}(+)`] : []),
    ...(removed > 0 ? [`${number.format(removed)} ${plural(removed, 'deletion')}(-)`] : []),
  ]
  const line = ` ${parts.join(', ')}`
  if (line.length < columns) return line
  return ` ${number.format(changes.length)} ${plural(changes.length, 'file')}: +${number.format(added)} -${number.format(removed)}`
}

/** Whatever changed keeps a mark of its own, however small its share is. */
function scaled(change: Change, largest: number, width: number): { added: number; removed: number } {
  const { added, removed } = change
  if (change.binary || largest <= width) return change.binary ? { added: 0, removed: 0 } : { added, removed }
  const scale = (count: number): number => (count === 0 ? 0 : 1 + Math.floor((count * (width - 1)) / largest))
  const both = Math.max(scale(added + removed), added > 0 && removed > 0 ? Math.min(2, width) : 0)
  const less = Math.min(scale(Math.min(added, removed)), both)
  return added < removed ? { added: less, removed: both - less } : { added: both - less, removed: less }
}

function linesOf({ binary, added, removed }: Change): number {
  return binary ? 0 : added + removed
}

function countOf(change: Change): string {
  return change.binary ? 'Bin' : String(linesOf(change))
}

/** The end of a path tells more than its beginning. */
function shortened(path: string, width: number): string {
  return path.length <= width ? path : `…${path.slice(path.length - width + 1)}`
}

function greatest(numbers: readonly number[]): number {
  return numbers.reduce((most, one) => Math.max(most, one), 0)
}

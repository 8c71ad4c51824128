import type { Summary } from '../types.ts'
import { caretName } from './caret.ts'
import type { Output } from './output.ts'
import { number, plural } from './words.ts'

/** The commands that run a cycle. */
export type CycleCommand = 'export' | 'import' | 'sync' | 'resolve'

/** Counts that stand first and are told even when they are zero, because they are what was asked for. */
const ASKED: Readonly<Record<CycleCommand, readonly ('exported' | 'imported' | 'unchanged')[]>> = {
  export: ['exported', 'unchanged'],
  import: ['imported', 'unchanged'],
  sync: ['imported', 'exported', 'unchanged'],
  resolve: [],
}

/** Tells a person what a cycle did, what needs a decision and what waits for a flag. */
export function reportSummary(output: Output, command: CycleCommand, summary: Summary, dryRun = false): void {
  output.list('problem', summary.problems)
  output.list('hold', summary.holds)
  output.list('conflict', summary.conflicts)
  output.say((dryRun ? 'dry run: ' : '') + summaryLine(command, summary))
  output.list('deletion', summary.deletions)
  for (const line of remedies(command, summary)) output.note(line)
}

/**
 * The line that tells people what a cycle did: only counts that are not zero, and always what was asked for.
 *
 * @example
 * ```ts
 * summaryLine('import', summary) // '20 imported · 971 unchanged · 0.04 s (24,775 rows/s)'
 * ```
 */
export function summaryLine(command: CycleCommand, summary: Summary): string {
  const { exported, imported, adopted, unchanged, removed, deleted, pending, conflicts, holds, problems } = summary
  const asked = new Set<string>(ASKED[command])
  const moved = { exported, imported }
  const first = command === 'import' || command === 'sync' ? (['imported', 'exported'] as const) : (['exported', 'imported'] as const)
  const counts: readonly (readonly [count: number, word: string])[] = [
    ...first.map((word) => [moved[word], word] as const),
    [adopted, 'adopted'],
    [unchanged, 'unchanged'],
    [removed, 'removed'],
    [deleted, 'deleted'],
    [pending, 'pending'],
    [conflicts.length, plural(conflicts.length, 'conflict')],
    [holds.length, plural(holds.length, 'hold')],
    [problems.length, plural(problems.length, 'problem')],
  ]
  const parts = counts.filter(([count, word]) => count > 0 || asked.has(word)).map(([count, word]) => `${number.format(count)} ${word}`)
  if (parts.length === 0) parts.push(`nothing to ${command}`)
  const rate = command === 'resolve' ? '' : ` (${number.format(summary.rowsPerSecond)} rows/s)`
  return [...parts, `${summary.seconds.toFixed(2)} s${rate}`].join(' · ')
}

/** More untracked files than this are counted, not named. */
const MOST_NAMED = 5

/** What a person can do about that which was left as it is. */
export function remedies(command: CycleCommand, summary: Summary): string[] {
  const { pending, deletions, conflicts, untracked } = summary
  const lines: string[] = []
  if (conflicts.length > 0 && command !== 'resolve') {
    lines.push('rowtree diff <path> shows a conflict, rowtree resolve <path> settles it.')
  }
  // Deletions name their flag themselves.
  const edits = pending - deletions.length
  if (edits > 0 && command === 'export') {
    lines.push(`An export leaves ${changes(edits)} in the tree alone:`, 'rowtree import brings the store up to date, --force lets the store win.')
  }
  if (edits > 0 && command === 'import') {
    lines.push(`An import leaves ${changes(edits)} in the store alone:`, 'rowtree export brings the tree up to date, --force lets the tree win.')
  }
  if (untracked.length > 0) lines.push(untrackedLine(untracked))
  return lines
}

function changes(count: number): string {
  return `${number.format(count)} pending ${plural(count, 'change')}`
}

function untrackedLine(paths: readonly string[]): string {
  const named = paths.slice(0, MOST_NAMED).map(caretName).join(', ')
  const rest = paths.length - MOST_NAMED
  const more = rest > 0 ? ` and ${number.format(rest)} more` : ''
  return `${number.format(paths.length)} ${paths.length === 1 ? 'file fits' : 'files fit'} no collection: ${named}${more}`
}

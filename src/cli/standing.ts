import type { State, Status, StatusItem } from '../types.ts'
import { caretName } from './caret.ts'
import { counted, firstOf, MOST_LISTED, number, type Paint, plain, plural, type Style } from './words.ts'

/** How a status is shown. */
export interface StandingOptions {
  /** All items, not only the first twenty of a group. @default false */
  readonly all?: boolean
  /** @default no colours */
  readonly paint?: Paint
}

/** Items that want the same of a person. */
interface Group {
  readonly title: string
  readonly remedy: string
  readonly letter: string
  readonly style: Style
  readonly holds: (item: StatusItem) => boolean
  /** Each item has a reason of its own. */
  readonly reasons?: true
}

/** First what waits for a decision, then what waits for a command. */
const GROUPS: readonly Group[] = [
  {
    title: 'Conflicts: both sides changed',
    remedy: 'rowtree diff <path>, then rowtree resolve <path> --prefer store|tree|merge',
    letter: 'C',
    style: 'red',
    holds: ({ state }) => state === 'conflict',
    reasons: true,
  },
  {
    title: 'Held back until you decide',
    remedy: 'rowtree resolve <path> --prefer store|tree',
    letter: 'H',
    style: 'yellow',
    holds: ({ state, code }) => state === 'held' && code !== 'misplaced',
    reasons: true,
  },
  {
    title: 'Misplaced: these files belong elsewhere',
    remedy: 'move each file to its place; no command settles it',
    letter: 'H',
    style: 'yellow',
    holds: ({ state, code }) => state === 'held' && code === 'misplaced',
    reasons: true,
  },
  {
    title: 'Changed in the tree',
    remedy: 'rowtree import takes it to the store',
    letter: 'M',
    style: 'green',
    holds: ({ state }) => state === 'tree-changed',
  },
  {
    title: 'New in the tree',
    remedy: 'rowtree import makes rows of it',
    letter: 'A',
    style: 'green',
    holds: ({ state, action }) => state === 'tree-only' && action !== 'remove-file',
  },
  {
    title: 'Deleted in the tree',
    remedy: 'rowtree import --delete deletes the rows, rowtree export restores the files',
    letter: 'D',
    style: 'magenta',
    holds: ({ state, action }) => state === 'store-only' && action === 'delete-row',
  },
  {
    title: 'Changed in the store',
    remedy: 'rowtree export takes it to the tree',
    letter: 'M',
    style: 'green',
    holds: ({ state }) => state === 'store-changed',
  },
  {
    title: 'New in the store',
    remedy: 'rowtree export makes files of it',
    letter: 'A',
    style: 'green',
    holds: ({ state, action }) => state === 'store-only' && action !== 'delete-row',
  },
  {
    title: 'Deleted in the store',
    remedy: 'rowtree export --prune removes the files',
    letter: 'D',
    style: 'magenta',
    holds: ({ state, action }) => state === 'tree-only' && action === 'remove-file',
  },
  {
    title: 'Untracked: files that fit no collection',
    remedy: 'they are left alone',
    letter: '?',
    style: 'dim',
    holds: ({ state }) => state === 'untracked',
  },
]

/** How both sides compare, for people. */
export function standing({ counts, items }: Status, options: StandingOptions = {}): string[] {
  const { all = false, paint = plain } = options
  const groups = GROUPS.flatMap(({ title, remedy, letter, style, holds, reasons }) => {
    const members = items.filter(holds)
    if (members.length === 0) return []
    const lines = members.map((item) => `${paint(style, letter)} ${caretName(reasons ? withReason(item) : item.path)}`)
    const listed = firstOf(lines, all ? lines.length : MOST_LISTED)
    return [paint('bold', title), paint('dim', `  (${remedy})`), ...listed.map((line) => `  ${line}`), '']
  })
  return [...groups, countsLine(counts)]
}

/** The path first, as in the other groups; most messages have it near their beginning. */
function withReason({ path, message }: StatusItem): string {
  if (message === undefined) return path
  const reason = message.replace(/^Cannot \w+ /, '')
  return reason.startsWith(path) ? reason : `${path}: ${message}`
}

/** Only counts that are not zero, and always how many are in sync. */
function countsLine(counts: Readonly<Record<State, number>>): string {
  const parts = counted([
    [counts.conflict, plural(counts.conflict, 'conflict')],
    [counts.held, 'held'],
    [counts['tree-changed'], 'changed in the tree'],
    [counts['tree-only'], 'only in the tree'],
    [counts['store-changed'], 'changed in the store'],
    [counts['store-only'], 'only in the store'],
    [counts.untracked, 'untracked'],
  ])
  return [...parts, `${number.format(counts['in-sync'])} in sync`].join(' · ')
}

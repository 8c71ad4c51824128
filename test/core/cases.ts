import type { Licence, OnConflict, Step } from '../../src/core/direction.ts'
import type { Action } from '../../src/types.ts'

/** A step, or one that needs a flag: without it, the path is left alone. */
type Rule = Exclude<Step, 'none' | 'hold' | 'merge'> | 'remove-file with prune' | 'delete-row with delete'

/** Everything that can be the case at one path, and what follows from it. */
export interface Case {
  readonly name: string
  /** Baseline, store and tree. A letter is a content and a dash nothing; they say only what is equal to what. */
  readonly sides: string
  readonly action: Action
  /** The steps of each direction when nobody is preferred and conflicts are kept. */
  readonly plain: Readonly<Record<Licence['direction'], Rule | 'none'>>
  /** The steps when this side wins, in the directions that may change the other one. */
  readonly wins: Readonly<Record<'store' | 'tree', Rule | 'none'>>
  /** Whether a sync may merge the two. */
  readonly merge: boolean
}

type Line = readonly [name: string, sides: string, action: Action, ...rules: (Rule | 'none')[]]

// The five rules: exporting, importing, syncing; then, whatever the case: the store wins, the tree wins.
const LINES: readonly Line[] = [
  ['nothing anywhere', '---', 'none', 'none', 'none', 'none', 'none', 'none'],
  ['all the same', 'aaa', 'none', 'none', 'none', 'none', 'none', 'none'],
  ['deleted on both sides', 'a--', 'adopt', 'adopt', 'adopt', 'adopt', 'adopt', 'adopt'],
  ['the same content appeared on both sides', '-aa', 'adopt', 'adopt', 'adopt', 'adopt', 'adopt', 'adopt'],
  ['both were edited alike', 'abb', 'adopt', 'adopt', 'adopt', 'adopt', 'adopt', 'adopt'],
  ['a new row', '-a-', 'export', 'export', 'pending', 'export', 'export', 'delete-row with delete'],
  ['only the row was edited', 'aba', 'export', 'export', 'pending', 'export', 'export', 'import'],
  ['a new file', '--a', 'import', 'pending', 'import', 'import', 'remove-file with prune', 'import'],
  ['only the file was edited', 'aab', 'import', 'pending', 'import', 'import', 'export', 'import'],
  ['the row was deleted', 'a-a', 'remove-file', 'remove-file with prune', 'pending', 'remove-file with prune', 'remove-file with prune', 'import'],
  ['the file was deleted', 'aa-', 'delete-row', 'export', 'delete-row with delete', 'delete-row with delete', 'export', 'delete-row with delete'],
  ['other contents appeared on both sides', '-ab', 'conflict', 'conflict', 'conflict', 'conflict', 'export', 'import'],
  ['both were edited, each in its way', 'abc', 'conflict', 'conflict', 'conflict', 'conflict', 'export', 'import'],
  ['the row was edited, the file deleted', 'ab-', 'conflict', 'conflict', 'conflict', 'conflict', 'export', 'delete-row with delete'],
  ['the row was deleted, the file edited', 'a-b', 'conflict', 'conflict', 'conflict', 'conflict', 'remove-file with prune', 'import'],
]

/** Cases in which both sides have something of their own. */
const MERGEABLE: ReadonlySet<string> = new Set(['-ab', 'abc'])

export const CASES: readonly Case[] = LINES.map(([name, sides, action, exporting, importing, syncing, store, tree]) => ({
  name,
  sides,
  action,
  plain: { export: exporting!, import: importing!, sync: syncing! },
  wins: { store: store!, tree: tree! },
  merge: MERGEABLE.has(sides),
}))

/** The contents of a case's three sides. */
export function contentsOf(sides: string): [baseline: string | undefined, store: string | undefined, tree: string | undefined] {
  const [baseline, store, tree] = [...sides].map((letter) => (letter === '-' ? undefined : letter))
  return [baseline, store, tree]
}

const BOTH = [false, true]
const PREFERENCES: readonly Licence['prefer'][] = [undefined, 'store', 'tree']
const ON_CONFLICT: readonly OnConflict[] = ['keep', 'store', 'tree', 'merge']

/** Everything that a person may ask for and allow. */
export const LICENCES: readonly Licence[] = (['export', 'import', 'sync'] as const).flatMap((direction) =>
  BOTH.flatMap((prune) =>
    BOTH.flatMap((del) =>
      PREFERENCES.flatMap((prefer) => ON_CONFLICT.map((onConflict): Licence => ({ direction, prune, delete: del, prefer, onConflict }))),
    ),
  ),
)

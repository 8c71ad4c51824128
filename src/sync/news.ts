import type { Problem, Summary } from '../types.ts'
import type { WatchNews } from '../watch.ts'
import type { Deed } from './tally.ts'

/** The paths that something was done to. */
export type Deeds = Readonly<Record<Deed, readonly string[]>>

/** What a cycle of a session found. */
export interface CycleReport {
  readonly summary: Summary
  /** What both sides held at each path that waits for a person. */
  readonly versions: ReadonlyMap<string, string>
}

/** What a cycle was about. */
export interface Look {
  /** Absent: all of them. */
  readonly paths?: readonly string[] | undefined
  /** Whether it took what the tree holds: without that it cannot tell what waits for a person. */
  readonly tree: boolean
}

type Standing = 'conflict' | 'held' | 'pending' | 'problem'

interface Told {
  /** What was told, with the versions that it was about. */
  readonly what: string
  /** Found by a look at everything, which alone can tell that it is over. */
  readonly everywhere: boolean
  /** A change on the other side may settle it, which no event at its path tells of. */
  readonly open: boolean
}

/** In the order in which they are done. */
const DEEDS: readonly Deed[] = ['exported', 'removed', 'imported', 'deleted']

/** What stays until files come back, which is told by the tree. */
const STICKY: ReadonlySet<string> = new Set(['mass-deletion', 'tree-emptied'])

/** What was done, as news. */
export function newsOf(deeds: Deeds, seconds: number): WatchNews[] {
  return DEEDS.filter((event) => deeds[event].length > 0).map((event) => ({ event, paths: deeds[event].toSorted(), seconds }))
}

/** Makes news of what waits for a person: told once, for as long as both sides stay what they are. */
export class Newsroom {
  readonly #told: Readonly<Record<Standing, Map<string, Told>>> = { conflict: new Map(), held: new Map(), pending: new Map(), problem: new Map() }

  of({ summary, versions }: CycleReport, look: Look): WatchNews[] {
    const { conflicts, holds, deletions, problems, untracked } = summary
    const news: WatchNews[] = untracked.length > 0 ? [{ event: 'untracked', paths: untracked }] : []
    for (const one of this.#changed('problem', problems, look, versions)) news.push(one)
    if (!look.tree) return news
    return [...news, ...this.#changed('conflict', conflicts, look, versions), ...this.#changed('held', holds, look, versions), ...this.#changed('pending', deletions, look, versions)]
  }

  /** Whether this path is told to wait for a person. */
  knows(path: string): boolean {
    return this.#told.conflict.has(path) || this.#told.held.has(path) || this.#told.pending.has(path)
  }

  /** Paths of what was told and lasts, as far as a change on the other side may settle it. */
  open(): string[] {
    return Object.values(this.#told).flatMap((told) => [...told].filter(([, { open }]) => open).map(([path]) => path))
  }

  #changed(event: Standing, problems: readonly Problem[], { paths, tree }: Look, versions: ReadonlyMap<string, string>): WatchNews[] {
    const told = this.#told[event]
    const now = new Map(problems.map((problem) => [problem.path, problem]))
    // An export sees no reason that lies in a file, and a look at one path none that lies in another row.
    const canTell = ({ everywhere }: Told): boolean => (paths ? !everywhere : tree || everywhere)
    for (const path of paths ?? [...told.keys()]) {
      const before = told.get(path)
      if (before && !now.has(path) && canTell(before)) told.delete(path)
    }
    const news: WatchNews[] = []
    for (const problem of now.values()) {
      const { path, code, message } = problem
      const what = `${message}\n${versions.get(path) ?? ''}`
      const before = told.get(path)
      if (before?.what !== what) news.push({ event, ...problem })
      told.set(path, { what, everywhere: before?.everywhere ?? (event === 'problem' && paths === undefined), open: event !== 'pending' && !STICKY.has(code) })
    }
    return news
  }
}

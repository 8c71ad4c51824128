import type { Problem, Summary } from '../types.ts'
import type { WatchNews } from '../watch.ts'
import type { Deed } from './tally.ts'

/** What a cycle of a session did. */
export interface CycleReport {
  readonly summary: Summary
  /** The paths that something was done to. */
  readonly deeds: Readonly<Record<Deed, readonly string[]>>
}

type Standing = 'conflict' | 'held' | 'pending' | 'problem'

/** In the order in which they are done. */
const DEEDS: readonly Deed[] = ['exported', 'removed', 'imported', 'deleted']

/** Makes news of reports: what was done, and what waits for a person, once for as long as it does. */
export class Newsroom {
  /** What was told of each path, by its kind. */
  readonly #told: Readonly<Record<Standing, Map<string, string>>> = { conflict: new Map(), held: new Map(), pending: new Map(), problem: new Map() }

  /**
   * The news in a report.
   *
   * @param looked the paths that the cycle was about; absent: all of them
   * @param tree whether the cycle took what the tree holds: without that it cannot tell whether something is still held
   */
  of({ summary, deeds }: CycleReport, looked: readonly string[] | undefined, tree: boolean): WatchNews[] {
    const { seconds, conflicts, holds, deletions, problems, untracked } = summary
    const news: WatchNews[] = []
    for (const event of DEEDS) {
      const paths = deeds[event]
      if (paths.length > 0) news.push({ event, paths: paths.toSorted(), seconds })
    }
    if (untracked.length > 0) news.push({ event: 'untracked', paths: untracked })
    news.push(...this.#changed('conflict', conflicts, looked), ...this.#changed('problem', problems, looked))
    if (tree) news.push(...this.#changed('held', holds, looked), ...this.#changed('pending', deletions, looked))
    return news
  }

  #changed(event: Standing, problems: readonly Problem[], looked: readonly string[] | undefined): WatchNews[] {
    const told = this.#told[event]
    const now = new Map(problems.map((problem) => [problem.path, problem]))
    for (const path of looked ?? told.keys()) if (!now.has(path)) told.delete(path)
    const news = [...now.values()].filter(({ path, message }) => told.get(path) !== message)
    for (const { path, message } of news) told.set(path, message)
    return news.map((problem) => ({ event, ...problem }))
  }
}

import { relative, sep } from 'node:path'
import { scratchRooms } from '../bench/place.ts'
import type { Config } from '../config.ts'
import { openRoot } from '../tree/root.ts'
import { type SweepOptions, type SweepResult, sweepDirectory, sweepTree } from '../tree/sweep.ts'

/** Sweeps a config's tree, and the directories beside it in which something is tried out or measured. See `sweep`. */
export function sweepAround(config: Config, options: SweepOptions): SweepResult {
  const root = openRoot(config.tree, true)
  const inTree = sweepTree(root, options)
  const beside = scratchRooms(config).map((room) => {
    const { removed, left, problems } = sweepDirectory(room, options)
    const named = (path: string): string => `${relative(root, room).replaceAll(sep, '/')}/${path}`
    return { removed: removed.map(named), left, problems: problems.map((problem) => ({ ...problem, path: named(problem.path) })) }
  })
  return {
    removed: [inTree, ...beside].flatMap(({ removed }) => removed),
    left: [inTree, ...beside].reduce((sum, { left }) => sum + left, 0),
    problems: [inTree, ...beside].flatMap(({ problems }) => problems),
  }
}

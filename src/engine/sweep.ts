import { scratchRooms } from '../bench/place.ts'
import type { Config } from '../config.ts'
import { openRoot, realPathOf } from '../tree/root.ts'
import { type SweepOptions, type SweepResult, sweepBoth, sweepDirectory } from '../tree/sweep.ts'

/** Sweeps a config's tree, its state, and the directories beside them in which something may have been measured. See `sweep`. */
export function sweepAround(config: Config, options: SweepOptions): SweepResult {
  const [root, state] = [openRoot(config.tree, true), realPathOf(config.state)]
  const others = scratchRooms(config).filter((room) => room !== state)
  const results = [sweepBoth(root, state, options), ...others.map((room) => sweepDirectory(room, options, root))]
  return {
    removed: results.flatMap(({ removed }) => removed),
    left: results.reduce((sum, { left }) => sum + left, 0),
    problems: results.flatMap(({ problems }) => problems),
  }
}

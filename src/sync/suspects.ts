import { join } from 'node:path'
import { errnoOf } from '../errors.ts'
import { lstat, sameStat } from '../tree/stat.ts'
import type { CyclePorts } from './plan.ts'

/**
 * Which of these paths a cycle has to look at, of all where something may have happened in the tree: those whose file is not proven to
 * be what the baseline knows by its stat alone, and those that wait for a person. Our own writes and repeated news end here, for
 * a tenth of what comparing both sides takes.
 *
 * @param rows of the paths, those whose rows may have changed
 */
export function suspectsOf({ root, baseline }: Pick<CyclePorts, 'root' | 'baseline'>, paths: readonly string[], rows?: ReadonlySet<string>): string[] {
  const entries = baseline.find(paths)
  const undecided = baseline.undecided()
  return paths.filter((path) => {
    const entry = entries.get(path)
    if (!entry?.settled || undecided.has(path) || rows?.has(path)) return true
    try {
      const found = lstat(join(root, path))
      return found?.kind !== 'file' || !sameStat(found, entry.stat)
    } catch (error) {
      // The cycle finds out what is wrong there.
      if (errnoOf(error)) return true
      throw error
    }
  })
}

import { sweepOnTheWay } from '../tree/sweep.ts'
import type { CyclePlan } from './plan.ts'
import type { Tally } from './tally.ts'

/**
 * Lists the files of a tree that take part, and removes temps that killed processes left. A directory that cannot be
 * listed hides new files only: whether a known one is there is asked for each by name.
 */
export function listFiles(root: string, { dryRun, scope, reserved }: Pick<CyclePlan, 'dryRun' | 'scope' | 'reserved'>, tally: Tally): string[] {
  const files: string[] = []
  const { problems } = sweepOnTheWay(root, { dryRun }, (path, entry) => {
    if (entry.isFile() && scope(path) && !reserved(path)) files.push(path)
  })
  for (const problem of problems) tally.problems.push(problem)
  return files
}

import { sweepOnTheWay } from '../sweep.ts'

/** What is in a tree. */
export interface Census {
  readonly files: number
  /** With the root. */
  readonly directories: number
  /** Paths of temps that a sweep would remove. */
  readonly stale: readonly string[]
  /** Messages about directories that cannot be listed. */
  readonly unlisted: readonly string[]
}

/** Counts what is in a tree, by one walk. */
export function takeCensus(root: string): Census {
  let [files, directories] = [0, 1]
  const { removed, problems } = sweepOnTheWay(root, { dryRun: true }, (_, entry) => {
    if (entry.isDirectory()) directories++
    else files++
  })
  return { files, directories, stale: removed, unlisted: problems.map(({ message }) => message) }
}

import type { Remark } from '../doctor.ts'
import { isInside } from '../tree/root.ts'
import { sweepDirectory } from '../tree/sweep.ts'
import { count } from './figures.ts'
import type { Place, Subject } from './subject.ts'

/** Whether killed processes left temps. */
export function temps({ config }: Subject, { root = config.tree, state, census }: Place): Remark[] {
  const stale = census()?.stale
  if (stale === undefined && state === undefined) return []
  // What cannot be listed there is told of the state.
  const beside = state === undefined || isInside(root, state) ? [] : sweepDirectory(state, { dryRun: true }, root).removed
  return [judgeTemps([...(stale ?? []), ...beside])]
}

export function judgeTemps(stale: readonly string[]): Remark {
  const name = 'temps'
  const measured = { stale: stale.length }
  if (stale.length === 0) return { name, status: 'ok', message: 'no temp files of killed processes', measured }
  const message = `${count(stale.length, 'temp file')} of killed processes, such as ${stale[0]}; the next export removes them, too`
  return { name, status: 'warn', message, remedy: 'rowtree sweep', measured }
}

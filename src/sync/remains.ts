import { join } from 'node:path'
import { errnoOf } from '../errors.ts'
import { lstat } from '../tree/stat.ts'
import type { Side } from '../types.ts'
import type { CyclePorts } from './plan.ts'

const CHUNK = 500

/**
 * Whether nothing is left on a side of all that the baseline knows, also where a cycle does not look: whoever names one path, or
 * a directory, would not see that everything else is gone as well. Ends at the first that is there.
 */
export async function isEmptied(side: Side, { store, root, baseline }: Pick<CyclePorts, 'store' | 'root' | 'baseline'>, signal?: AbortSignal): Promise<boolean> {
  let chunk: string[] = []
  const isThere = async (): Promise<boolean> => {
    signal?.throwIfAborted()
    if (side === 'tree') return chunk.some((path) => isFile(join(root, path)))
    return (await store.find(chunk)).some(({ kind }) => kind === 'row' || kind === 'problem')
  }
  for (const path of baseline.paths()) {
    if (chunk.push(path) < CHUNK) continue
    if (await isThere()) return false
    chunk = []
  }
  return chunk.length > 0 ? !(await isThere()) : true
}

/** Whether a file is seen at this path. */
export function isFile(path: string): boolean {
  try {
    return lstat(path)?.kind === 'file'
  } catch (error) {
    // What cannot be looked at does not show that a disk is mounted.
    if (errnoOf(error)) return false
    throw error
  }
}

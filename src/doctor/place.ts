import { dirname } from 'node:path'
import type { Config } from '../config.ts'
import { type Census, takeCensus } from '../tree/probes/census.ts'
import { deviceOf, directoryAt, isWritable, nearestDirectory } from '../tree/probes/directory.ts'
import { type Mount, mountOf } from '../tree/probes/mount.ts'
import type { Place } from './subject.ts'

/** Looks where a config's directories are. */
export function placeOf({ tree, state }: Pick<Config, 'tree' | 'state'>): Place {
  const [root, stateRoot] = [directoryAt(tree), directoryAt(state)]
  const together = root !== undefined && stateRoot !== undefined ? deviceOf(root) === deviceOf(stateRoot) : undefined
  const ground = root ?? nearestDirectory(dirname(tree))
  let census: Census | undefined
  return {
    root,
    state: stateRoot,
    together,
    ground,
    mount: mountAt(ground),
    room: together && isWritable(stateRoot!) ? stateRoot! : ground,
    census: () => (root === undefined ? undefined : (census ??= takeCensus(root))),
  }
}

/** Also a directory that is there may be one whose filesystem does not answer: a FUSE that died, a server that is gone. */
function mountAt(path: string): Mount | Error {
  try {
    return mountOf(path)
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

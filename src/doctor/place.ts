import { accessSync, constants, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Config } from '../config.ts'
import { type Census, takeCensus } from '../tree/probes/census.ts'
import { type Mount, mountOf } from '../tree/probes/mount.ts'
import { realPathOf } from '../tree/root.ts'
import type { Place } from './subject.ts'

/** Looks where a config's directories are. */
export function placeOf({ tree, state }: Pick<Config, 'tree' | 'state'>): Place {
  const [root, stateRoot] = [directoryAt(tree), directoryAt(state)]
  const together = root !== undefined && stateRoot !== undefined ? deviceOf(root) === deviceOf(stateRoot) : undefined
  const ground = root ?? nearest(dirname(tree))
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

/** The directory itself, or the next one above that may be looked at; the topmost one is taken as it is. */
export function nearest(path: string): string {
  const above = dirname(path)
  return directoryAt(path) ?? (above === path ? path : nearest(above))
}

/** The real path of a directory; `undefined` where there is none, or none that may be looked at. */
function directoryAt(path: string): string | undefined {
  try {
    const real = realPathOf(path)
    return statSync(real).isDirectory() ? real : undefined
  } catch {
    return undefined
  }
}

function deviceOf(path: string): number {
  return statSync(path).dev
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK | constants.X_OK)
    return true
  } catch {
    return false
  }
}

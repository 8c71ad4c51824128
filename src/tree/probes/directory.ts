import { spawnSync } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { dirname } from 'node:path'
import process from 'node:process'
import { realPathOf } from '../root.ts'

/** The real path of a directory; `undefined` where there is none, or none that may be looked at. */
export function directoryAt(path: string): string | undefined {
  try {
    const real = realPathOf(path)
    return statSync(real).isDirectory() ? real : undefined
  } catch {
    return undefined
  }
}

/** The directory itself, or the next one above that may be looked at; the topmost one is taken as it is. */
export function nearestDirectory(path: string): string {
  const above = dirname(path)
  return directoryAt(path) ?? (above === path ? path : nearestDirectory(above))
}

/** The number of the filesystem that a path is on. */
export function deviceOf(path: string): number {
  return statSync(path).dev
}

/** Whether files may be made in a directory. Deno judges by the mode alone, also for root: there another program is asked, where one may be started. */
export function isWritable(path: string): boolean {
  if ('deno' in process.versions) {
    const { status } = spawnSync('test', ['-w', path, '-a', '-x', path], { stdio: 'ignore' })
    if (typeof status === 'number') return status === 0
  }
  try {
    accessSync(path, constants.W_OK | constants.X_OK)
    return true
  } catch {
    return false
  }
}

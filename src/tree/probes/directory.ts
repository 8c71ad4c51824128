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

/**
 * Whether another program says that names in a directory may be made: Deno judges by the mode alone, also for root. `undefined` where the runtime itself
 * can tell, or no program may be started.
 */
export function isSaidWritable(path: string): boolean | undefined {
  if (!('deno' in process.versions)) return undefined
  const { status } = spawnSync('test', ['-w', path, '-a', '-x', path], { stdio: 'ignore' })
  return typeof status === 'number' ? status === 0 : undefined
}

/** Whether files may be made in a directory. */
export function isWritable(path: string): boolean {
  const said = isSaidWritable(path)
  if (said !== undefined) return said
  try {
    accessSync(path, constants.W_OK | constants.X_OK)
    return true
  } catch {
    return false
  }
}

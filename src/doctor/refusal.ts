import { accessSync, constants } from 'node:fs'
import process from 'node:process'
import { shellWord } from '../core/remedy.ts'
import { errnoOf, RowtreeError, toldOf } from '../errors.ts'
import { systemicRemedy } from '../tree/failure.ts'
import { isSaidWritable } from '../tree/probes/directory.ts'
import { inRoom } from '../tree/probes/room.ts'

/** What a failure says, and what mends it where somebody knows. */
export function failureOf(error: unknown): { readonly message: string; readonly remedy?: string } {
  const remedy = error instanceof RowtreeError ? undefined : remedyFor(error)
  return { ...toldOf(error), ...(remedy !== undefined && { remedy }) }
}

/**
 * What mends what the system refused; `undefined` where that is another thing each time.
 *
 * @param path whose permissions matter. Default: the one that the error names
 */
export function remedyFor(error: unknown, path: string | undefined = pathOf(error)): string | undefined {
  const errno = errnoOf(error) ?? ''
  if (errno !== 'EACCES' && errno !== 'EPERM') return systemicRemedy(errno)
  return path === undefined ? 'run rowtree as the owner' : `chown or chmod ${shellWord(path)}, or run rowtree as its owner`
}

function pathOf(error: unknown): string | undefined {
  const { path } = error as { path?: unknown }
  return typeof path === 'string' ? path : undefined
}

/**
 * Checks that names in a directory may be made and removed. Under Deno another program is asked, and only an attempt tells why not.
 *
 * @throws the system's error
 */
export async function requireWritable(directory: string): Promise<void> {
  if (!('deno' in process.versions)) return accessSync(directory, constants.W_OK | constants.X_OK)
  if (isSaidWritable(directory) !== true) await inRoom(directory, () => undefined)
}

/** Whether names in a directory may be made and removed. */
export async function isWritable(directory: string): Promise<boolean> {
  try {
    await requireWritable(directory)
    return true
  } catch {
    return false
  }
}

import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { TEMP_SUFFIX, tempName, tempPrefix } from '../temp.ts'

/**
 * Does something in a directory of its own that is gone afterwards. It is named like a temp: watchers ignore it, and a sweep removes it
 * should this process die.
 *
 * @param directory where it is made
 */
export async function inRoom<T>(directory: string, work: (room: string) => T | Promise<T>): Promise<T> {
  const room = join(directory, tempName(tempPrefix(), 0, TEMP_SUFFIX))
  mkdirSync(room, 0o700)
  try {
    return await work(room)
  } finally {
    clear(room)
  }
}

/** On some filesystems what was removed just now is still listed. */
function clear(room: string): void {
  for (let attempts = 3; attempts > 0; attempts--) {
    try {
      return rmSync(room, { recursive: true, force: true })
    } catch {
      // What does not go stays for a sweep; the finding matters more.
    }
  }
}

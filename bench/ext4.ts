import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'

/** A directory on a filesystem that flushes for real. */
export interface Disk {
  readonly path: string
  readonly name: string
  remove(): void
}

const run = (command: string, args: readonly string[]): boolean => spawnSync(command, args).status === 0

/**
 * An ext4 of its own in an image in memory, where root may mount one: every flush does its whole work, and no
 * other load on a shared disk counts. Otherwise a directory in `fallback`.
 */
export function ext4(memory: string, fallback: string): Disk {
  const image = join(memory, 'ext4.img')
  const path = mkdtempSync(join(fallback, 'rowtree-bench-'))
  const mounted =
    process.getuid?.() === 0 && run('truncate', ['-s', '2G', image]) && run('mkfs.ext4', ['-q', image]) && run('mount', ['-o', 'loop', image, path])
  return {
    path,
    name: mounted ? 'a loop-mounted ext4 in memory' : fallback,
    remove() {
      // What cannot be unmounted is not entered: it goes when its last user does.
      if (mounted && !run('umount', [path]) && !run('umount', ['--lazy', path])) return
      rmSync(path, { recursive: true, force: true })
    },
  }
}

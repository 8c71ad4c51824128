import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { onTestFinished } from 'vitest'
import { temporaryDirectory } from './temporary.ts'

/** Whether this machine lets us mount filesystems, which takes root and Linux. */
export const CAN_MOUNT: boolean =
  process.platform === 'linux' && works('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'])

/** Whether it can also make one that knows neither hard links nor owners. */
export const CAN_MOUNT_FAT: boolean = CAN_MOUNT && works('mkfs.vfat', ['--help']) && works('losetup', ['-f'])

/** Whether failures of single system calls can be made. */
export const CAN_TRACE: boolean = process.platform === 'linux' && works('strace', ['-o', '/dev/null', 'true'])

function works(command: string, args: readonly string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' })
    return true
  } catch (error) {
    // mkfs.vfat has no way to ask for nothing; that it ran is enough.
    return command === 'mkfs.vfat' && (error as { code?: string }).code !== 'ENOENT'
  }
}

/** An empty filesystem of this many bytes for the running test. */
export function mountTmpfs(bytes: number): string {
  return mount((path) => run('mount', '-t', 'tmpfs', '-o', `size=${bytes},mode=755`, 'tmpfs', path))
}

/** An empty FAT filesystem for the running test. */
export function mountFat(): string {
  return mount((path) => {
    const image = `${path}.img`
    writeFileSync(image, '')
    run('truncate', '-s', '4M', image)
    run('mkfs.vfat', image)
    run('mount', '-o', 'loop', image, path)
  })
}

/** Makes a mounted filesystem refuse all writing. */
export function makeReadOnly(path: string): void {
  run('mount', '-o', 'remount,ro', path)
}

function mount(attach: (path: string) => void): string {
  const path = join(temporaryDirectory(), 'mount')
  mkdirSync(path)
  attach(path)
  onTestFinished(() => run('umount', '-l', path))
  return path
}

function run(command: string, ...args: string[]): void {
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'] })
}

import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { onTestFinished } from 'vitest'
import { temporaryDirectory } from './temporary.ts'

/** Whether this machine lets us mount filesystems, which takes root and Linux. */
export const CAN_MOUNT: boolean =
  process.platform === 'linux' && works('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'])

/** Whether failures of single system calls can be made. */
export const CAN_TRACE: boolean = process.platform === 'linux' && works('strace', ['-o', '/dev/null', 'true'])

function works(command: string, args: readonly string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** An empty filesystem of this many bytes for the running test. */
export function mountTmpfs(bytes: number): string {
  const path = join(temporaryDirectory(), 'mount')
  mkdirSync(path)
  run('mount', '-t', 'tmpfs', '-o', `size=${bytes},mode=755`, 'tmpfs', path)
  onTestFinished(() => run('umount', '-l', path))
  return path
}

/** Makes a mounted filesystem refuse all writing. */
export function makeReadOnly(path: string): void {
  run('mount', '-o', 'remount,ro', path)
}

function run(command: string, ...args: string[]): void {
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'] })
}

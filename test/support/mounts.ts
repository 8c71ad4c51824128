import { execFileSync } from 'node:child_process'
import { mkdirSync, statfsSync } from 'node:fs'
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

/** What is mounted where; a place may hold several. */
const mounted: string[] = []

/** An empty filesystem of this many bytes for the running test, at a path that is there, or at one of its own. */
export function mountTmpfs(bytes: number, path: string = join(temporaryDirectory(), 'mount')): string {
  mkdirSync(path, { recursive: true })
  mountAt(path, '-t', 'tmpfs', '-o', `size=${bytes},mode=755`, 'tmpfs')
  return path
}

/** Shows a directory at another place as well, until it is unmounted there or the test is over. */
export function bindMount(directory: string, path: string): void {
  mountAt(path, '--bind', directory)
}

/** Takes away what was mounted last at this path. */
export function unmountFrom(path: string): void {
  mounted.splice(mounted.lastIndexOf(path), 1)
  run('umount', '-l', path)
}

function mountAt(path: string, ...args: string[]): void {
  run('mount', ...args, path)
  mounted.push(path)
  onTestFinished(() => {
    if (mounted.includes(path)) unmountFrom(path)
  })
}

/** Leaves room for this many more pages of 4 KB, or for this many more files, on a tmpfs; `undefined`: for more than anybody needs. */
export function leaveRoom(path: string, what: 'pages' | 'files', more: number | undefined): void {
  const { blocks, bfree, bsize, files, ffree } = statfsSync(path)
  const used = what === 'pages' ? (blocks - bfree) * bsize : files - ffree
  const room = what === 'pages' ? 4_096 : 1
  // A size of 0 is none at all.
  const limit = more === undefined ? (what === 'pages' ? 1 << 28 : 1 << 16) : Math.max(used + more * room, room)
  run('mount', '-o', `remount,${what === 'pages' ? 'size' : 'nr_inodes'}=${limit}`, path)
}

/** Makes a mounted filesystem refuse all writing. */
export function makeReadOnly(path: string): void {
  run('mount', '-o', 'remount,ro', path)
}

function run(command: string, ...args: string[]): void {
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'] })
}

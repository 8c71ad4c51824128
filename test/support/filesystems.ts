import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { onTestFinished } from 'vitest'
import { CAN_MOUNT } from './mounts.ts'
import { temporaryDirectory } from './temporary.ts'

/** A kind of filesystem that other systems use, and what makes one and mounts it here. */
export interface Kind {
  readonly name: string
  readonly programs: readonly string[]
  readonly make: (image: string) => readonly string[]
  readonly mount: (image: string, path: string) => readonly string[]
  /** FUSE needs a device file of its own. */
  readonly fuse: boolean
  /** It is mounted from a block device alone. */
  readonly block?: boolean
}

export const EXFAT: Kind = { name: 'exFAT', programs: ['mkfs.exfat', 'mount.exfat-fuse'], make: (image) => ['mkfs.exfat', image], mount: (image, path) => ['mount.exfat-fuse', image, path], fuse: true, block: true }
export const NTFS: Kind = { name: 'NTFS', programs: ['mkntfs', 'lowntfs-3g'], make: (image) => ['mkntfs', '-F', '-Q', image], mount: (image, path) => ['lowntfs-3g', '-o', 'windows_names,ignore_case', image, path], fuse: true }
export const VFAT: Kind = { name: 'FAT', programs: ['mkfs.vfat'], make: (image) => ['mkfs.vfat', image], mount: (image, path) => ['mount', '-t', 'vfat', '-o', 'loop,utf8', image, path], fuse: false }
export const CASEFOLD: Kind = { name: 'ext4 with casefold', programs: ['mkfs.ext4', 'chattr'], make: (image) => ['mkfs.ext4', '-q', '-F', '-O', 'casefold', '-E', 'encoding=utf8', image], mount: (image, path) => ['mount', '-t', 'ext4', '-o', 'loop', image, path], fuse: false }

/** What this machine lacks to have one; `undefined` where it can. */
export function missingFor(kind: Kind): string | undefined {
  if (!CAN_MOUNT) return 'needs root and mount'
  const absent = kind.programs.filter((program) => !has(program))
  if (absent.length > 0) return `needs ${absent.join(' and ')}`
  if (kind.fuse && !existsSync('/dev/fuse')) return 'needs FUSE'
  return knows(kind) ? undefined : 'the kernel does not know it'
}

function has(program: string): boolean {
  return ['/usr/sbin', '/sbin', '/usr/bin', '/bin'].some((place) => existsSync(join(place, program)))
}

const tried = new Map<Kind, boolean>()

/** Whether the kernel can mount it: only trying tells. */
function knows(kind: Kind): boolean {
  if (kind.fuse) return true
  const known = tried.get(kind)
  if (known !== undefined) return known
  const place = mkdtempSync(join(tmpdir(), 'rowtree-kind-'))
  const [image, path] = [join(place, 'image'), join(place, 'mount')]
  mkdirSync(path)
  writeFileSync(image, '')
  truncateSync(image, 48 * 1024 * 1024)
  const [command, ...args] = kind.make(image)
  // A mount of another namespace ends with its process.
  const works = run(command!, args) && run('unshare', ['--mount', ...kind.mount(image, path)])
  rmSync(place, { recursive: true })
  tried.set(kind, works)
  return works
}

/** A filesystem of this kind for the running test: the path where it is mounted. */
export function mountKind(kind: Kind, megabytes = 64): string {
  const directory = temporaryDirectory()
  const [image, path] = [join(directory, 'image'), join(directory, 'mount')]
  mkdirSync(path)
  writeFileSync(image, '')
  truncateSync(image, megabytes * 1024 * 1024)
  call(kind.make(image))
  const device = kind.block ? execFileSync('losetup', ['--find', '--show', image], { encoding: 'utf8' }).trim() : image
  try {
    call(kind.mount(device, path))
  } finally {
    // It stays for as long as it is mounted.
    if (kind.block) call(['losetup', '-d', device])
  }
  onTestFinished(() => {
    call(['umount', '-l', path])
  })
  if (kind !== CASEFOLD) return path
  const folding = join(path, 'folding')
  mkdirSync(folding)
  call(['chattr', '+F', folding])
  return folding
}

function call([command, ...args]: readonly string[]): void {
  execFileSync(command!, args, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, LC_ALL: 'C.UTF-8', PATH: `${process.env['PATH']}:/usr/sbin:/sbin` } })
}

function run(command: string, args: readonly string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { onTestFinished } from 'vitest'
import { compiled } from '../compiled.ts'
import { CAN_MOUNT } from '../mounts.ts'
import { temporaryBase } from '../temporary.ts'
import { has } from '../tools.ts'

/** A kind of filesystem, with a journal of its own. */
export type Filesystem = 'ext4' | 'xfs'

/** What becomes of the journal when power is lost: all of it was written just before, or nothing of what is still in memory. */
export type Loss = 'log written' | 'log lost'

const FLAGS: Record<Loss, number> = { 'log written': 1, 'log lost': 2 }

/** How a filesystem is mounted. An ext4 in the mode that keeps the least order between data and names. */
const LOOSE: Record<Filesystem, string> = { ext4: 'loop,data=writeback,noauto_da_alloc', xfs: 'loop' }

/** XFS wants 300 MB; the image is sparse. */
const BYTES = 320 * 1024 * 1024

const PREFIX = 'rowtree-disk-'

/** The command of `power.c`; `undefined` where there is neither a compiler nor Python. */
const POWER: readonly string[] | undefined = process.platform === 'linux' ? (program() ?? python()) : undefined

function program(): string[] | undefined {
  const path = compiled(new URL('./power.c', import.meta.url))
  return path === undefined ? undefined : [path]
}

const PYTHON = `
import ctypes, fcntl, os, struct, sys
_, deed, path, number = sys.argv
fd = os.open(path, os.O_RDONLY)
if deed == 'cut': fcntl.ioctl(fd, 0x8004587D, struct.pack('I', int(number)))
else: ctypes.CDLL(None).sync_file_range(fd, ctypes.c_int64(0), ctypes.c_int64(int(number)), 7)
`

function python(): string[] | undefined {
  return has('python3') ? ['python3', '-c', PYTHON] : undefined
}

/** What this machine lacks for a disk of this kind that loses power; `undefined`: nothing. */
export function missingFor(kind: Filesystem): string | undefined {
  if (!CAN_MOUNT) return 'needs root and mount'
  if (POWER === undefined) return 'needs a C compiler or Python'
  return has(`mkfs.${kind}`) ? undefined : `needs mkfs.${kind}`
}

/** A disk of its own for the running test, whose power can be cut. */
export class Disk {
  readonly #directory: string
  readonly #options: string
  /** Where it is mounted. */
  readonly path: string
  #isMounted = false

  /** @param loose mount it so that it promises as little as it can */
  constructor(kind: Filesystem, { loose = false }: { readonly loose?: boolean } = {}) {
    removeLeftovers()
    this.#directory = realpathSync(mkdtempSync(join(temporaryBase(), `${PREFIX}${process.pid}-`)))
    this.path = join(this.#directory, 'mount')
    this.#options = loose ? LOOSE[kind] : 'loop'
    onTestFinished(() => removeDisk(this.#directory))
    mkdirSync(this.path)
    writeFileSync(this.#image, '')
    truncateSync(this.#image, BYTES)
    // An ext4 whose tables are zeroed in the background would write while we count on silence.
    run(`mkfs.${kind}`, '-q', ...(kind === 'ext4' ? ['-E', 'lazy_itable_init=0,lazy_journal_init=0'] : []), this.#image)
    this.mount()
  }

  get #image(): string {
    return join(this.#directory, 'image')
  }

  /** The power is back: what the journal holds is replayed. */
  mount(): void {
    run('mount', '-o', this.#options, this.#image, this.path)
    this.#isMounted = true
  }

  /** From now on nothing reaches the disk, and every call that wants to fails with EIO. */
  losePower(loss: Loss): void {
    power('cut', this.path, FLAGS[loss])
  }

  /** The first bytes of a file reach the disk, as when the system finds time for it: without its name and its size. */
  write(path: string, bytes: number): void {
    power('write', path, bytes)
  }

  /** What was only in memory is gone. Nobody may have a file open any more. */
  unmount(): void {
    if (this.#isMounted) run('umount', this.path)
    this.#isMounted = false
  }

  /** Everything that was written so far is on the disk. */
  flush(): void {
    run('sync', '-f', this.path)
  }
}

/** Disks of processes that were killed before they could take them away. */
function removeLeftovers(): void {
  for (const name of readdirSync(temporaryBase())) {
    const pid = name.startsWith(PREFIX) ? name.slice(PREFIX.length).split('-')[0]! : undefined
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) removeDisk(join(temporaryBase(), name))
  }
}

function removeDisk(directory: string): void {
  const path = join(directory, 'mount')
  // Also where a file is still open: the loop device goes with the last of them.
  if (readFileSync('/proc/mounts', 'utf8').includes(` ${path} `)) run('umount', '-l', path)
  rmSync(join(directory, 'image'), { force: true })
  // Never what is on a disk that could not be unmounted.
  if (existsSync(path)) rmdirSync(path)
  rmdirSync(directory)
}

function power(deed: 'cut' | 'write', path: string, number: number): void {
  const [file, ...args] = POWER!
  run(file!, ...args, deed, path, String(number))
}

function run(file: string, ...args: string[]): void {
  execFileSync(file, args, { stdio: ['ignore', 'ignore', 'pipe'] })
}

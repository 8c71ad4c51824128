import { closeSync, openSync, readFileSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { compiled } from '../compiled.ts'
import { temporaryDirectory } from '../temporary.ts'

/** Kinds of system calls, each with its variants; the order is that of `enum call`. */
const CALLS = ['open', 'read', 'write', 'fsync', 'rename', 'link', 'unlink', 'mkdir', 'rmdir', 'truncate', 'chmod', 'chown', 'close', 'stat', 'list', 'statfs'] as const

/** A kind of system call: `fsync` is also fdatasync and syncfs, `write` also pwrite, and so on. */
export type Call = (typeof CALLS)[number]

/** Those that change something. */
export const CHANGING: readonly Call[] = ['open', 'write', 'fsync', 'rename', 'link', 'unlink', 'mkdir', 'rmdir', 'truncate', 'chmod', 'chown', 'close']

/** What happens to a call: an error's name, half of the bytes, or a SIGKILL before or after it. */
export type Fault = keyof typeof constants.errno | 'short' | 'kill-before' | 'kill-after'

/** Which calls are struck. */
export interface Order {
  /** Calls on this path and below it count, and no others. */
  readonly root: string
  /** Only paths that end like this. Default: all. */
  readonly name?: string
  /** Default: all kinds. */
  readonly calls?: readonly Call[]
  /** The first call that is struck, from 1. Default: none, they are only counted. */
  readonly at?: number
  /** How many in a row. Default 1. */
  readonly times?: number
  readonly fault?: Fault
  /** The process to kill, where calls of its children count too. Default: the caller. */
  readonly victim?: number
}

/** One call that counted. */
export interface Noted {
  readonly call: Call
  readonly isStruck: boolean
  /** Relative to the order's root. */
  readonly path: string
}

/** Bytes of `struct control` before its log, and of the log. */
const [HEAD, LOG] = [40 + 1024 + 256, 1 << 20]
const ACTIONS: Partial<Record<Fault, number>> = { short: 2, 'kill-before': 3, 'kill-after': 4 }

/** Whether this machine can build the library: Linux with glibc and a C compiler. */
export const CAN_INJECT: boolean = process.platform === 'linux' && library() !== undefined

function library(): string | undefined {
  return compiled(new URL('./faults.c', import.meta.url), '-shared', '-fPIC', '-ldl')
}

/** Faults of processes that are started with `env`. One process, and its children, at a time. */
export class Faults {
  readonly #file = join(temporaryDirectory(), 'control')
  /** What a process needs in its environment. */
  readonly env: NodeJS.ProcessEnv

  constructor() {
    writeFileSync(this.#file, '')
    truncateSync(this.#file, HEAD + LOG)
    this.env = { LD_PRELOAD: library(), ROWTREE_FAULTS: this.#file }
  }

  /** Forgets what was counted, and says what is to be struck from now on. */
  arm({ root, name = '', calls = CALLS, at = 0, times = 1, fault, victim = 0 }: Order): void {
    const head = Buffer.alloc(HEAD)
    const mask = calls.reduce((bits, call) => bits | (1 << CALLS.indexOf(call)), 0)
    const action = fault === undefined ? 0 : (ACTIONS[fault] ?? 1)
    const error = action === 1 ? constants.errno[fault as keyof typeof constants.errno] : 0
    for (const [index, value] of [0, 0, mask, at, times, action, error, victim, 0].entries()) head.writeUInt32LE(value, index * 4)
    head.write(root, 40)
    head.write(name, 40 + 1024)
    this.#write(head)
  }

  /** Nothing counts, and nothing is struck; what was counted is forgotten. */
  disarm(): void {
    this.#write(Buffer.alloc(HEAD))
  }

  /** How many calls counted, and how many were struck. */
  counts(): { readonly seen: number; readonly struck: number } {
    const head = this.#read(0, 8)
    return { seen: head.readUInt32LE(0), struck: head.readUInt32LE(4) }
  }

  /** The calls that counted, in order, up to about ten thousand. */
  log(): Noted[] {
    const length = Math.min(LOG, this.#read(32, 4).readUInt32LE(0))
    const lines = this.#read(HEAD, length).toString().split('\n').filter((line) => line !== '')
    return lines.map((line) => {
      const [, call, mark, path] = /^([a-z]+)(.)(.*)$/.exec(line)!
      return { call: call as Call, isStruck: mark !== ' ', path: path!.replace(/^\//, '') }
    })
  }

  // Deno goes on where it was when it is told to write at the start.
  #write(head: Buffer): void {
    const fd = openSync(this.#file, 'r+')
    writeSync(fd, head)
    closeSync(fd)
  }

  #read(position: number, length: number): Buffer {
    return readFileSync(this.#file).subarray(position, position + length)
  }
}

import { readlinkSync, renameSync } from 'node:fs'
import { dirname, isAbsolute, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isTempSuffix } from '../core/suffix.ts'
import { RowtreeError } from '../errors.ts'
import { abandon, complete, create, discard, finish, type Predecessor, publishNew, publishOver, writeWhole } from './atomic.ts'
import { makeDirectories } from './directories.ts'
import { flushDirectory, flushFile, flushUpwards } from './durable.ts'
import { type FileContent, readAgain, readFile } from './read.ts'
import { type Entry, lstat } from './stat.ts'
import { TEMP_SUFFIX, tempName, tempPrefix } from './temp.ts'

/** How a file is written. */
export interface WriteOptions {
  /** Force file and directory to the disk before the promise resolves. Default `true`. */
  readonly flush?: boolean
  /** First copy an existing file to `<name>.bak-<timestamp>`; without the copy nothing is written. Default `false`. */
  readonly backup?: boolean
  /** Whether a file that is there already may be replaced. Default `true`. */
  readonly replace?: boolean
  /** Write through a symlink at the path instead of refusing it. Default `false`. */
  readonly followSymlinks?: boolean
  /** End of the temp file's name, for watchers to ignore. Default `.tmp`. */
  readonly suffix?: string
}

/**
 * Replaces a file in one step: whoever reads it sees the old content or the new one, never a part.
 *
 * Missing parent directories are made. The new file takes over the mode, and where permitted the owner,
 * of the one it replaces. Calls for one path take effect in the order they were made.
 *
 * @param data text is written as UTF-8, bytes as they are at the time of the call
 * @throws {TypeError} where the data is neither, or the suffix is none of a temp's
 * @throws {RowtreeError} `target-is-symlink`, `target-is-directory`, `target-is-special`; with `replace: false` also `target-exists`
 * @throws the system's error; the file is then as before and no temp remains
 *
 * @example
 * ```ts
 * import { writeFileAtomic } from 'rowtree/atomic'
 * await writeFileAtomic('site/index.html', '<h1>Hello</h1>', { backup: true })
 * ```
 */
export async function writeFileAtomic(path: string | URL, data: string | ArrayBufferView | ArrayBufferLike, options: WriteOptions = {}): Promise<void> {
  const bytes = bytesOf(data)
  await replaceFile(path, options.replace === false ? (current) => newIn(path, bytes, current) : bytes, options)
}

/** The content of a file that must not be there. */
function newIn(path: string | URL, bytes: Uint8Array, current: FileContent | undefined): Uint8Array {
  if (!current) return bytes
  const name = path instanceof URL ? fileURLToPath(path) : path
  throw new RowtreeError('target-exists', `Cannot write ${name}: it is there already`, { path: name })
}

/** The bytes as they are now: whoever calls may use his buffer again while they are written. */
function bytesOf(data: string | ArrayBufferView | ArrayBufferLike): Uint8Array {
  if (typeof data === 'string') return new TextEncoder().encode(data)
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice()
  if (data instanceof ArrayBuffer || data instanceof SharedArrayBuffer) return new Uint8Array(data).slice()
  throw new TypeError(`Cannot write ${data === null ? 'null' : typeof data}: a file's content is text or bytes`)
}

/** Makes the new content of a file from the present one, if there is a file. */
export type Revision = (current: FileContent | undefined) => Uint8Array

/** Writers of one path in this process, each waiting for the one before it. */
const queues = new Map<string, Promise<void>>()

/**
 * The write behind all others. A revision demands, at the moment of the rename, that the file is
 * still the one it was made from; plain bytes replace whatever is there.
 *
 * @throws {RowtreeError} `changed-meanwhile`
 */
export async function replaceFile(path: string | URL, content: Uint8Array | Revision, options: WriteOptions): Promise<void> {
  if (!isTempSuffix(options.suffix ?? TEMP_SUFFIX)) throw new TypeError(`Cannot write ${String(path)}: the suffix must look like .tmp, with 16 characters at most`)
  const name = resolve(path instanceof URL ? fileURLToPath(path) : path)
  const turn = (queues.get(name) ?? Promise.resolve()).then(() => replaceNow(name, content, options))
  // The next writer starts when this one is done, however it ended; its own caller hears of a failure.
  const done = turn.catch(() => {})
  queues.set(name, done)
  try {
    await turn
  } finally {
    if (queues.get(name) === done) queues.delete(name)
  }
}

async function replaceNow(name: string, content: Uint8Array | Revision, options: WriteOptions): Promise<void> {
  const { flush = true, suffix = TEMP_SUFFIX } = options
  const target = options.followSymlinks ? followLinks(name) : name
  const directory = dirname(target)
  const entry = inspect(target)
  const revise = typeof content === 'function' ? content : undefined
  const current = entry && revise ? readFile(target) : undefined
  const bytes = revise ? revise(current) : (content as Uint8Array)
  const made = makeDirectories(directory)
  if (entry && options.backup) await backUp(target, flush, suffix)
  const temp = tempBeside(target, suffix)
  await stageGently(temp, bytes, entry, flush)
  try {
    if (!revise) renameSync(temp, target)
    else if (!publish(temp, target, current)) throw changed(target)
  } catch (error) {
    discard(temp)
    throw error
  }
  if (flush) flushUpwards(directory, made)
}

function publish(temp: string, target: string, current: FileContent | undefined): boolean {
  if (!current) return publishNew(temp, target)
  // Two edits within one tick of the clock can have the same stat.
  const again = readAgain(target)
  return again !== undefined && Buffer.compare(again.bytes, current.bytes) === 0 && publishOver(temp, target, current.entry)
}

/** A temp's path in the directory of its target; not joined, as that would resolve a `..` behind a symlink. */
function tempBeside(target: string, suffix: string): string {
  return `${dirname(target)}/${tempName(tempPrefix(), 0, suffix)}`
}

function changed(target: string): RowtreeError {
  return new RowtreeError('changed-meanwhile', `Cannot write ${target}: it changed while its new content was made; try again`, { path: target })
}

function inspect(target: string): Entry | undefined {
  const entry = lstat(target)
  if (!entry || entry.kind === 'file') return entry
  const state = {
    symlink: 'it is a symlink; pass followSymlinks to write through it',
    directory: 'it is a directory',
    special: 'it is not a regular file',
  }[entry.kind]
  throw new RowtreeError(`target-is-${entry.kind}`, `Cannot write ${target}: ${state}`, { path: target })
}

/** Linux's own limit, path_resolution(7). */
const MOST_LINKS = 40

/** Where a chain of symlinks ends, also where nothing is there yet. */
function followLinks(name: string): string {
  let path = name
  for (let links = 0; links <= MOST_LINKS; links++) {
    if (lstat(path)?.kind !== 'symlink') return path
    const link = readlinkSync(path)
    // The system follows what is left: in a directory behind a symlink `..` is not what the text says.
    path = isAbsolute(link) ? link : `${dirname(path)}/${link}`
  }
  throw new RowtreeError('target-is-symlink', `Cannot write ${name}: its symlinks form a circle`, { path: name, errno: 'ELOOP' })
}

/** Copies the present content to a name that is free. */
async function backUp(target: string, flush: boolean, suffix: string): Promise<void> {
  const { bytes, entry } = readFile(target)
  const temp = tempBeside(target, suffix)
  await stageGently(temp, bytes, entry, flush)
  try {
    const name = `${target}.bak-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`
    for (let attempt = 1; !publishNew(temp, attempt === 1 ? name : `${name}-${attempt}`); attempt++);
  } finally {
    discard(temp)
  }
  if (flush) flushDirectory(dirname(target))
}

/** Bytes after which a long write lets other work have its turn. */
const STRETCH = 1024 * 1024

/**
 * Like `stage`, but leaves the thread to others while the disk is busy and between the stretches of
 * a large file. Small writes go to the page cache in less time than another thread would need to wake up.
 */
async function stageGently(temp: string, bytes: Uint8Array, predecessor: Predecessor | undefined, flush: boolean): Promise<void> {
  const fd = create(temp, predecessor)
  try {
    for (let start = 0; start < bytes.length; start += STRETCH) {
      if (start > 0) await new Promise(setImmediate)
      writeWhole(fd, bytes.subarray(start, start + STRETCH))
    }
    complete(fd, temp, bytes.length, predecessor)
    if (flush) await flushFile(fd)
  } catch (error) {
    abandon(fd, temp)
    throw error
  }
  finish(fd, temp)
}

import { readFileSync, realpathSync, statfsSync } from 'node:fs'

/** The filesystem that a path is on. */
export interface Mount {
  /** As the system calls it, such as `ext4` or `fuse.sshfs`; `undefined` where it does not tell. */
  readonly type: string | undefined
  /** Where it is mounted; `undefined` where the system does not tell. */
  readonly place: string | undefined
  readonly readOnly: boolean
  /** Bytes. */
  readonly size: number
  readonly free: number
  /** How many more files it can hold; `undefined` where it does not count them. */
  readonly files: { readonly most: number; readonly free: number } | undefined
}

/** What the system tells about the filesystem of a path that is there. */
export function mountOf(path: string): Mount {
  const { bsize, blocks, bavail, files, ffree } = statfsSync(path)
  const listed = findMount(readMounts(), realpathSync(path))
  return {
    type: listed?.type,
    place: listed?.place,
    readOnly: listed?.options.includes('ro') ?? false,
    size: bsize * blocks,
    free: bsize * bavail,
    files: files > 0 ? { most: files, free: ffree } : undefined,
  }
}

function readMounts(): string {
  try {
    return readFileSync('/proc/self/mountinfo', 'utf8')
  } catch {
    // Only Linux has it.
    return ''
  }
}

/** One line of `/proc/self/mountinfo`. */
export interface Listed {
  readonly place: string
  readonly type: string
  readonly options: readonly string[]
}

/**
 * The mount that a path is on: the deepest one, and of several at one place the last.
 *
 * @param text of `/proc/self/mountinfo`, see proc(5)
 * @param path real
 */
export function findMount(text: string, path: string): Listed | undefined {
  let found: Listed | undefined
  for (const line of text.split('\n')) {
    const [place, options] = line.split(' ').slice(4, 6)
    const [type, , overall = ''] = line.split(' - ')[1]?.split(' ') ?? []
    if (place === undefined || options === undefined || type === undefined) continue
    const plain = place.replaceAll(/\\([0-7]{3})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 8)))
    if (!holds(plain, path) || plain.length < (found?.place.length ?? 0)) continue
    found = { place: plain, type, options: [...options.split(','), ...overall.split(',')] }
  }
  return found
}

function holds(place: string, path: string): boolean {
  return place === '/' || path === place || path.startsWith(`${place}/`)
}

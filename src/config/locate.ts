import { readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { errnoOf, RowtreeError } from '../errors.ts'

/** The name that is looked for when none is given. */
const CONFIG_NAME = 'rowtree.yaml'

/** Also one that is misspelled: a drive of Windows is a single letter. */
const URL = /^[a-z][a-z0-9+.-]+:(?:\/\/|.*@)/i

export interface ConfigText {
  /** Absolute. */
  readonly file: string
  readonly text: string
}

/** Reads the named config file, or the nearest `rowtree.yaml` from `cwd` upwards. */
export async function readConfig(cwd: string, file?: string): Promise<ConfigText> {
  if (file !== undefined) {
    // Whoever confuses the two must not find a password in a log.
    if (URL.test(file)) throw new RowtreeError('config-missing', 'Cannot read a config from a URL: --config names a file; the URL of the store is in it, as store.url')
    const named = resolve(cwd, file)
    const text = await readText(named)
    if (text !== undefined) return { file: named, text }
    throw new RowtreeError('config-missing', `Cannot read ${named}: there is no such file; name another with --config`, {
      path: named,
      errno: 'ENOENT',
    })
  }
  const start = resolve(cwd)
  for (let directory = start, parent = ''; directory !== parent; parent = directory, directory = dirname(directory)) {
    const candidate = join(directory, CONFIG_NAME)
    const text = await readText(candidate)
    if (text !== undefined) return { file: candidate, text }
  }
  throw new RowtreeError(
    'config-missing',
    `Cannot find ${CONFIG_NAME}: it is neither in ${start} nor above; name a file with --config`,
    { path: start },
  )
}

/** `undefined` only when the file surely does not exist: a failed read must not lead to another config. */
async function readText(file: string): Promise<string | undefined> {
  let bytes: Uint8Array
  try {
    bytes = await readFile(file)
  } catch (cause) {
    const errno = errnoOf(cause)
    if (errno === 'ENOENT' || errno === 'ENOTDIR') return undefined
    throw new RowtreeError('config-unreadable', `Cannot read ${file}: ${reasonOf(errno)}`, {
      path: file,
      cause,
      ...(errno === undefined ? {} : { errno }),
    })
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new RowtreeError('config-unreadable', `Cannot read ${file}: it is not UTF-8 text; save it as UTF-8`, {
      path: file,
      cause,
    })
  }
}

function reasonOf(errno: string | undefined): string {
  if (errno === 'EISDIR') return 'it is a directory; name a file with --config'
  if (errno === 'EACCES' || errno === 'EPERM') return 'permission denied; allow this user to read it'
  return `reading failed${errno === undefined ? '' : ` with ${errno}`}; name another file with --config`
}

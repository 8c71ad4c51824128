import { readFileSync } from 'node:fs'
import type { TlsConfig } from '../config.ts'
import { errnoOf, RowtreeError } from '../errors.ts'
import type { Tls } from '../store/database.ts'

/**
 * Reads the files that a connection is encrypted with. They are read whenever a store is opened, because certificates are renewed.
 *
 * @throws {RowtreeError} `config-unreadable`: it names the setting and the path, and never what is in a file
 */
export function readTls({ ca, cert, key, verify }: TlsConfig): Tls {
  return { ca: readPem('ca', ca), cert: readPem('cert', cert), key: readPem('key', key), verify }
}

function readPem(setting: 'ca' | 'cert' | 'key', path: string | undefined): string | undefined {
  if (path === undefined) return undefined
  const refuse = (state: string, cause?: unknown): RowtreeError => {
    const errno = errnoOf(cause)
    return new RowtreeError('config-unreadable', `Cannot read ${path}, which store.tls.${setting} names: ${state}`, { path, cause, ...(errno !== undefined && { errno }) })
  }
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw refuse(reasonOf(errnoOf(error)), error)
  }
  // Drivers tell of anything else when they connect, in words of their own that name no file.
  if (!/^-----BEGIN [A-Z0-9 ]+-----\r?$/m.test(text)) throw refuse('it is not PEM; name a file with a line "-----BEGIN …-----"')
  return text
}

function reasonOf(errno: string | undefined): string {
  if (errno === 'ENOENT' || errno === 'ENOTDIR') return 'there is no such file; correct the path, which starts from the directory of the config'
  if (errno === 'EISDIR') return 'it is a directory; name a file'
  if (errno === 'EACCES' || errno === 'EPERM') return 'permission denied; allow this user to read it'
  return `reading failed${errno === undefined ? '' : ` with ${errno}`}`
}

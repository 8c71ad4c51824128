import { hash } from 'node:crypto'
import type { Digest } from './types.ts'

/** SHA-256 of the bytes, or of a text's UTF-8 bytes, in lower-case hexadecimal. */
export function digestOf(content: string | Uint8Array): Digest {
  return hash('sha256', content, 'hex')
}

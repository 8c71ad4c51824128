import { hash } from 'node:crypto'
import type { Digest } from '../types.ts'

/** SHA-256 of the bytes, in lower-case hexadecimal. */
export function digestOf(bytes: Uint8Array): Digest {
  return hash('sha256', bytes, 'hex')
}

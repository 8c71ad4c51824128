import type { Row } from '../types.ts'

type Content = Row['content'] | undefined

/** Whether two contents are the same bytes; `undefined` is no content, which is not the empty one. */
export function sameContent(a: Content, b: Content): boolean {
  // Both are texts nearly always.
  if (typeof a === 'string' && typeof b === 'string') return a === b
  if (a === undefined || b === undefined) return a === b
  return Buffer.compare(bytesOf(a), bytesOf(b)) === 0
}

/** Bytes of a content in its file. */
export function sizeOf(content: Row['content']): number {
  return typeof content === 'string' ? Buffer.byteLength(content) : content.length
}

/** A file's bytes as a text, with its BOM; the bytes themselves where they are no valid UTF-8. */
export function textOf(bytes: Uint8Array): Row['content'] {
  try {
    return UTF8.decode(bytes)
  } catch {
    return bytes
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function bytesOf(content: Row['content']): Uint8Array {
  return typeof content === 'string' ? Buffer.from(content) : content
}

import type { Texts } from '../texts.ts'

/** What SQLite's `pragma encoding` answers. */
export type TextEncoding = 'UTF-8' | 'UTF-16le' | 'UTF-16be'

/**
 * Tells whether a text arrived as the database holds it. SQLite keeps any bytes in a text, but on
 * the way to JavaScript invalid ones become U+FFFD, and one runtime cuts the text at a NUL.
 * Such texts are read again as bytes, with `cast(… as blob)`.
 */
export class SqliteTexts implements Texts {
  readonly #encoding: TextEncoding

  constructor(encoding: TextEncoding) {
    this.#encoding = encoding
  }

  /** @param octets what `octet_length` says */
  isWhole(text: string, octets: unknown): boolean {
    return this.#hasLength(text, Number(octets)) && !text.includes('\uFFFD')
  }

  decode(bytes: Uint8Array): string | Uint8Array {
    try {
      return new TextDecoder(this.#encoding, { fatal: true, ignoreBOM: true }).decode(bytes)
    } catch {
      return bytes
    }
  }

  #hasLength(text: string, octets: number): boolean {
    if (this.#encoding !== 'UTF-8') return text.length * 2 === octets
    // A text of ASCII characters, as most are, is decided without looking at them.
    return text.length === octets || Buffer.byteLength(text) === octets
  }
}

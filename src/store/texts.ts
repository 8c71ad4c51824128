import { sql, type Expression, type RawBuilder } from 'kysely'

/** What SQLite's `pragma encoding` answers. */
export type TextEncoding = 'UTF-8' | 'UTF-16le' | 'UTF-16be'

/**
 * Tells whether a text arrived as the database holds it. SQLite keeps any bytes in a text, but on
 * the way to JavaScript invalid ones become U+FFFD, and one runtime cuts the text at a NUL.
 * Such texts are read again as bytes, with `cast(… as blob)`.
 */
export class Texts {
  readonly #encoding: TextEncoding

  constructor(encoding: TextEncoding) {
    this.#encoding = encoding
  }

  /** Whether the text is exactly the database's; `octets` is what `octet_length` says. */
  isWhole(text: string, octets: number): boolean {
    return this.#hasLength(text, octets) && !text.includes('\uFFFD')
  }

  /** The text of these bytes; the bytes themselves where they are no valid text. */
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

/**
 * Selects a key column: numbers as the text that SQL writes for them, so that none is rounded.
 * What cannot be told reliably, a BLOB or a text with a NUL, arrives as bytes.
 */
export function keyText(column: Expression<unknown>): RawBuilder<string | Uint8Array | null> {
  return sql`case typeof(${column})
    when 'text' then iif(instr(${column}, char(0)), cast(${column} as blob), ${column})
    when 'blob' then ${column}
    when 'null' then null
    else cast(${column} as text) end`
}

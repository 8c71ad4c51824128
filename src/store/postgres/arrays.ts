/** Object identifiers of the elements' types. */
const BYTEA = 17
const TEXT = 25

/**
 * An array of texts in PostgreSQL's binary form, for a parameter of type `text[]`: nothing has to be escaped, neither here nor there.
 * Its header is: one dimension, whether there are nulls, the type of the elements, their number, the first index.
 */
export function textArray(texts: readonly (string | null)[]): Buffer {
  return arrayOf(TEXT, texts, (text) => Buffer.byteLength(text), (into, text, at) => into.write(text, at))
}

/** The same for bytes and `bytea[]`. */
export function bytesArray(values: readonly (Uint8Array | null)[]): Buffer {
  return arrayOf(BYTEA, values, ({ byteLength }) => byteLength, (into, bytes, at) => into.set(bytes, at))
}

function arrayOf<T>(type: number, values: readonly (T | null)[], sizeOf: (value: T) => number, write: (into: Buffer, value: T, at: number) => void): Buffer {
  const sizes = values.map((value) => (value === null ? -1 : sizeOf(value)))
  const buffer = Buffer.allocUnsafe(20 + sizes.reduce((sum, size) => sum + 4 + Math.max(size, 0), 0))
  const header = [1, values.includes(null) ? 1 : 0, type, values.length, 1]
  for (const [index, number] of header.entries()) buffer.writeInt32BE(number, index * 4)
  let at = 20
  for (const [index, value] of values.entries()) {
    const size = sizes[index]!
    at = buffer.writeInt32BE(size, at)
    if (value === null) continue
    write(buffer, value, at)
    at += size
  }
  return buffer
}

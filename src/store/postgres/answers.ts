import type { Statement } from './driver.ts'

type Types = NonNullable<Statement['types']>

/** Object identifiers of types, which are the same on every server. */
const BOOL = 16
const BYTEA = 17
const INT8 = 20
const INT2 = 21
const INT4 = 23
const OID = 26
const FLOAT4 = 700
const FLOAT8 = 701

/** Values of a record: texts as the server writes them, and bytes. */
export const recordTypes: Types = { getTypeParser: (oid) => (oid === BYTEA ? bytesOf : textOf) }

/** Values of an object: numbers where JavaScript has them exactly; numerics, times and all else are texts. */
export const objectTypes: Types = { getTypeParser: (oid) => PARSERS.get(oid) ?? textOf }

const PARSERS: ReadonlyMap<number, (text: string) => unknown> = new Map<number, (text: string) => unknown>([
  [BOOL, (text) => text === 't'],
  [BYTEA, bytesOf],
  [INT8, integerOf],
  ...[INT2, INT4, OID, FLOAT4, FLOAT8].map((oid): [number, (text: string) => unknown] => [oid, Number]),
])

function textOf(text: string): string {
  return text
}

/** `\x` and two digits a byte: what `bytea_output = hex` gives. */
function bytesOf(text: string): Uint8Array {
  const { buffer, byteOffset, byteLength } = Buffer.from(text.slice(2), 'hex')
  return new Uint8Array(buffer, byteOffset, byteLength)
}

function integerOf(text: string): number | bigint {
  const number = Number(text)
  return Number.isSafeInteger(number) ? number : BigInt(text)
}

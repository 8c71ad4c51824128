/**
 * A number that keeps all its digits, such as a `DECIMAL(30,10)`, as SQL writes it: `12.3400`, `-1e5`, and `NaN`,
 * `Infinity`, `-Infinity`.
 */
export interface Decimal {
  readonly decimal: string
}

/**
 * The value of one column. The type of a JavaScript value tells the kind: a `bigint` is an integer of any size, a
 * `number` is always a real, so that 1.0 is not taken for 1.
 */
export type FieldValue = string | number | bigint | boolean | null | Uint8Array | Decimal

/** A column and its value. */
export type Field = readonly [name: string, value: FieldValue]

/** Whether two values are the same one: `-0.0` is not `0.0`, decimals are compared by value, and kinds are never converted. */
export function sameValue(a: FieldValue, b: FieldValue): boolean {
  if (Object.is(a, b)) return true
  if (a instanceof Uint8Array) return b instanceof Uint8Array && a.length === b.length && a.every((byte, index) => byte === b[index])
  return isDecimal(a) && isDecimal(b) && normal(a) === normal(b)
}

export function isDecimal(value: FieldValue): value is Decimal {
  return typeof value === 'object' && value !== null && 'decimal' in value
}

/** Whether a real is the number that the digits say: the digits that it is written with, or all those of its exact value. */
export function holdsDigits(real: number, { decimal }: Decimal): boolean {
  const written = normal({ decimal })
  return written === normal({ decimal: String(real) }) || written === normal({ decimal: real.toPrecision(100) })
}

/** One spelling for all spellings of a number: its digits without zeros at the ends, and the power of ten. */
function normal({ decimal }: Decimal): string {
  const match = /^([-+]?)(\d*)\.?(\d*)(?:e([-+]?\d+))?$/i.exec(decimal)
  if (!match) return decimal
  const [, sign, whole = '', fraction = '', exponent = '0'] = match
  const digits = `${whole}${fraction}`.replace(/^0+/, '')
  const short = withoutEnd(digits, '0')
  if (short === '') return '0'
  return `${sign === '-' ? '-' : ''}${short}e${BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - short.length)}`
}

function withoutEnd(text: string, character: string): string {
  let end = text.length
  while (end > 0 && text[end - 1] === character) end--
  return text.slice(0, end)
}

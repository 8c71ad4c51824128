/** A number in digits: `digits` without a point, of which the last `scale` stand behind it. */
interface Digits {
  readonly negative: boolean
  readonly digits: string
  readonly scale: number
}

/** Digits that a numeric may have before its point, and behind it. */
const MOST_BEFORE = 131_072
const MOST_BEHIND = 16_383

/**
 * How a `numeric` writes a number that it is given, or why it cannot hold it exactly.
 *
 * @param type such as `numeric`, `numeric(10,2)`
 *
 * @example
 * ```ts
 * numericOf('1.5', 'numeric(10,2)') // { text: '1.50' }
 * numericOf('1.555', 'numeric(10,2)') // { state: 'has room for 2 digits behind the point' }
 * ```
 */
export function numericOf(number: string, type: string): { readonly text: string } | { readonly state: string } {
  if (/^-?Infinity$|^NaN$/.test(number)) {
    return type === 'numeric' || number === 'NaN' ? { text: number } : { state: `is ${type}, which has no ${number}` }
  }
  const parsed = parse(number)
  if (parsed === undefined) return { state: `holds numbers, and ${JSON.stringify(number.slice(0, 40))} is none` }
  const [, precision, places] = /\((\d+)(?:,(-?\d+))?\)/.exec(type) ?? []
  if (precision === undefined) return spell(parsed)
  const scale = Number(places ?? 0)
  const exact = rescale(parsed, Math.max(scale, 0))
  if (exact === undefined || !endsInZeros(exact, -scale)) return { state: `has room for ${scale} digits behind the point` }
  const room = Number(precision) - scale
  const before = exact.digits.length - exact.scale
  if (exact.digits.replace(/^0+/, '') !== '' && before > Math.max(room, 0)) return { state: `has room for ${room} digits before the point` }
  if (room < 0 && Number(`0.${exact.digits.slice(before).slice(0, -room)}`) !== 0) return { state: `is ${type}, which is too small for it` }
  return spell(exact)
}

function parse(number: string): Digits | undefined {
  const match = /^([-+]?)(\d*)\.?(\d*)(?:e([-+]?\d{1,7}))?$/i.exec(number)
  if (match === null) return undefined
  const [, sign, whole = '', fraction = '', exponent = '0'] = match
  if (whole + fraction === '') return undefined
  const power = Number(exponent)
  if (Math.abs(power) > MOST_BEFORE) return undefined
  const scale = fraction.length - power
  const digits = `${whole}${fraction}${'0'.repeat(Math.max(-scale, 0))}`
  return trim({ negative: sign === '-', digits, scale: Math.max(scale, 0) })
}

/** Without zeros at the start, but with one digit before the point. */
function trim({ negative, digits, scale }: Digits): Digits {
  const significant = digits.replace(/^0+/, '')
  return { negative: negative && significant.replaceAll('0', '') !== '', digits: significant.padStart(scale, '0'), scale }
}

function rescale(number: Digits, scale: number): Digits | undefined {
  const { digits } = number
  if (number.scale <= scale) return trim({ ...number, digits: digits + '0'.repeat(scale - number.scale), scale })
  const excess = number.scale - scale
  return endsInZeros(number, excess) ? trim({ ...number, digits: digits.slice(0, digits.length - excess), scale }) : undefined
}

function endsInZeros({ digits }: Digits, count: number): boolean {
  return count <= 0 || /^0*$/.test(digits.slice(-count))
}

function spell({ negative, digits, scale }: Digits): { readonly text: string } | { readonly state: string } {
  const before = digits.slice(0, digits.length - scale)
  if (before.length > MOST_BEFORE || scale > MOST_BEHIND) return { state: 'has no room for so many digits' }
  return { text: `${negative ? '-' : ''}${before === '' ? '0' : before}${scale > 0 ? `.${digits.slice(-scale)}` : ''}` }
}

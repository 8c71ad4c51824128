/** The digits of a number before and after its point, without zeros at the ends. */
interface Digits {
  readonly negative: boolean
  readonly whole: string
  readonly fraction: string
}

/** More digits than any `DECIMAL` has. */
const MOST = 100

/** A number as a `DECIMAL` with so many digits, of which `scale` are behind the point, writes it; `undefined` where it has not enough of them, or it is no number. */
export function asDecimal(text: string, precision: number, scale: number): string | undefined {
  const digits = digitsOf(text)
  if (digits === undefined || digits.fraction.length > scale || digits.whole.length > precision - scale) return undefined
  const { negative, whole, fraction } = digits
  const sign = negative && whole + fraction !== '' ? '-' : ''
  return `${sign}${whole || '0'}${scale === 0 ? '' : `.${fraction.padEnd(scale, '0')}`}`
}

/** A pattern would look for the end from each zero. */
function zerosAtEnd(digits: string): number {
  let count = 0
  while (digits[digits.length - 1 - count] === '0') count++
  return count
}

function digitsOf(text: string): Digits | undefined {
  const [match, sign, whole = '', fraction = '', exponent = '0'] = /^([-+]?)(\d*)\.?(\d*)(?:e([-+]?\d+))?$/i.exec(text) ?? []
  if (match === undefined || whole + fraction === '') return undefined
  const shift = Number(exponent)
  if (Math.abs(shift) > MOST) return undefined
  const all = '0'.repeat(Math.max(0, -shift)) + whole + fraction + '0'.repeat(Math.max(0, shift))
  const point = Math.max(0, -shift) + whole.length + shift
  return { negative: sign === '-', whole: all.slice(0, point).replace(/^0+/, ''), fraction: all.slice(point, all.length - zerosAtEnd(all.slice(point))) }
}

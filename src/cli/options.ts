import { InvalidArgumentError } from 'commander'

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `90s`, `10m`, `1h`, `2d` as milliseconds. */
export function duration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text)
  if (!match) throw new InvalidArgumentError('Write a number and one of s, m, h, d, such as 1h.')
  return Number(match[1]) * UNITS[match[2]!]!
}

/** A number of writer threads, or `auto`. */
export function threads(text: string): number | 'auto' {
  return text === 'auto' ? text : wholeNumber(text, 0, 64, 'auto or ')
}

/** The number of an operation. */
export function operation(text: string): number {
  return wholeNumber(text, 1, 999_999_999)
}

/** How many rows a demonstration has. */
export function rows(text: string): number {
  return wholeNumber(text, 20, 1_000_000)
}

/** Patterns as a flag gives them, one at a time, or as a variable does, one a line. */
export function patterns(text: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, ...text.split('\n').filter((line) => line !== '')]
}

function wholeNumber(text: string, least: number, most: number, or = ''): number {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : -1
  if (number >= least && number <= most) return number
  throw new InvalidArgumentError(`Write ${or}a whole number from ${least.toLocaleString('en-US')} to ${most.toLocaleString('en-US')}.`)
}

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
  if (text === 'auto') return text
  if (!/^\d{1,2}$/.test(text) || Number(text) > 64) throw new InvalidArgumentError('Write auto or a whole number from 0 to 64.')
  return Number(text)
}

import { InvalidArgumentError } from 'commander'
import { type Bounds, PACE } from '../core/pace.ts'
import { readSize } from '../core/quantity.ts'

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `90s`, `10m`, `1h`, `2d` as milliseconds. */
export function duration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text)
  if (!match) throw new InvalidArgumentError('Write a number and one of s, m, h, d, such as 1h.')
  return Number(match[1]) * UNITS[match[2]!]!
}

/** A span of time in milliseconds, such as `100ms`, within these bounds. */
export function span({ least, most }: Bounds, or = ''): (text: string) => number {
  return (text) => {
    const [, digits, unit = ''] = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h)$/.exec(text) ?? []
    const time = Math.floor(Number(digits) * (unit === 'ms' ? 1 : UNITS[unit]!))
    if (time >= least && time <= most) return time
    throw new InvalidArgumentError(`Write ${or}a number and one of ms, s, m, h, from ${written(least)} to ${written(most)}.`)
  }
}

/** The same, or `off`. */
export function spanOrOff(bounds: Bounds): (text: string) => number | 'off' {
  const read = span(bounds, 'off, or ')
  return (text) => (text === 'off' ? text : read(text))
}

function written(time: number): string {
  const unit = ['h', 'm', 's'].find((name) => time > 0 && Number.isInteger(time / UNITS[name]!))
  return unit === undefined ? `${time}ms` : `${time / UNITS[unit]!}${unit}`
}

/** How many paths one batch may have. */
export function batch(text: string): number {
  return wholeNumber(text, PACE.maxBatch.least, PACE.maxBatch.most)
}

/** A TCP port; 0 is any that is free. */
export function port(text: string): number {
  return wholeNumber(text, 0, 65_535)
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

/** A count whose bounds somebody else knows. */
export function amount(text: string): number {
  return wholeNumber(text, 0, 999_999_999)
}

/** Bytes, such as `2KB`. */
export function size(text: string): number {
  const bytes = readSize(text)
  if (bytes !== undefined) return bytes
  throw new InvalidArgumentError('Write a size such as 512KB, 8MB or 1GB, or a whole number of bytes.')
}

/** How many times worse something may be. */
export function factor(text: string): number {
  const number = /^\d{1,3}(\.\d{1,6})?$/.test(text) ? Number(text) : 0
  if (number >= 1 && number <= 100) return number
  throw new InvalidArgumentError('Write a number from 1 to 100, such as 1.25.')
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

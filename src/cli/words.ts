import type { styleText } from 'node:util'

/** How text can be set off, such as `red` or `bold`. */
export type Style = Parameters<typeof styleText>[0]

/** Sets a text off, where that is wanted. */
export type Paint = (style: Style, text: string) => string

/** Leaves every text as it is. */
export const plain: Paint = (_, text) => text

/** Whole numbers with their thousands apart. */
export const number: Intl.NumberFormat = new Intl.NumberFormat('en-US')

/** The word that fits a count. */
export function plural(count: number, word: string): string {
  return count === 1 ? word : `${word}s`
}

/** Counts with their words, only those that are not zero, such as `3 imported · 1 conflict`. */
export function counted(counts: readonly (readonly [count: number, word: string])[]): string[] {
  return counts.filter(([count]) => count > 0).map(([count, word]) => `${number.format(count)} ${word}`)
}

/** More items of one kind than this are counted, not listed. */
export const MOST_LISTED = 20

/** As many lines as a person reads, and how many more there are. */
export function firstOf(lines: readonly string[], most: number = MOST_LISTED): string[] {
  const rest = lines.length - most
  return rest > 0 ? [...lines.slice(0, most), `and ${number.format(rest)} more; --json lists all`] : [...lines]
}

/** Bytes in three digits or so, such as `4.2 KB`. */
export function sizeOf(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)))
  const amount = bytes / 1_000 ** power
  return `${power > 0 && amount < 10 ? amount.toFixed(1) : Math.round(amount)} ${UNITS[power]}`
}

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB']

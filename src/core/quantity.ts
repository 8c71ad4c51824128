const PERCENTAGE = /^(\d+(?:\.\d+)?) ?%$/
const WHOLE = /^\d+$/
const SIZE = /^(\d+(?:\.\d+)?) ?([KMG])i?B$/i
const DURATION = /^(\d+(?:\.\d+)?) ?(ms|[smhdw])$/

/** Bytes, by the first letter of a unit. Powers of 1024, as most programs that take such texts have it. */
const BYTES: Readonly<Record<string, number>> = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 }

/** Milliseconds, by unit. */
const MILLISECONDS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }

/** A part of all rows (0 to 1), or a number of rows. */
export type Limit = { readonly share: number } | { readonly count: number }

/** Reads `25%` or `100`; `undefined` if it is neither. */
export function readLimit(text: string): Limit | undefined {
  const percentage = PERCENTAGE.exec(text)
  if (percentage !== null) {
    const share = Number(percentage[1]) / 100
    return share <= 1 ? { share } : undefined
  }
  const count = readWhole(text)
  return count === undefined ? undefined : { count }
}

/** Reads `8MB`, `512 KiB` or a number of bytes as bytes, rounded down; `undefined` if it is none of them. */
export function readSize(text: string): number | undefined {
  const [, digits, unit] = SIZE.exec(text) ?? []
  return digits === undefined || unit === undefined ? readWhole(text) : safe(Number(digits) * BYTES[unit.toUpperCase()]!)
}

/** Reads `30d` or `1.5h` as milliseconds, rounded down; `undefined` if it is no duration. */
export function readDuration(text: string): number | undefined {
  const [, digits, unit] = DURATION.exec(text) ?? []
  return digits === undefined || unit === undefined ? undefined : safe(Number(digits) * MILLISECONDS[unit]!)
}

function readWhole(text: string): number | undefined {
  return WHOLE.test(text) ? safe(Number(text)) : undefined
}

function safe(number: number): number | undefined {
  const whole = Math.floor(number)
  return Number.isSafeInteger(whole) ? whole : undefined
}

const WHOLE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

/** A count with its word, such as `1 directory` or `9,910 directories`. */
export function count(number: number, one: string, many: string = `${one}s`): string {
  return `${WHOLE.format(number)} ${number === 1 ? one : many}`
}

/** A time in two digits or so, such as `0.4 ms`, `12 ms` or `2 s`. */
export function span(milliseconds: number): string {
  if (milliseconds === 0) return '0 ms'
  if (milliseconds < 0.001) return `${Math.round(milliseconds * 1e6)} ns`
  if (milliseconds < 10) return `${Number(milliseconds.toPrecision(2))} ms`
  return milliseconds < 1_000 ? `${Math.round(milliseconds)} ms` : `${Number((milliseconds / 1_000).toPrecision(2))} s`
}

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB', 'PB']

/** Bytes in two digits or so, such as `4.2 KB`. */
export function bytes(number: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, number)) / 3))
  const amount = number / 1_000 ** power
  return `${power > 0 && amount < 10 ? amount.toFixed(1) : Math.round(amount)} ${UNITS[power]}`
}

/** Milliseconds for programs: none needs more than a microsecond. */
export function exact(milliseconds: number): number {
  return Math.round(milliseconds * 1e6) / 1e6
}

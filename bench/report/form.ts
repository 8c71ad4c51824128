/** How people read a figure. */
export interface Form {
  readonly unit: string
  /** What one of what was printed, mostly a second, comes to. */
  readonly factor: number
  /** Divided by the contender's rows or files. */
  readonly each: boolean
  readonly digits: number
}

export const MICROS_EACH: Form = { unit: 'µs', factor: 1e6, each: true, digits: 1 }
export const MICROS: Form = { unit: 'µs', factor: 1e6, each: false, digits: 0 }
export const MILLIS: Form = { unit: 'ms', factor: 1e3, each: false, digits: 0 }
/** For what is printed in milliseconds. */
export const AS_MILLIS: Form = { unit: 'ms', factor: 1, each: false, digits: 1 }
export const SECONDS: Form = { unit: 's', factor: 1, each: false, digits: 2 }
export const MEGABYTES: Form = { unit: 'MB', factor: 1, each: false, digits: 0 }
export const PERCENT: Form = { unit: '%', factor: 1, each: false, digits: 2 }

/** A printed figure in the unit of a form. */
export function inUnit(value: number, items: number, { factor, each }: Form): number {
  return (value * factor) / (each ? items : 1)
}

/** A number as people write it: `1,234.5`. */
export function written(value: number, digits: number): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}

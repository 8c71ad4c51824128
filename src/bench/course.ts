import type { BenchOptions } from '../bench.ts'
import type { Bounds } from '../core/pace.ts'
import { RowtreeError } from '../errors.ts'

/** What may be asked for. */
export const BOUNDS: Readonly<Record<'rows' | 'size' | 'saves' | 'rounds', Bounds>> = {
  rows: { least: 100, most: 1_000_000 },
  size: { least: 64, most: 2 ** 24 },
  saves: { least: 0, most: 10_000 },
  rounds: { least: 1, most: 100 },
}

/** How much is done. */
export interface Amounts {
  readonly rows: number
  readonly size: number
  readonly saves: number
  readonly rounds: number
}

const DEFAULTS: Omit<Amounts, 'rounds'> = { rows: 5_000, size: 2_048, saves: 100 }

/** From here on a round takes so long that there are fewer. */
const MANY = 50_000

/** How long all saves together may take about, in milliseconds, and how many there are whatever they take. */
const [PATIENCE, FEWEST] = [12_000, 3]

/** What a session does beside settling, roughly, in milliseconds. */
const REST = 20

/**
 * How much is done, with the defaults.
 *
 * @param settle milliseconds
 * @throws {RowtreeError} `usage`
 */
export function amountsOf(options: BenchOptions, settle: number): Amounts {
  const { rows = DEFAULTS.rows, size = DEFAULTS.size, saves, rounds = rows < MANY ? 5 : 3 } = options
  for (const [name, value] of Object.entries({ rows, size, saves, rounds })) {
    const { least, most } = BOUNDS[name as keyof Amounts]
    if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) continue
    throw new RowtreeError('usage', `Cannot measure with ${name} ${value}: it must be a whole number from ${least.toLocaleString('en-US')} to ${most.toLocaleString('en-US')}`)
  }
  const affordable = Math.max(FEWEST, Math.floor(PATIENCE / (settle + REST)))
  return { rows, size, rounds, saves: saves ?? Math.min(DEFAULTS.saves, affordable) }
}

/** What fits on the disk, at the most, of all that a measurement writes: the store, the baseline and its history, the tree, the loop's files. */
export function roomFor({ rows, size }: Pick<Amounts, 'rows' | 'size'>): number {
  // A file takes whole blocks and an inode.
  return rows * (6 * Math.ceil((size + 512) / 4_096) * 4_096) + 16 * 2 ** 20
}

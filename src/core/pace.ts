/** The least and the most that a setting may be. */
export interface Bounds {
  readonly least: number
  readonly most: number
}

/** No timer can wait much longer than three weeks. */
const DAY = 86_400_000

/** How fast a session may be, whoever says so: one that never rests, or never does anything, helps nobody. Times are milliseconds. */
export const PACE: Readonly<Record<'settle' | 'maxBatch' | 'rescan' | 'poll', Bounds>> = {
  settle: { least: 0, most: 60_000 },
  maxBatch: { least: 1, most: 100_000 },
  rescan: { least: 1_000, most: DAY },
  poll: { least: 100, most: DAY },
}

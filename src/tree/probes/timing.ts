import { closeSync, fstatSync, openSync, utimesSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/** How a filesystem stamps files. Times are milliseconds. */
export interface Timing {
  /** The least step between two stamps; `undefined`: none was seen within the patience. */
  readonly step: number | undefined
  /** How far its clock is ahead of ours, beyond what a step explains. */
  readonly ahead: number
  /** A time that is set stays. */
  readonly keepsTimes: boolean
}

/** FAT stamps every other second. */
const PATIENCE = 4_500
const STEPS = 3
/** Until then nobody sleeps: most filesystems have stamped anew by then. */
const IMPATIENT = 50
const SET = 1_234_567_890
/** A clock that ticks a hundred times a second is behind by as much, and a busy machine by some of these. */
const NEAR = 50

/** Writes again and again until the stamp of a file moves. */
export async function probeTiming(room: string): Promise<Timing> {
  const path = join(room, 'stamped')
  const file = openSync(path, 'w')
  const stamp = (): bigint => {
    writeSync(file, 'x', 0)
    return fstatSync(file, { bigint: true }).mtimeNs
  }
  try {
    const start = performance.now()
    const before = Date.now()
    let last = stamp()
    const ahead = aheadOf(Number(last / 1_000_000n), before, Date.now())
    const steps: bigint[] = []
    for (let passed = 0; steps.length < STEPS && passed < PATIENCE; passed = performance.now() - start) {
      if (passed > IMPATIENT) await delay(2)
      const now = stamp()
      // The first one began somewhere within its step.
      if (now !== last) steps.push(now - last)
      last = now
    }
    utimesSync(path, SET, SET)
    const kept = Math.abs(fstatSync(file).mtimeMs / 1_000 - SET) < 2
    const step = steps.length === 0 ? undefined : Number(steps.reduce((a, b) => (a < b ? a : b))) / 1e6
    return { step, ahead: Math.abs(ahead) <= Math.max(step ?? 0, NEAR) ? 0 : ahead, keepsTimes: kept }
  } finally {
    closeSync(file)
  }
}

/** How far a stamp lies outside of the moments between which it was made. */
function aheadOf(stamp: number, before: number, after: number): number {
  return stamp > after ? stamp - after : Math.min(0, stamp - before)
}

import type { Remark } from '../doctor.ts'
import { SKEW } from '../tree/clock.ts'
import { inRoom } from '../tree/probes/room.ts'
import { probeTiming, type Timing } from '../tree/probes/timing.ts'
import { exact, span } from './figures.ts'
import type { Place, Subject } from './subject.ts'

export async function timing(_: Subject, { room }: Place): Promise<Remark> {
  return judgeTiming(await inRoom(room, probeTiming))
}

/** A difference that no person and no program minds. */
const SLIGHT = 2_000

/** What the stamps of files are worth. */
export function judgeTiming({ step, ahead, keepsTimes }: Timing): Remark {
  const name = 'clock'
  const measured = { ...(step !== undefined && { stepMs: exact(step) }), aheadMs: exact(ahead), keepsTimes }
  const grain = step === undefined ? 'no step of the clock was seen' : `files are stamped every ${span(step)}`
  const skew = ahead === 0 ? 'in step with the system' : `${span(Math.abs(ahead))} ${ahead > 0 ? 'ahead of' : 'behind'} the system`
  const message = `${grain}, ${skew}${keepsTimes ? '' : ', times cannot be set'}`
  if (step === undefined) return { name, status: 'warn', message, remedy: 'files are compared by content more often than elsewhere; put the tree on another filesystem', measured }
  if (Math.abs(ahead) > SKEW) {
    const remedy = 'set the clocks of this machine and of the file server (NTP): a save may otherwise go unseen until the next rescan'
    return { name, status: 'fail', message, remedy, measured }
  }
  if (Math.abs(ahead) > SLIGHT) return { name, status: 'warn', message, remedy: 'set the clocks of this machine and of the file server (NTP)', measured }
  return { name, status: 'ok', message, measured }
}

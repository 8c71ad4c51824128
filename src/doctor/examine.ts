import type { Check, CheckGroup, Remark } from '../doctor.ts'
import { baseline } from './baseline.ts'
import { directory } from './directory.ts'
import { filesystem } from './filesystem.ts'
import { flushing } from './flushing.ts'
import { openFiles, runtime } from './machine.ts'
import { naming } from './naming.ts'
import { placeOf } from './place.ts'
import { failureOf } from './refusal.ts'
import { renaming } from './renaming.ts'
import { settings } from './settings.ts'
import { state } from './state.ts'
import type { Place, Subject } from './subject.ts'
import { temps } from './temps.ts'
import { timing } from './timing.ts'
import { watches, watching } from './watching.ts'

type Answer = Remark | readonly Remark[]

/** One look. What it throws is a failure of its name. */
interface Look {
  readonly group: CheckGroup
  readonly name: string
  readonly look: (subject: Subject, place: Place) => Answer | Promise<Answer>
  /** It writes where it looks. */
  readonly writes?: true
}

/** All checks of a config's sides but the store's, in the order in which a person reads them. */
const LOOKS: readonly Look[] = [
  { group: 'config', name: 'file', look: settings },
  { group: 'tree', name: 'directory', look: directory },
  { group: 'tree', name: 'filesystem', look: filesystem },
  { group: 'tree', name: 'rename', look: renaming, writes: true },
  { group: 'tree', name: 'flush', look: flushing, writes: true },
  { group: 'tree', name: 'names', look: naming, writes: true },
  { group: 'tree', name: 'clock', look: timing, writes: true },
  { group: 'tree', name: 'watching', look: watching, writes: true },
  { group: 'tree', name: 'watches', look: watches },
  { group: 'tree', name: 'temps', look: temps },
  { group: 'state', name: 'directory', look: state },
  { group: 'state', name: 'baseline', look: baseline },
]

/** Looks at the machine; it needs no config. */
export function* examineMachine(): Generator<Check> {
  for (const remark of [runtime(), ...openFiles()]) yield { group: 'machine', ...remark }
}

/** Looks at everything that a config names. Nothing that is wrong keeps it from looking at the rest. */
export async function* examine(subject: Subject): AsyncGenerator<Check> {
  const place = placeOf(subject.config)
  /** Where nothing can be written, or nobody knows what is there, nothing can be tried out. */
  let untried = place.mount instanceof Error || place.mount.readOnly
  for (const { group, name, look, writes } of LOOKS) {
    if (writes && untried) continue
    for (const remark of await answered(name, () => look(subject, place))) {
      yield { group, ...remark }
      untried ||= group === 'tree' && remark.status === 'fail' && remark.name === 'directory'
    }
  }
  for await (const remark of subject.examineStore()) yield { group: 'store', ...remark }
}

async function answered(name: string, look: () => Answer | Promise<Answer>): Promise<readonly Remark[]> {
  try {
    return [await look()].flat()
  } catch (error) {
    return [{ name, status: 'fail', ...failureOf(error) }]
  }
}

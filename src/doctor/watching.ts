import { readFileSync } from 'node:fs'
import type { Remark } from '../doctor.ts'
import { inRoom } from '../tree/probes/room.ts'
import { probeWatching, type Watching } from '../tree/probes/watching.ts'
import { count, exact, span } from './figures.ts'
import { isRemote } from './filesystem.ts'
import type { Place, Subject } from './subject.ts'

/** Whether saves are told. */
export async function watching({ config }: Subject, { room, mount }: Place): Promise<Remark> {
  return judgeWatching(await inRoom(room, probeWatching), { remote: !(mount instanceof Error) && isRemote(mount.type), rescan: config.watch.rescan })
}

/** What a session sees, and when. */
export function judgeWatching(found: Watching, { remote, rescan }: { readonly remote: boolean; readonly rescan: number | 'off' }): Remark {
  const name = 'watching'
  const otherwise = rescan === 'off' ? 'and watch.rescan is off, so they are never taken' : `a session finds them when it looks at all files, every ${span(rescan)}`
  const remedy = rescan === 'off' ? 'set watch.rescan, such as 30s' : 'lower watch.rescan to find them sooner'
  if (found.seen === undefined) {
    const reason = 'reason' in found && found.reason !== undefined ? ` (${found.reason})` : ''
    const status = rescan === 'off' ? 'fail' : 'warn'
    return { name, status, message: `the system does not tell of saves${reason}: ${otherwise}`, remedy, measured: { seen: false } }
  }
  const measured = { seen: true, ms: exact(found.seen) }
  const message = `a save is told after ${span(found.seen)}`
  if (!remote) return { name, status: 'ok', message, measured }
  return { name, status: 'warn', message: `${message}; those of other machines are not: ${otherwise}`, remedy, measured }
}

/** What inotify allows, see inotify(7). */
export interface WatchLimits {
  readonly watches: number
  readonly instances: number
  readonly events: number
}

/** Whether the system allows as many watches as the tree needs; nothing where there is no inotify. */
export function watches(_: Subject, { census }: Place): Remark[] {
  const limits = readLimits()
  return limits === undefined ? [] : [judgeWatches(limits, census()?.directories)]
}

function readLimits(): WatchLimits | undefined {
  try {
    return { watches: readLimit('max_user_watches'), instances: readLimit('max_user_instances'), events: readLimit('max_queued_events') }
  } catch {
    return undefined
  }
}

function readLimit(name: string): number {
  return Number(readFileSync(`/proc/sys/fs/inotify/${name}`, 'utf8'))
}

/** Editors, browsers and other watchers of the same user need theirs. */
const SHARE = 0.5
const FEW_INSTANCES = 16

export function judgeWatches({ watches: most, instances, events }: WatchLimits, directories: number | undefined): Remark {
  const name = 'watches'
  const has = directories === undefined ? '' : `, the tree has ${count(directories, 'directory', 'directories')}`
  const message = `inotify: ${count(most, 'watch', 'watches')} and ${count(instances, 'watcher')} a user, ${count(events, 'event')} in line${has}`
  const measured = { watches: most, instances, events, ...(directories !== undefined && { directories }) }
  if ((directories ?? 0) > most * SHARE) {
    const wanted = 2 ** Math.ceil(Math.log2(directories! * 4))
    return { name, status: directories! > most ? 'fail' : 'warn', message, remedy: `sysctl fs.inotify.max_user_watches=${Math.max(wanted, 65_536)}`, measured }
  }
  if (instances < FEW_INSTANCES) return { name, status: 'warn', message, remedy: 'sysctl fs.inotify.max_user_instances=512', measured }
  return { name, status: 'ok', message, measured }
}

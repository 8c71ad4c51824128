import type { Remark } from '../doctor.ts'
import { type Flushing, probeFlushing } from '../tree/probes/flushing.ts'
import { inRoom } from '../tree/probes/room.ts'
import { exact, span } from './figures.ts'
import type { Place, Subject } from './subject.ts'

export async function flushing(_: Subject, { room }: Place): Promise<Remark> {
  return judgeFlushing(await inRoom(room, probeFlushing))
}

/** What can be forced to the disk, and how long it takes. */
export function judgeFlushing({ file, directory, filesystem }: Flushing): Remark {
  const name = 'flush'
  const parts = { file, directory, filesystem }
  const measured = Object.fromEntries(Object.entries(parts).flatMap(([part, time]) => (typeof time === 'number' ? [[`${part}Ms`, exact(time)]] : [])))
  const times = Object.entries(parts).flatMap(([part, time]) => (typeof time === 'number' ? [`${span(time)} a ${part}`] : []))
  const refused = (part: string, reason: string | number, rest: Pick<Remark, 'status' | 'remedy'>): Remark => {
    return { name, message: [`a ${part} cannot be flushed (${reason})`, ...times].join(', '), measured, ...rest }
  }
  if (typeof file === 'string') return refused('file', file, { status: 'fail', remedy: 'check the disk; export.fsync: off only where a power failure may cost what was written last' })
  if (typeof directory === 'string') return refused('directory', directory, { status: 'warn', remedy: 'a new file may be gone after a power failure: the next export writes it again' })
  if (filesystem === 'absent') return { name, status: 'ok', message: `${times.join(', ')}; no sync -f here, so each file is flushed by itself`, measured }
  if (typeof filesystem === 'string') return refused('filesystem', filesystem, { status: 'warn', remedy: 'export.fsync: file' })
  return { name, status: 'ok', message: times.join(', '), measured }
}

import type { Remark } from '../doctor.ts'
import { probeRenaming, type Renaming } from '../tree/probes/renaming.ts'
import { inRoom } from '../tree/probes/room.ts'
import type { Place, Subject } from './subject.ts'

export async function renaming(_: Subject, { room }: Place): Promise<Remark> {
  return judgeRenaming(await inRoom(room, probeRenaming))
}

/** Whether a file is replaced in one step. */
export function judgeRenaming({ keepsOld, hasNew, links, refusesTaken }: Renaming): Remark {
  const name = 'rename'
  const measured = { keepsOld, hasNew, links: links === true, ...(refusesTaken !== undefined && { refusesTaken }) }
  if (!hasNew) return { name, status: 'fail', message: 'a renamed file does not show its new content', remedy: 'put the tree on another filesystem', measured }
  if (!keepsOld) {
    const message = 'who reads a file while it is replaced meets other bytes than he began with'
    return { name, status: 'warn', message, remedy: 'put the tree on a local filesystem, or let nobody read it during an export', measured }
  }
  if (links !== true) {
    const message = `atomic; but the filesystem has no hard links (${links}): a file that somebody makes at the very moment when rowtree publishes one of that name is replaced`
    return { name, status: 'warn', message, remedy: 'put the tree on a filesystem with hard links, or make new files only between exports', measured }
  }
  if (!refusesTaken) return { name, status: 'fail', message: 'link(2) took a name that was taken', remedy: 'put the tree on another filesystem', measured }
  return { name, status: 'ok', message: 'atomic: who reads keeps the old file, the name has the new one, a taken name is refused', measured }
}

import type { Inspection, Unread } from '../baseline/inspect.ts'
import type { Remark } from '../doctor.ts'
import { bytes, count } from './figures.ts'
import type { Place, Subject } from './subject.ts'

/** Whether the memory of the tree is whole, and what waits in it. */
export function baseline({ inspectBaseline }: Subject, { census }: Place): Remark[] {
  return judgeBaseline(inspectBaseline(), census()?.files)
}

/**
 * What an inspection means.
 *
 * @param files how many the tree has
 */
export function judgeBaseline(found: Inspection | Unread, files: number = 0): Remark[] {
  const name = 'baseline'
  if (found === 'absent') return [{ name, status: 'ok', message: 'there is none yet: the first command makes it' }]
  if (found === 'busy') return [{ name, status: 'warn', message: 'another rowtree writes it just now', remedy: 'run rowtree doctor again when that is done' }]
  if (found === 'left') return [{ name, status: 'warn', message: 'a command was killed while it wrote it; the next one takes that back', remedy: 'rowtree status' }]
  const { version, old, size, entries, compared, damage, conflicts, holds, operations, kept } = found
  const measured = { version, size, entries, compared, conflicts, holds, operations, kept }
  if (damage.length > 0) {
    const message = `it is damaged: ${damage.slice(0, 3).join('; ')}${damage.length > 3 ? '; and more' : ''}`
    return [{ name, status: 'fail', message, remedy: 'move the state directory away: the next command builds it anew, without history', measured }]
  }
  if (version === 0 && files > 0) {
    const message = `it is empty, although the tree has ${count(files, 'file')}: it was cut, or the first command was killed at its beginning`
    const remedy = 'put a copy of it back, if there is one; otherwise the next export or sync compares all anew: files that differ from their rows become conflicts, and nothing is overwritten'
    return [{ name, status: 'warn', message, remedy, measured }]
  }
  const all = compared === entries ? 'all contents' : `${count(compared, 'content')}`
  const update = old ? `, of version ${version}, which the next command brings up to date` : ''
  const remarks: Remark[] = [{ name, status: 'ok', message: `${count(entries, 'entry', 'entries')}, ${bytes(size)}, whole, ${all} compared${update}`, measured }]
  if (conflicts + holds > 0) {
    const parts = [...(conflicts > 0 ? [count(conflicts, 'conflict')] : []), ...(holds > 0 ? [count(holds, 'hold')] : [])]
    const message = `${parts.join(' and ')} ${conflicts + holds === 1 ? 'waits' : 'wait'} for you`
    remarks.push({ name: 'undecided', status: 'warn', message, remedy: 'rowtree status', measured: { conflicts, holds } })
  }
  if (!old && version > 0) {
    const message = operations === 0 ? 'nothing was overwritten yet' : `rowtree undo can take back ${count(operations, 'operation')}, ${bytes(kept)}`
    remarks.push({ name: 'history', status: 'ok', message, measured: { operations, kept } })
  }
  return remarks
}

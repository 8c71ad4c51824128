import type { Remark } from '../doctor.ts'
import { type Naming, probeNaming } from '../tree/probes/naming.ts'
import { inRoom } from '../tree/probes/room.ts'
import { count } from './figures.ts'
import type { Place, Subject } from './subject.ts'

export async function naming(_: Subject, { room }: Place): Promise<Remark[]> {
  return judgeNaming(await inRoom(room, probeNaming))
}

/** The longest name that rowtree gives a file. */
const LONGEST = 255

/** What the filesystem takes for one name, and which names it takes. */
export function judgeNaming({ caseless, normalizing, faithful, longest, countsBytes }: Naming): Remark[] {
  const name = 'names'
  const measured = { caseless, normalizing, faithful, longest }
  const found: Remark[] = []
  if (!faithful) {
    const message = 'names of other alphabets, or emoji, are not kept as they are'
    found.push({ name, status: 'fail', message, remedy: 'mount the filesystem with UTF-8 names (iocharset=utf8, or utf8)', measured })
  }
  if (longest < LONGEST) {
    const message = `names end at ${count(longest, 'byte')}: rows with longer ones are reported as name-too-long or write-failed`
    found.push({ name, status: 'warn', message, remedy: 'put the tree on a filesystem with names of 255 bytes', measured })
  }
  if (caseless || normalizing) {
    const same = [...(caseless ? ['"A" and "a"'] : []), ...(normalizing ? ['"é" and "e" with an accent'] : [])].join(', ')
    const message = `${same} are one name: of rows whose paths differ by that alone the first is a file, the others are reported as path-collision`
    found.push({ name, status: 'warn', message, remedy: 'rename such rows, or put the tree on a filesystem that tells them apart', measured })
  }
  if (found.length > 0) return found
  return [{ name, status: 'ok', message: `"A" and "a" are two names, both forms of "é" are two, up to ${longest} ${countsBytes ? 'bytes' : 'characters'}`, measured }]
}

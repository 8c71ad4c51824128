import { node } from '../contender.ts'
import type { GroupOf } from '../group.ts'
import { MILLIS } from '../report/form.ts'
import { slower } from '../report/target.ts'

export const rescan: GroupOf = ({ scale }) => {
  const { rows } = scale
  return {
    name: 'rescan',
    title: `A look at ${rows.toLocaleString('en-US')} files that nobody changed, in memory`,
    how: 'One rescan on the watcher\'s thread, in turns with `find -printf` of path, size, times and inode to nowhere; and how long the thread that asked for it could not do its own work.',
    place: 'memory',
    processes: scale.fewProcesses,
    contenders: () => [node('look', rows, 'rescan.ts', { rows })],
    columns: [
      { title: 'rescan', figure: 'rescan', form: MILLIS },
      { title: 'find', figure: 'find', form: MILLIS },
      { title: 'longest wait meanwhile', figure: 'blocked', form: { ...MILLIS, digits: 1 } },
    ],
    pictures: [],
    targets: [slower(`watch: a look at ${rows.toLocaleString('en-US')} unchanged files, time against find`, 3, (of) => of('look', 'rescan') / of('look', 'find'))],
  }
}

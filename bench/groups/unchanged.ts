import { after, deno, node } from '../contender.ts'
import { database } from '../data.ts'
import type { Contender, GroupOf } from '../group.ts'
import { MEGABYTES, MICROS_EACH } from '../report/form.ts'
import { slower } from '../report/target.ts'
import { copies } from './peers.ts'

export const unchanged: GroupOf = (setting) => {
  const { scale, memory, tools } = setting
  const { rows, rounds } = scale
  return {
    name: 'unchanged',
    title: `Export of ${rows.toLocaleString('en-US')} rows with nothing to do, in memory`,
    how: `Another process exported the tree before. rowtree reads every row and hashes it, and looks at the stat of every file; rsync and unison compare stats alone and read no content.
*In a fresh process* is the first export of a process, which is how the command runs; rsync and unison are always that.`,
    place: 'memory',
    processes: scale.processes,
    contenders() {
      const wish = { store: database(memory, rows), rows, workers: 'auto', rounds }
      const before = { ...wish, fsync: 'off', rounds: 0 }
      const exported = (contender: Contender): Contender => after('export.ts', contender, before)
      return [
        exported(node('rowtree', rows, 'unchanged.ts', wish)),
        exported(node('rowtree --workers 0', rows, 'unchanged.ts', { ...wish, workers: 0 })),
        ...deno(tools.deno, 'rowtree under Deno', rows, 'unchanged.ts', wish).map(exported),
        ...copies(setting, rows, rounds, ['nothing']),
      ]
    },
    columns: [
      { title: 'a row', figure: 'nothing', form: MICROS_EACH },
      { title: 'in a fresh process', figure: 'nothingFirst', form: MICROS_EACH },
      { title: 'peak memory', figure: 'peak', form: MEGABYTES },
    ],
    pictures: [{ name: 'unchanged', title: `${rows.toLocaleString('en-US')} rows with nothing to do`, figure: 'nothing', form: MICROS_EACH }],
    targets: [slower('nothing to do, time against rsync -a with nothing to do', 1, (of) => of('rowtree', 'nothing') / of('rsync -a', 'nothing'))],
  }
}

import { node } from '../contender.ts'
import { database, EVERY } from '../data.ts'
import type { GroupOf } from '../group.ts'
import { MICROS_EACH } from '../report/form.ts'
import { copies } from './peers.ts'

export const changed: GroupOf = (setting) => {
  const { scale, memory } = setting
  const { rows, rounds } = scale
  return {
    name: 'changed',
    title: `Export of ${rows.toLocaleString('en-US')} rows of which 1 % changed, in memory, nothing flushed`,
    how: `Every ${EVERY}th row has another content of the same length in each round; for rsync and unison every ${EVERY}th file of the source, with a time that is seconds later, since rsync looks at nothing
finer. Before a file is replaced rowtree reads it, and it keeps what it held.`,
    place: 'memory',
    processes: scale.fewProcesses,
    contenders() {
      const wish = { store: database(memory, rows), rows, rounds }
      return [
        node('rowtree', rows, 'changed.ts', { ...wish, workers: 'auto' }),
        node('rowtree --workers 0', rows, 'changed.ts', { ...wish, workers: 0 }),
        ...copies(setting, rows, rounds, ['changed']),
      ]
    },
    columns: [
      { title: 'a row, of all', figure: 'changed', form: MICROS_EACH },
      { title: 'the first time', figure: 'changedFirst', form: MICROS_EACH },
    ],
    pictures: [{ name: 'changed', title: `${rows.toLocaleString('en-US')} rows of which 1 % changed`, figure: 'changed', form: MICROS_EACH }],
    targets: [],
  }
}

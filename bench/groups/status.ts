import { node } from '../contender.ts'
import { database } from '../data.ts'
import type { GroupOf } from '../group.ts'
import { MICROS_EACH } from '../report/form.ts'
import { slower } from '../report/target.ts'

export const status: GroupOf = ({ scale, memory }) => {
  const { rows, rounds } = scale
  return {
    name: 'status',
    title: `Status of ${rows.toLocaleString('en-US')} rows that are in sync, in memory`,
    how: 'A look at both sides that writes nothing, in turns with an export that has nothing to do. Status also lists the tree, for files that no row has.',
    place: 'memory',
    processes: scale.processes,
    contenders: () => [node('rowtree', rows, 'status.ts', { store: database(memory, rows), rows, rounds })],
    columns: [
      { title: 'status, a row', figure: 'status', form: MICROS_EACH },
      { title: 'the first time', figure: 'statusFirst', form: MICROS_EACH },
      { title: 'export with nothing to do', figure: 'nothing', form: MICROS_EACH },
    ],
    pictures: [],
    targets: [slower('status, time against an export with nothing to do', 1.2, (of) => of('rowtree', 'status') / of('rowtree', 'nothing'))],
  }
}

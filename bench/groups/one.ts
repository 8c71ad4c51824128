import { node } from '../contender.ts'
import { database } from '../data.ts'
import type { GroupOf } from '../group.ts'
import { MICROS } from '../report/form.ts'
import { slower } from '../report/target.ts'

const FEW = 100
const MANY = 100_000

const named = (count: number): string => `${count.toLocaleString('en-US')} rows`

export const one: GroupOf = ({ scale, memory }) => {
  const many = Math.min(MANY, scale.many.at(-1) ?? MANY)
  return {
    name: 'one',
    title: 'Import of one named file',
    how: 'One file is edited and imported by its name, 20 times in a process. What it costs should not depend on how many others there are.',
    place: 'memory',
    processes: scale.fewProcesses,
    contenders: () => [FEW, many].map((count) => node(named(count), 1, 'one.ts', { store: database(memory, count), rows: count })),
    columns: [
      { title: 'one file', figure: 'one', form: MICROS },
      { title: 'the first time', figure: 'oneFirst', form: MICROS },
    ],
    pictures: [],
    targets: [slower('import of one file, 100,000 rows against 100', 2, (of) => of(named(MANY), 'one') / of(named(FEW), 'one'))],
  }
}

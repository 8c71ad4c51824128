import { node } from '../contender.ts'
import { database } from '../data.ts'
import type { GroupOf } from '../group.ts'
import { MEGABYTES } from '../report/form.ts'
import { below } from '../report/target.ts'

const named = (count: number): string => `rowtree, ${count.toLocaleString('en-US')} rows`

export const peak: GroupOf = ({ scale, memory, built }) => ({
  name: 'memory',
  title: 'Memory of an export by number of rows',
  how: 'The most that a process of `rowtree export`, built as npm has it, ever had resident, with rows of 2 KB: into an empty tree, and then with nothing to do. *Bare* is `rowtree --version`: what Node and the code take.',
  place: 'memory',
  processes: scale.fewProcesses,
  contenders: () => scale.many.map((count) => node(named(count), count, 'memory.ts', { store: database(memory, count), rows: count, built })),
  columns: [
    { title: 'export', figure: 'new', form: MEGABYTES },
    { title: 'nothing to do', figure: 'nothing', form: MEGABYTES },
    { title: 'bare', figure: 'bare', form: MEGABYTES },
  ],
  pictures: [{ name: 'memory', title: 'Memory by number of rows', figure: 'new', form: MEGABYTES }],
  targets: [1_000_000, 100_000].map((count) => below(`${count.toLocaleString('en-US')} rows, peak memory`, 300, 'MB', (of) => of(named(count), 'new'))),
})

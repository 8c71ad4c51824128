import { after, node } from '../contender.ts'
import { database } from '../data.ts'
import type { Contender, GroupOf } from '../group.ts'
import { MEGABYTES } from '../report/form.ts'
import { below } from '../report/target.ts'

const named = (kind: 'new' | 'nothing', count: number): string => `${kind === 'new' ? 'export' : 'nothing to do'}, ${count.toLocaleString('en-US')} rows`

export const peak: GroupOf = ({ scale, memory, built }) => {
  const of = (count: number): Contender[] => {
    const wish = { store: database(memory, count), rows: count, built }
    const [fresh, again] = (['new', 'nothing'] as const).map((kind) => node(named(kind, count), count, 'memory.ts', { ...wish, kind })) as [Contender, Contender]
    return [fresh, after('export.ts', again, { ...wish, fsync: 'off', workers: 'auto', rounds: 0 })]
  }
  return {
    name: 'memory',
    title: 'Memory of an export by number of rows',
    how: 'The most that a process ever had resident, from its start to its end, with one export of rows of 2 KB: into an empty tree, or with nothing to do. rowtree is built, as npm has it; *with nothing opened* is what Node and the loaded code take.',
    place: 'memory',
    processes: scale.fewProcesses,
    contenders: () => scale.many.flatMap(of),
    columns: [
      { title: 'peak', figure: 'peak', form: MEGABYTES },
      { title: 'with nothing opened', figure: 'before', form: MEGABYTES },
    ],
    pictures: [{ name: 'memory', title: 'Memory by number of rows', figure: 'peak', form: MEGABYTES }],
    targets: [
      below('1,000,000 rows, peak memory', 300, 'MB', (look) => look(named('new', 1_000_000), 'peak')),
      below('100,000 rows, peak memory', 300, 'MB', (look) => look(named('new', 100_000), 'peak')),
    ],
  }
}

import { node } from '../contender.ts'
import { BYTES, database } from '../data.ts'
import type { Contender, GroupOf } from '../group.ts'
import { MICROS_EACH } from '../report/form.ts'
import { slower } from '../report/target.ts'
import { copies, loops, plain, writer } from './peers.ts'

const MILLION = 1_000_000
const BASE = 10_000

const named = (name: string, count: number): string => `${name}, ${count.toLocaleString('en-US')} rows`

export const rows: GroupOf = (setting) => {
  const { scale, memory } = setting
  const roundsOf = (count: number): number => (count <= BASE ? scale.rounds : scale.fewRounds)
  const of = (count: number): Contender[] => {
    const [rounds, course] = [roundsOf(count), { files: count, sizes: [BYTES], rounds: roundsOf(count) }]
    return [
      node('rowtree', count, 'export.ts', { store: database(memory, count), rows: count, fsync: 'off', workers: 'auto', rounds, nothing: true }),
      plain(writer('loop', course, false, false)),
      ...copies(setting, count, scale.fewRounds, ['new', 'nothing'], ['rsync']),
      ...loops(setting, course).filter(({ name }) => name === 'C loop, 2 threads').map(plain),
    ].map((contender) => ({ ...contender, name: named(contender.name, count) }))
  }
  return {
    name: 'rows',
    title: 'Export by number of rows, in memory, nothing flushed',
    how: `As above, and once more with nothing to do. ${scale.many.map((count) => count.toLocaleString('en-US')).join(', ')} rows of 2 KB, 500 files a directory, another content for each row (the loop repeats itself
after 10,000). What a row costs should not depend on how many there are.`,
    place: 'memory',
    processes: scale.fewProcesses,
    contenders: () => scale.many.flatMap(of),
    columns: [
      { title: 'a row', figure: 'new', form: MICROS_EACH },
      { title: 'in a fresh process', figure: 'newFirst', form: MICROS_EACH },
      { title: 'nothing to do', figure: 'nothing', form: MICROS_EACH },
    ],
    pictures: [{ name: 'rows', title: 'Export by number of rows', figure: 'new', form: MICROS_EACH }],
    targets: [
      slower('1,000,000 rows, time a row against 10,000', 1.25, (look) => look(named('rowtree', MILLION), 'new') / MILLION / (look(named('rowtree', BASE), 'new') / BASE)),
      slower('100,000 rows, time a row against 10,000', 1.25, (look) => look(named('rowtree', 100_000), 'new') / 100_000 / (look(named('rowtree', BASE), 'new') / BASE)),
    ],
  }
}

import { deno, node } from '../contender.ts'
import { BYTES, database } from '../data.ts'
import type { Contender, GroupOf } from '../group.ts'
import { MEGABYTES, MICROS_EACH } from '../report/form.ts'
import { faster, slower } from '../report/target.ts'
import { copies, loops, type PeerCourse, plain, writer } from './peers.ts'

const PEERS = ['loop', 'write-file-atomic', 'atomically', 'fast-write-atomic', 'steno']

export const exporting: GroupOf = (setting) => {
  const { scale, memory, tools } = setting
  const { rows, rounds } = scale
  const course: PeerCourse = { files: rows, sizes: [BYTES], rounds }
  return {
    name: 'export',
    title: `Export of ${rows.toLocaleString('en-US')} rows into an empty tree in memory, nothing flushed`,
    how: `The first column is the middle of later rounds in one process, *in a fresh process* its first one: with opening the database, starting the threads and code that the runtime
has not optimised yet; loading modules counts for nobody. rowtree reads the rows from SQLite, and commits a baseline with their contents. The writers of single files have them in memory. rsync and
unison read them from another directory, in a process of their own each time, whose start is part of the figure.`,
    place: 'memory',
    processes: scale.processes,
    contenders() {
      const wish = { store: database(memory, rows), rows, fsync: 'off', workers: 'auto', rounds }
      const ours = (workers: number): Contender => node(`rowtree --workers ${workers}`, rows, 'export.ts', { ...wish, workers })
      return [
        node('rowtree', rows, 'export.ts', wish),
        ...[0, 2, 4].map(ours),
        ...deno(tools.deno, 'rowtree under Deno', rows, 'export.ts', wish),
        ...PEERS.map((name) => plain(writer(name, course, false, false))),
        ...copies(setting, rows, scale.fewRounds, ['new']),
        ...loops(setting, course).map(plain),
      ]
    },
    columns: [
      { title: 'a row', figure: 'new', form: MICROS_EACH },
      { title: 'in a fresh process', figure: 'newFirst', form: MICROS_EACH },
      { title: 'peak memory', figure: 'peak', form: MEGABYTES },
    ],
    pictures: [{ name: 'export', title: `Export of ${rows.toLocaleString('en-US')} rows of 2 KB into an empty tree`, figure: 'new', form: MICROS_EACH }],
    targets: [
      slower('export, time against the C loop with 2 threads', 2, (of) => of('rowtree', 'new') / of('C loop, 2 threads', 'new')),
      faster('export, speed against write-file-atomic', 12, (of) => of('write-file-atomic', 'new') / of('rowtree', 'new')),
      faster('export, speed against atomically', 6, (of) => of('atomically', 'new') / of('rowtree', 'new')),
      faster('export, speed against the loop in Python', 2, (of) => of('Python loop', 'new') / of('rowtree', 'new')),
      faster('export, speed against rsync -a', 1.5, (of) => of('rsync -a', 'new') / of('rowtree', 'new')),
      faster('export, speed against --workers 0', 1.4, (of) => of('rowtree --workers 0', 'new') / of('rowtree', 'new')),
      slower('export, time against the loop in Node', 1.2, (of) => of('rowtree', 'new') / of('loop', 'new')),
      slower('the same in a fresh process', 1.2, (of) => of('rowtree', 'newFirst') / of('loop', 'newFirst')),
      slower('export under Deno, time against Node', 1.4, (of) => of('rowtree under Deno', 'new') / of('rowtree', 'new')),
    ],
  }
}

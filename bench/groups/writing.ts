import { deno, node } from '../contender.ts'
import type { Column, Contender, GroupOf, Picture } from '../group.ts'
import { MICROS_EACH } from '../report/form.ts'
import type { Setting } from '../setting.ts'
import { loops, type PeerCourse, writer } from './peers.ts'

/** Bytes of one file, with a name for people. */
const SIZES: readonly (readonly [size: number, name: string])[] = [[200, '200 B'], [2_048, '2 KB'], [65_536, '64 KB']]

/** Threads beside the calling one. */
const WORKERS = [0, 1, 2, 4]

const sizes = SIZES.map(([size]) => size)

const columns: Column[] = SIZES.flatMap(([size, name]) => [
  { title: `${name}, new`, figure: `new${size}`, form: MICROS_EACH },
  { title: `${name}, replaced`, figure: `replace${size}`, form: MICROS_EACH },
])

function pictures(group: string, title: string): Picture[] {
  return SIZES.map(([size, name]) => ({ name: `${group}-${size}`, title: `${title}: new files of ${name}`, figure: `new${size}`, form: MICROS_EACH }))
}

const HOW = `*rowtree, N workers* is what an export does to files, without a database: jobs of up to 256 files, N threads beside the calling one, everything staged before
anything is published, a new directory by one rename, a file that is replaced read and compared before. *writeFileAtomic* is rowtree's writer of single files. What returns promises ran one file after
another and eight in flight; the faster of the two is shown.`

const courseOf = ({ scale }: Setting): PeerCourse => ({ files: scale.files, sizes, rounds: scale.fewRounds })

function pools(setting: Setting, fsync: 'off' | 'batch' | 'file'): Contender[] {
  const course = courseOf(setting)
  return WORKERS.map((workers) => node(poolName(workers, fsync), course.files, 'pool.ts', { ...course, fsync, workers }))
}

function poolName(workers: number, fsync: 'off' | 'batch' | 'file'): string {
  return `rowtree, ${workers} ${workers === 1 ? 'worker' : 'workers'}${fsync === 'off' ? '' : `, fsync ${fsync}`}`
}

export const writing: GroupOf = (setting) => {
  const { scale, tools } = setting
  const course = courseOf(setting)
  return {
    name: 'writing',
    title: `Atomic writing of ${scale.files.toLocaleString('en-US')} files to memory, nothing flushed`,
    how: `${HOW} fast-write-atomic flushes always, which costs next to nothing in memory.`,
    place: 'memory',
    processes: scale.fewProcesses,
    contenders: () => [
      ...pools(setting, 'off'),
      ...deno(tools.deno, 'rowtree, 1 worker, under Deno', course.files, 'pool.ts', { ...course, fsync: 'off', workers: 1 }),
      ...['writeFileAtomic', 'loop', 'write-file-atomic', 'atomically', 'fast-write-atomic', 'steno'].map((name) => writer(name, course, false, true)),
      ...loops(setting, course),
    ],
    columns,
    pictures: pictures('writing', 'Atomic writing in memory'),
    targets: [],
  }
}

export const flushing: GroupOf = (setting) => {
  const { scale, diskName } = setting
  const files = scale.files.toLocaleString('en-US')
  return {
    name: 'flushing',
    title: `Atomic writing of ${files} files to a disk, flushed`,
    how: `${HOW} On ${diskName}. *batch* flushes the whole filesystem once before the renames and once after them, *file* each file; both flush directories. The peers flush
files alone, so that a new one may be gone after a power failure. steno flushes nothing and is left out.`,
    place: 'disk',
    processes: scale.fewProcesses,
    contenders: () => [
      ...pools(setting, 'batch'),
      ...pools(setting, 'file'),
      ...['writeFileAtomic', 'write-file-atomic', 'atomically', 'fast-write-atomic'].map((name) => writer(name, courseOf(setting), true, true)),
    ],
    columns,
    pictures: pictures('flushing', 'Atomic writing, flushed'),
    targets: [],
  }
}

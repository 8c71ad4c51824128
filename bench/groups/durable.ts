import { node } from '../contender.ts'
import { BYTES, database } from '../data.ts'
import type { Contender, GroupOf } from '../group.ts'
import { MICROS_EACH } from '../report/form.ts'
import { faster } from '../report/target.ts'
import { plain, writer } from './peers.ts'

export const durable: GroupOf = ({ scale, memory, diskName }) => {
  const { durable: rows, fewRounds: rounds } = scale
  return {
    name: 'durable',
    title: `Export of ${rows.toLocaleString('en-US')} rows to a disk, flushed`,
    how: `On ${diskName}. *Replaced*: every row changed since, and each file is read and compared before it is replaced, and what it held is kept.
rowtree flushes files, directories and its baseline; the peers flush files alone.`,
    place: 'disk',
    processes: scale.fewProcesses,
    contenders() {
      const ours = (fsync: 'batch' | 'file'): Contender =>
        node(`rowtree --fsync ${fsync}`, rows, 'export.ts', { store: database(memory, rows), rows, fsync, workers: 'auto', rounds, replace: true })
      const course = { files: rows, sizes: [BYTES], rounds }
      return [ours('batch'), ours('file'), ...['write-file-atomic', 'atomically', 'fast-write-atomic'].map((name) => plain(writer(name, course, true, true)))]
    },
    columns: [
      { title: 'new, a row', figure: 'new', form: MICROS_EACH },
      { title: 'in a fresh process', figure: 'newFirst', form: MICROS_EACH },
      { title: 'replaced, a row', figure: 'replace', form: MICROS_EACH },
      { title: 'the first time', figure: 'replaceFirst', form: MICROS_EACH },
    ],
    pictures: [
      { name: 'durable-new', title: `Export of ${rows.toLocaleString('en-US')} new rows of 2 KB, flushed`, figure: 'new', form: MICROS_EACH },
      { name: 'durable-replace', title: `Export of ${rows.toLocaleString('en-US')} changed rows of 2 KB, flushed`, figure: 'replace', form: MICROS_EACH },
    ],
    targets: [
      faster('fsync batch, new files, speed against write-file-atomic', 5, (of) => of('write-file-atomic', 'new') / of('rowtree --fsync batch', 'new')),
      faster('fsync batch, replaced files, speed against write-file-atomic', 2, (of) => of('write-file-atomic', 'replace') / of('rowtree --fsync batch', 'replace')),
    ],
  }
}

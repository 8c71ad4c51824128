import { node } from '../contender.ts'
import { database } from '../data.ts'
import type { GroupOf } from '../group.ts'
import { MEGABYTES, MICROS_EACH } from '../report/form.ts'
import { slower } from '../report/target.ts'

export const importing: GroupOf = ({ scale, memory }) => {
  const { rows, rounds } = scale
  return {
    name: 'import',
    title: `Import of ${rows.toLocaleString('en-US')} edited files, in memory`,
    how: `Every file is edited and imported, each round anew. rowtree lists the tree, reads all rows, reads and hashes all files, compares three versions of each, and writes in transactions in which each row is
compared before and read back after; it keeps what the rows held. *Loop of UPDATEs* knows beforehand that every file changed: it reads each and runs one prepared UPDATE, all in one transaction, and does
nothing else.`,
    place: 'memory',
    processes: scale.processes,
    contenders() {
      const wish = { store: database(memory, rows), rows, rounds }
      return [node('rowtree', rows, 'import.ts', wish), node('loop of UPDATEs', rows, 'update.ts', wish)]
    },
    columns: [
      { title: 'a file', figure: 'import', form: MICROS_EACH },
      { title: 'the first time', figure: 'importFirst', form: MICROS_EACH },
      { title: 'peak memory', figure: 'peak', form: MEGABYTES },
    ],
    pictures: [{ name: 'import', title: `Import of ${rows.toLocaleString('en-US')} edited files`, figure: 'import', form: MICROS_EACH }],
    targets: [slower('import of edited files, time against the loop of prepared UPDATEs', 2, (of) => of('rowtree', 'import') / of('loop of UPDATEs', 'import'))],
  }
}

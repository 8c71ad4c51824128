import { node } from '../contender.ts'
import { database } from '../data.ts'
import type { GroupOf, Lookup, Target } from '../group.ts'
import { MILLIS } from '../report/form.ts'
import { slower } from '../report/target.ts'

function targets(name: string): Target[] {
  const byHand = (of: Lookup): number => of(name, 'select') + of(name, 'files')
  return [
    slower(`${name}: export, time against SELECT and the part of the files`, 1.5, (of) => of(name, 'export') / byHand(of)),
    slower(`${name}: import, time against prepared updates by hand`, 1.5, (of) => of(name, 'import') / of(name, 'updates')),
  ]
}

export const servers: GroupOf = ({ scale, memory }) => {
  const { rows, edited, rounds } = scale
  return {
    name: 'servers',
    title: `Database servers: export of ${rows.toLocaleString('en-US')} rows, import of ${edited.toLocaleString('en-US')} edited files, nothing flushed`,
    how: `On loopback. *The driver's SELECT* reads all rows by \`mysql2\` or \`pg\` alone, *the part of the files* is the same export from SQLite less its reading: the export should take little more than both. *Import*
takes all files of a table of its own; *prepared updates by hand* reads the same files and runs one prepared UPDATE each in one transaction, compares nothing and keeps nothing.`,
    place: 'memory',
    processes: scale.fewProcesses,
    contenders: () =>
      ([['MariaDB', 'mysql'], ['PostgreSQL', 'postgres']] as const).map(([name, kind]) => node(name, rows, 'server.ts', { kind, store: database(memory, rows), rows, edited, rounds })),
    columns: [
      { title: 'export', figure: 'export', form: MILLIS },
      { title: 'the driver\'s SELECT', figure: 'select', form: MILLIS },
      { title: 'the part of the files', figure: 'files', form: MILLIS },
      { title: 'import', figure: 'import', form: MILLIS },
      { title: 'prepared updates by hand', figure: 'updates', form: MILLIS },
    ],
    pictures: [],
    targets: [...targets('MariaDB'), ...targets('PostgreSQL')],
  }
}

import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { deno, node } from '../contender.ts'
import { database } from '../data.ts'
import type { GroupOf } from '../group.ts'
import { AS_MILLIS, MEGABYTES, PERCENT, SECONDS } from '../report/form.ts'
import { below } from '../report/target.ts'
import { SETTLE } from '../watching.ts'

const SOURCE = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

export const watching: GroupOf = ({ scale, memory, tools, built }) => {
  const { rows, saves, idle: idleSeconds } = scale
  return {
    name: 'watch',
    title: `Watching ${rows.toLocaleString('en-US')} files, in memory`,
    how: `\`rowtree watch\` runs as the command, with the settings of somebody who sets none (settle ${SETTLE} ms): built, as npm has it, under Node, and from the sources, as JSR has them, under Deno. A save counts from the end of its
write until another connection reads the row; that one looks twice a millisecond, one row at a time. *All files* counts from the end of the last write to the last row, *a queue of 64* is the system's limit of
events while the session starts (root only). *Idle* begins five seconds after the start; *ready after* includes an export that has nothing to do. *chokidar* and *@parcel/watcher* have their default settings, tell of a change and do
nothing about it: no settle window, no reading, no row. Every ninety-ninth percentile is that of one process.`,
    place: 'memory',
    processes: scale.fewProcesses,
    contenders() {
      const wish = { store: database(memory, rows), rows, saves, idleSeconds }
      return [
        node('rowtree', rows, 'watch.ts', { ...wish, main: join(built, 'dist/src/cli/bin.cjs') }),
        ...deno(tools.deno, 'rowtree under Deno', rows, 'watch.ts', { ...wish, main: SOURCE }),
        node('chokidar alone', rows, 'alone.ts', { ...wish, watcher: 'chokidar' }),
        node('@parcel/watcher alone', rows, 'alone.ts', { ...wish, watcher: 'parcel' }),
      ]
    },
    columns: [
      { title: 'ready after', figure: 'ready', form: SECONDS },
      { title: 'idle, of a core', figure: 'idle', form: PERCENT },
      { title: 'resident', figure: 'rss', form: MEGABYTES },
      { title: 'one save', figure: 'save', form: AS_MILLIS },
      { title: '99th percentile', figure: 'p99', form: AS_MILLIS },
      { title: 'all files', figure: 'burst', form: SECONDS },
      { title: '2,000 with a queue of 64', figure: 'queue', form: SECONDS },
    ],
    pictures: [
      { name: 'watch-save', title: 'From a save to its row, or to the event', figure: 'save', form: AS_MILLIS },
      { name: 'watch-burst', title: `From the last of ${rows.toLocaleString('en-US')} saves to the last row, or to the last event`, figure: 'burst', form: SECONDS },
    ],
    targets: [
      below('watch: a save to its row, median', SETTLE + 10, 'ms', (of) => of('rowtree', 'save'), 1),
      below('watch: a save to its row, 99th percentile', SETTLE + 60, 'ms', (of) => of('rowtree', 'p99'), 1),
      below(`watch: ${rows.toLocaleString('en-US')} saves, from the last to the last row`, 2, 's', (of) => of('rowtree', 'burst'), 2),
      below('watch: 2,000 saves and a queue of 64 events', (of) => 2 + of('look', 'rescan', 'rescan'), 's', (of) => of('rowtree', 'queue'), 2),
      below('watch: idle, of a core', 1, '%', (of) => of('rowtree', 'idle'), 2),
      below('watch: resident', 150, 'MB', (of) => of('rowtree', 'rss')),
    ],
  }
}

import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { node, NODE } from '../contender.ts'
import { database } from '../data.ts'
import type { GroupOf } from '../group.ts'
import { MILLIS } from '../report/form.ts'
import { below, slower } from '../report/target.ts'

const SOURCE = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

/** Programs with their arguments, by the figure that each is timed for. */
type Commands = Readonly<Record<string, readonly string[]>>

function both(...command: readonly string[]): Commands {
  return { version: [...command, '--version'], status: [...command, 'status'] }
}

export const startup: GroupOf = ({ scale, memory, tools, built }) => {
  const { rows, starts } = scale
  const count = rows.toLocaleString('en-US')
  return {
    name: 'startup',
    title: 'Start of the command line',
    how: `From the start of a process to its end, ${starts} times each. *Nothing* is \`node -e 0\`, or \`deno eval 0\`. *rowtree* is built, as npm has it; from the sources, the types are stripped at each start. \`rowtree status\` looks at ${count} rows of
2 KB and their files in memory, all in sync.`,
    place: 'memory',
    processes: scale.processes,
    contenders() {
      const all: readonly (readonly [name: string, commands: Commands])[] = [
        ['nothing', { version: [NODE, '-e', '0'] }],
        ['rowtree', both(NODE, join(built, 'dist/src/cli/bin.cjs'))],
        ['rowtree from the sources', both(NODE, SOURCE)],
        ...(tools.deno ? [['nothing, Deno', { version: [tools.deno, 'eval', '0'] }], ['rowtree under Deno', both(tools.deno, 'run', '-A', '--no-check', SOURCE)]] as const : []),
      ]
      return all.map(([name, commands]) => node(name, 1, 'startup.ts', { store: database(memory, rows), commands, starts }))
    },
    columns: [
      { title: '--version', figure: 'version', form: MILLIS },
      { title: `status of ${count} rows`, figure: 'status', form: MILLIS },
    ],
    pictures: [{ name: 'startup', title: 'From start to end of rowtree --version', figure: 'version', form: MILLIS }],
    targets: [
      slower('rowtree --version, time against node -e 0', 2, (of) => of('rowtree', 'version') / of('nothing', 'version')),
      below(`rowtree status, ${count} rows`, 0.5, 's', (of) => of('rowtree', 'status'), 2),
    ],
  }
}

import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeFileAtomic } from '../atomic.ts'
import { createSampleBoard } from '../samples.ts'
import { cycle } from './cycle.ts'
import { exitCodeOfSummary } from './exit.ts'
import { invocation, quote } from './invocation.ts'
import { type CommandContext, type GlobalFlags, run } from './run.ts'
import { reportSummary } from './summary.ts'
import { watchAndTell } from './watch.ts'

/** Flags of `rowtree demo`. */
export interface DemoFlags extends GlobalFlags {
  readonly rows?: number
  readonly watch?: boolean
}

const CONFIG = `# Which rows belong to which files.
store:
  url: sqlite:board.sqlite
  preset: mybb
tree: ./board
`

/** `rowtree demo`: a board of its own in a temporary folder, exported before the reader's eyes. */
export async function demoCommand(flags: DemoFlags): Promise<void> {
  const work = async (context: CommandContext): Promise<number> => {
    const { output } = context
    const rows = flags.rows ?? 10_000
    const folder = mkdtempSync(join(tmpdir(), 'rowtree-demo-'))
    output.note(`Making a MyBB board of ${rows.toLocaleString('en-US')} rows in ${folder}`)
    createSampleBoard(join(folder, 'board.sqlite'), rows)
    const config = join(folder, 'rowtree.yaml')
    await writeFileAtomic(config, CONFIG)
    const summary = await cycle('export', context, { ...flags, config }, (engine, options) => engine.export(options))
    const code = exitCodeOfSummary(summary)
    const document = { command: 'demo', ok: code === 0, folder, ...summary }
    output.document(flags.watch ? { event: 'demo', time: new Date().toISOString(), ...document } : document)
    reportSummary(output, 'export', summary)
    output.say(flags.watch ? storyOfWatch(folder) : story(folder))
    return flags.watch && code === 0 ? await watchAndTell({ ...flags, config }, context) : code
  }
  await run('demo', flags, work, { events: flags.watch ?? false })
}

/** Every command in it can be pasted as it is. */
function story(folder: string): string {
  const rowtree = (command: string): string => `${invocation()} ${command} -C ${quote(folder)}`
  const file = quote(join(folder, 'board', 'styles', 'Default', 'sheet0.css'))
  return `
In ${folder}
  board.sqlite   the database of a forum: templates and stylesheets
  board/         the same rows as files, for your editor and for git
  rowtree.yaml   which rows belong to which files
  .rowtree/      what both sides last agreed on

Each file was written whole under a temporary name, forced to the disk and then
renamed, so nobody ever sees half a file.

Export again: every file is up to date, none is touched.
  ${rowtree('export')}

Edit a file, and take the edit to the database.
  echo '/* mine */' >> ${file}
  ${rowtree('import')}

Now both sides are the same again.
  ${rowtree('status')}

Change your mind: the row is as it was, your file keeps the edit.
  ${rowtree('undo')}

Remove the demo: nothing outside this folder was touched.
  rm -r ${quote(folder)}`
}

/** What to type in another terminal while the board is watched. */
function storyOfWatch(folder: string): string {
  const file = (name: string): string => quote(join(folder, 'board', 'styles', 'Default', name))
  const database = quote(join(folder, 'board.sqlite'))
  const update = (name: string, sql: string): string => `sqlite3 ${database} "update mybb_themestylesheets \\\n  set stylesheet = ${sql} where name = '${name}'"`
  return `
The board is watched now. Type in another terminal:

Save a file, with any editor: the row is there at once.
  echo '/* mine */' >> ${file('sheet0.css')}

Change a row, as the forum does: its file follows within two seconds.
  ${update('sheet1.css', "'/* theirs */'")}

Change both at once: neither is lost. Paste the command that you are told.
  ${update('sheet2.css', "'/* theirs */' || stylesheet")} \\
  && echo '/* me */' >> ${file('sheet2.css')}

Delete a file: its row stays. Without --delete nothing is deleted.
  rm ${file('sheet3.css')}
  ${invocation()} export -C ${quote(folder)}

Ctrl-C ends it. Remove the demo: nothing outside this folder was touched.
  rm -r ${quote(folder)}
`
}

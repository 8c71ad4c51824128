import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeFileAtomic } from '../atomic.ts'
import { createSampleBoard } from '../samples.ts'
import { cycle } from './cycle.ts'
import { exitCodeOfSummary } from './exit.ts'
import { invocation, quote } from './invocation.ts'
import { type GlobalFlags, run } from './run.ts'
import { reportSummary } from './summary.ts'

/** Flags of `rowtree demo`. */
export interface DemoFlags extends GlobalFlags {
  readonly rows?: number
}

const CONFIG = `# Which rows belong to which files.
store:
  url: sqlite:board.sqlite
  preset: mybb
tree: ./board
`

/** `rowtree demo`: a board of its own in a temporary folder, exported before the reader's eyes. */
export async function demoCommand(flags: DemoFlags): Promise<void> {
  await run('demo', flags, async (context) => {
    const { output } = context
    const rows = flags.rows ?? 10_000
    const folder = mkdtempSync(join(tmpdir(), 'rowtree-demo-'))
    output.note(`Making a MyBB board of ${rows.toLocaleString('en-US')} rows in ${folder}`)
    createSampleBoard(join(folder, 'board.sqlite'), rows)
    const config = join(folder, 'rowtree.yaml')
    await writeFileAtomic(config, CONFIG)
    const summary = await cycle('export', context, { ...flags, config }, (engine, options) => engine.export(options))
    const code = exitCodeOfSummary(summary)
    output.document({ command: 'demo', ok: code === 0, folder, ...summary })
    reportSummary(output, 'export', summary)
    output.say(story(folder))
    return code
  })
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

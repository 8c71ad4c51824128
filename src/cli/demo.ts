import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { writeFileAtomic } from '../atomic.ts'
import { createSampleBoard } from '../samples.ts'
import { exitCodeOfSummary } from './exit.ts'
import { exportTree, reportSummary } from './export.ts'
import { type GlobalFlags, run } from './run.ts'

const ROWS = 10_000

const CONFIG = `# A config of rowtree: which rows belong to which files.
store:
  url: sqlite:board.sqlite
  preset: mybb
tree: ./board
`

/** `rowtree demo`: a board of its own in a temporary folder, exported before the reader's eyes. */
export async function demoCommand(flags: GlobalFlags): Promise<void> {
  await run('demo', flags, async (context) => {
    const { output } = context
    const folder = mkdtempSync(join(tmpdir(), 'rowtree-demo-'))
    output.note(`Making a MyBB board of ${ROWS.toLocaleString('en-US')} rows in ${folder}`)
    createSampleBoard(join(folder, 'board.sqlite'), ROWS)
    const config = join(folder, 'rowtree.yaml')
    await writeFileAtomic(config, CONFIG)
    const summary = await exportTree(context, { ...flags, config })
    output.document({ command: 'demo', ok: exitCodeOfSummary(summary) === 0, folder, ...summary })
    reportSummary(output, summary, false)
    output.say(story(folder, config))
    return exitCodeOfSummary(summary)
  })
}

function story(folder: string, config: string): string {
  const rowtree = `${process.env['npm_lifecycle_event'] ? 'npm start --' : 'rowtree'} export -c ${config}`
  const file = join(folder, 'board', 'styles', 'Default', 'sheet0.css')
  return `
What happened
  Every row of ${join(folder, 'board.sqlite')} is now a file below
  ${join(folder, 'board')}. Each was written whole under a temporary name, forced to
  the disk and then renamed, so nobody ever saw half a file. What was written is
  remembered in ${join(folder, '.rowtree')}.

Try next
  ${rowtree}
      nothing to do: every file is up to date, and none is touched
  echo '/* mine */' >> ${file}
  ${rowtree}
      your edit is pending: an export never overwrites it
  ${rowtree} --force
      the store wins
  rm -r ${folder}
      removes the demo; nothing else was touched`
}

import type { ChildProcess } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { WatchEvent } from '../../src/watch.ts'
import { eventually } from '../support/eventually.ts'
import { CONFIG, project, tempsBelow } from '../support/project.ts'
import { sql } from '../support/tables.ts'
import { pagesOf, pathOf, textOf } from './pages.ts'
import { startSession, write } from './processes.ts'
import { differing, nothingLeft, rowsOf, rowsWithout } from './watched.ts'

const OPTIONS = { settle: 20, poll: 100, maxBatch: 50 }

/** How many files change in each round, and as many rows elsewhere. */
const EDITS = 500

test('a session that is killed in a burst loses nothing for the next one', async () => {
  const { directory, database, tree, run } = project(pagesOf(2 * EDITS, 'round-0'), CONFIG)
  sql(database, 'pragma journal_mode = wal')
  expect(await run(['export'])).toMatchObject({ code: 0 })
  for (let round = 1; round <= 4; round++) {
    const first = await running(directory)
    const [files, rows] = [write('burst', { root: tree, files: EDITS, mark: `file-${round}` }), changeRows(database, `row-${round}`)]
    // Batches are small, so most of the work is ahead.
    await eventually('a batch is done', () => first.events.some(({ event }) => event === (round % 2 === 0 ? 'imported' : 'exported')))
    first.child.kill('SIGKILL')
    await first.ended
    await Promise.all([files, rows])
    const last = EDITS - round
    writeFileSync(join(tree, pathOf(last)), textOf(pathOf(last), `late-${round}`))

    const second = await running(directory)
    await nothingLeft('differences', () => differing(database, tree))
    const here = rowsOf(database)
    expect(here.get(pathOf(last))).toBe(textOf(pathOf(last), `late-${round}`))
    expect(rowsWithout(database, `file-${round}`).filter((path) => path < pathOf(EDITS))).toEqual([pathOf(last)])
    expect(rowsWithout(database, `row-${round}`).filter((path) => path >= pathOf(EDITS))).toEqual([])
    expect(second.events.filter(({ event }) => event === 'conflict' || event === 'held' || event === 'problem')).toEqual([])
    second.child.kill('SIGKILL')
    await second.ended
  }
  // Temps of the dead are the next cycle's to remove, once they are old enough; none has a name that a page could have.
  expect(tempsBelow(tree).every((path) => path.endsWith('.tmp'))).toBe(true)
})

interface Running {
  readonly child: ChildProcess
  readonly events: readonly WatchEvent[]
  readonly ended: Promise<unknown>
}

/** A session in a process of its own, from the moment when it is ready. */
async function running(directory: string): Promise<Running> {
  const child = startSession(directory, OPTIONS)
  const events: WatchEvent[] = []
  let [rest, errors] = ['', '']
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop()!
    events.push(...lines.map((line) => JSON.parse(line) as WatchEvent))
  })
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (errors += text))
  const ended = new Promise((resolve) => child.on('close', resolve))
  await eventually('the session is ready', () => {
    if (child.exitCode !== null) throw new Error(`The session ended: ${errors}`)
    return events.some(({ event }) => event === 'ready')
  })
  return { child, events, ended }
}

/** Changes the rows whose files nobody touches, in one transaction. */
function changeRows(database: string, mark: string): void {
  sql(database, `pragma busy_timeout = 20000;
    update pages set body = replace(body, substr(body, instr(body, '<p>'), instr(body, '</p>') - instr(body, '<p>')), '<p>${mark}')
    where site || '/' || slug || '.html' >= '${pathOf(EDITS)}'`)
}

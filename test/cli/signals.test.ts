import type { ChildProcess } from 'node:child_process'
import { DatabaseSync } from 'node:sqlite'
import process from 'node:process'
import { describe, expect, it, onTestFinished } from 'vitest'
import { finished, start } from '../support/cli.ts'
import { eventually } from '../support/eventually.ts'
import { documentOf, filesBelow, type Project, project, tempsBelow } from '../support/project.ts'
import { samplePages } from '../support/tables.ts'

/** More than two batches, so that a signal finds the export at work. */
const ROWS = 40_000

/** Starts an export and waits until it has begun to write. */
async function startExport({ directory, tree }: Project, ...args: string[]): Promise<ChildProcess> {
  const child = start(['export', ...args], { cwd: directory })
  onTestFinished(() => void child.kill('SIGKILL'))
  await eventually('the first temp appears', () => hasTemps(tree))
  return child
}

/** Deno's `child.kill` takes the signal for the way the process ended, even if it ended in order. */
function send(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    process.kill(child.pid!, signal)
  } catch {
    // It has ended already.
  }
}

function hasTemps(directory: string): boolean {
  try {
    return tempsBelow(directory).length > 0
  } catch {
    // Directories appear while they are listed.
    return false
  }
}

/** What the baseline knows; it fails when the baseline is damaged. */
function entriesIn({ at }: Project): number {
  const baseline = new DatabaseSync(at('.rowtree', 'baseline.db'))
  try {
    expect(baseline.prepare('pragma integrity_check').get()).toEqual({ integrity_check: 'ok' })
    return (baseline.prepare('select count(*) as n from entries').get() as { n: number }).n
  } finally {
    baseline.close()
  }
}

describe.skipIf(process.platform === 'win32')('an export of many rows', { timeout: 90_000 }, () => {
  it.each([
    { signal: 'SIGINT', code: 130, args: ['--workers', '0'] },
    { signal: 'SIGINT', code: 130, args: ['--workers', '2'] },
    { signal: 'SIGTERM', code: 143, args: ['--workers', '2'] },
  ] as const)('ends in order on $signal: $args', async ({ signal, code, args }) => {
    const big = project(samplePages(ROWS, 60))
    const child = await startExport(big, ...args)
    send(child, signal)
    const done = await finished(child)
    expect(done).toMatchObject({ code, signal: null, stdout: '' })
    expect(done.stderr).toBe('error: Cannot finish: the work was stopped; nothing half-written is left\n')
    expect(tempsBelow(big.tree)).toEqual([])
    const files = filesBelow(big.tree).length
    expect(files).toBeLessThan(ROWS)
    expect(entriesIn(big)).toBe(files)
    const next = await big.run(['export', '--json'])
    expect(documentOf(next)).toMatchObject({ ok: true, exported: ROWS - files, unchanged: files })
    expect(filesBelow(big.tree)).toHaveLength(ROWS)
  })

  it('tells in its one document that it was stopped', async () => {
    const big = project(samplePages(ROWS, 60))
    const child = await startExport(big, '--json')
    send(child, 'SIGTERM')
    const done = await finished(child)
    expect(done).toMatchObject({ code: 143, stderr: '' })
    expect(documentOf(done)).toMatchObject({ command: 'export', ok: false, error: { code: 'cancelled' } })
  })

  it('ends at once on a second SIGINT', async () => {
    const big = project(samplePages(ROWS, 60))
    const child = await startExport(big)
    send(child, 'SIGINT')
    // Until it ends one way or the other: two signals that arrive together count as one.
    const impatient = setInterval(() => send(child, 'SIGINT'), 1)
    const done = await finished(child)
    clearInterval(impatient)
    expect(done).toMatchObject({ code: 130, stdout: '', stderr: '' })
    await completes(big)
  })

  it('is swept and completed by the next one when it is killed', async () => {
    const big = project(samplePages(ROWS, 60))
    const child = await startExport(big)
    send(child, 'SIGKILL')
    expect(await finished(child)).toMatchObject({ code: null, signal: 'SIGKILL' })
    expect(tempsBelow(big.tree).length).toBeGreaterThan(0)
    await completes(big)
  })
})

async function completes(big: Project): Promise<void> {
  const next = await big.run(['export', '--json'])
  expect(documentOf(next)).toMatchObject({ ok: true, conflicts: [], problems: [] })
  expect(filesBelow(big.tree)).toHaveLength(ROWS)
  expect(tempsBelow(big.tree)).toEqual([])
  expect(entriesIn(big)).toBe(ROWS)
}

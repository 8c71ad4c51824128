import { spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { DatabaseSync } from 'node:sqlite'
import { beforeAll, describe, expect, it } from 'vitest'
import { bench, type BenchReport, type BenchStep, loadConfig, type Verdict } from '../../src/index.ts'
import { finished, rowtree, start } from '../support/cli.ts'
import { eventually } from '../support/eventually.ts'
import { CAN_MOUNT, leaveRoom, mountTmpfs } from '../support/mounts.ts'
import { CONFIG, documentOf, project, type Project, stateOf, tempsBelow } from '../support/project.ts'
import { samplePages } from '../support/tables.ts'
import { temporaryBase, temporaryDirectory } from '../support/temporary.ts'

/** As little as can be measured. */
const LITTLE = ['bench', '--rows', '100', '--size', '100', '--saves', '2']
const QUICK = `${CONFIG}watch: { settle: 10ms }\n`

/** Nobody else's summary is written to. */
const ENV = { GITHUB_STEP_SUMMARY: '' }

type Document = BenchReport & { readonly command: string; readonly ok: boolean; readonly verdicts: readonly Verdict[]; readonly error?: { readonly code: string; readonly message: string } }

async function exported(config = QUICK): Promise<Project> {
  const made = project(samplePages(6), config)
  await made.run(['export', '-q'])
  return made
}

async function documented(of: Pick<Project, 'run'>, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<Document & { code: number | null }> {
  const done = await of.run([...LITTLE, '--json', ...args], { env: { ...ENV, ...env } })
  return { code: done.code, ...(documentOf(done) as unknown as Document) }
}

/** Everything of a store, whatever its pages look like. */
function rowsOf(database: string): unknown {
  const db = new DatabaseSync(database, { readOnly: true })
  try {
    return db.prepare('select * from pages order by site, slug').all()
  } finally {
    db.close()
  }
}

describe('a project that is measured', () => {
  it('has every figure in its document, and is left as it was: tree, store and state', async () => {
    const made = await exported()
    const [before, rows] = [stateOf(made.directory), rowsOf(made.database)]
    const { code, ok, verdicts, format, time, machine, course, work, ratios, latency, flush, fresh, store } = await documented(made)
    expect({ code, ok, verdicts }).toEqual({ code: 0, ok: true, verdicts: [] })
    expect(stateOf(made.directory)).toEqual(before)
    expect(rowsOf(made.database)).toEqual(rows)
    expect(format).toBe(1)
    expect(new Date(time).toISOString()).toBe(time)
    expect(machine).toMatchObject({ platform: `${process.platform} ${process.arch}`, together: true })
    expect(course).toEqual({ rows: 100, size: 100, rounds: 5, saves: 2, fsync: 'batch', workers: 'auto', settle: 10 })
    expect(work.map(({ name, items, seconds }) => [name, items, seconds.length])).toEqual([
      ['loop', 100, 5], ['export', 100, 5], ['unchanged', 100, 5], ['import', 100, 5], ['flushed-loop', 100, 5], ['flushed-export', 100, 5],
    ])
    expect(ratios.map(({ name }) => name)).toEqual(['speedup', 'unchanged', 'import', 'flushed', 'effort', 'latency'])
    for (const { value } of ratios) expect(value).toBeGreaterThan(0)
    expect(latency?.samples).toHaveLength(2)
    expect(flush).toMatchObject({ file: expect.any(Number) as number })
    expect(fresh?.rss).toBeGreaterThan(2 ** 20)
    expect(store).toMatchObject({ rows: 6, problems: 0, bytes: samplePages(6).reduce((sum, { body }) => sum + Buffer.byteLength(body as string), 0) })
  })

  it('may be one that was never exported: neither tree nor state is made', async () => {
    const made = project(samplePages(3), QUICK)
    const before = stateOf(made.directory)
    expect(await documented(made)).toMatchObject({ code: 0, store: { rows: 3 } })
    expect(stateOf(made.directory)).toEqual(before)
  })

  it('has its own settings measured, with rows of a size that has a unit', async () => {
    const made = project([], QUICK.replace('fsync: off', 'fsync: file, workers: 0, tempSuffix: .part'))
    const document = await documented(made, ['--size', '1KB', '--saves', '0'])
    expect(document).toMatchObject({ code: 0, machine: { threads: 0 }, course: { fsync: 'file', workers: 0, settle: 10, size: 1_024, saves: 0 }, store: { rows: 0 } })
    expect(document).not.toHaveProperty('latency')
  })

  it('without a store cannot be measured', async () => {
    const made = project([], QUICK.replace('site.sqlite', 'nowhere.sqlite'))
    const { code, error } = await documented(made)
    expect({ code, error: error?.code }).toEqual({ code: 78, error: 'store-missing' })
  })
})

describe('without a config', () => {
  it('the machine alone is measured, in the working directory', async () => {
    const directory = temporaryDirectory()
    const document = await documented({ run: (args, options) => rowtree([...args, '-C', directory], options ?? {}) })
    expect(document).toMatchObject({ code: 0, ok: true, course: { fsync: 'batch', settle: 100 }, machine: { together: true } })
    expect(document.store).toBeUndefined()
    expect(readdirSync(directory)).toEqual([])
  })

  it.skipIf(!CAN_MOUNT)('a filesystem that has no files left is said to be full (needs root and mount)', async () => {
    const directory = mountTmpfs(1 << 28)
    leaveRoom(directory, 'files', 60)
    const { code, error } = await documented({ run: (args, options) => rowtree([...args, '-C', directory], options ?? {}) })
    expect({ code, error: error?.code }).toEqual({ code: 1, error: 'disk-full' })
    expect(readdirSync(directory)).toEqual([])
  })

  it.skipIf(!CAN_MOUNT)('root may measure in a directory of somebody else (needs root)', async () => {
    const directory = temporaryDirectory()
    chownSync(directory, 65_534, 65_534)
    expect(await documented({ run: (args, options) => rowtree([...args, '-C', directory], options ?? {}) })).toMatchObject({ code: 0 })
  })

  it('one that is named has to be there', async () => {
    const { code, error } = await documented(project(), ['-c', 'nowhere.yaml'])
    expect({ code, error: error?.code }).toEqual({ code: 78, error: 'config-missing' })
  })
})

describe('a contract', () => {
  it('that is kept', async () => {
    const made = await exported(`${QUICK}bench: { minSpeedup: 0.0001, maxLatencyMs: 100000, maxRss: 100GB }\n`)
    const { code, ok, verdicts } = await documented(made)
    expect({ code, ok }).toEqual({ code: 0, ok: true })
    expect(verdicts.map(({ name, met }) => [name, met])).toEqual([['minSpeedup', true], ['maxLatencyMs', true], ['maxRss', true]])
  })

  it('that is broken ends with 1, and names each figure that broke it', async () => {
    const made = await exported(`${QUICK}bench: { minSpeedup: 100000, maxLatencyMs: 0.001, maxRss: 100GB }\n`)
    const { code, stdout, stderr } = await made.run(LITTLE, { env: ENV })
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
    expect(stdout.split('\n').filter((line) => /^\S/.test(line))).toEqual(['machine', 'throughput', 'latency', 'store', 'contract'])
    expect(stdout).toMatch(/^ {2}export {9}[\d,]+ rows\/s, .+ \(.+ s\) · [\d.]+ × loop$/m)
    expect(stdout).toMatch(/✗ fail {2}minSpeedup {3}speedup .* at least 100000 × is asked for: [\d.]+ times too slow/)
    expect(stdout).toMatch(/✗ fail {2}maxLatencyMs latency\.p95 .*times too slow/)
    expect(stdout).toMatch(/✓ ok {4}maxRss/)
  })

  it('that is broken is told on stderr where stdout is quiet', async () => {
    const made = await exported(`${QUICK}bench: { minSpeedup: 100000 }\n`)
    const { code, stdout, stderr } = await made.run([...LITTLE, '--saves', '0', '-q'], { env: ENV })
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/^ {2}✗ fail {2}minSpeedup .*\n$/)
  })
})

describe('an earlier run', () => {
  let earlier: Document
  let text: string
  beforeAll(async () => {
    // It outlives a test.
    const directory = mkdtempSync(join(temporaryBase(), 'rowtree-bench-test-'))
    text = (await rowtree([...LITTLE, '--json', '-C', directory], { env: ENV })).stdout
    rmSync(directory, { recursive: true })
    earlier = JSON.parse(text) as Document
  })

  /** Its ratios, times as good. */
  const times = (better: number): string => JSON.stringify({ ...earlier, ratios: earlier.ratios.map((ratio) => ({ ...ratio, value: ratio.better === 'higher' ? ratio.value * better : ratio.value / better })) })

  it('that was far worse is no matter, and one that was far better breaks it', async () => {
    const made = await exported(QUICK.replace('fsync: off', 'fsync: batch').replace('10ms', '100ms'))
    writeFileSync(made.at('worse.json'), times(1 / 1_000))
    writeFileSync(made.at('better.json'), times(1_000))
    const kept = await documented(made, ['--compare', 'worse.json'])
    expect({ code: kept.code, met: kept.verdicts.map(({ met }) => met) }).toEqual({ code: 0, met: Array(6).fill(true) })
    const broken = await made.run([...LITTLE, '--compare', 'better.json', '--max-regression', '2'], { env: ENV })
    expect(broken.code).toBe(1)
    expect(broken.stdout.match(/✗ fail {2}(speedup|unchanged|import|flushed|effort|latency) .* times worse, at most 2\.00 is allowed/g)).toHaveLength(6)
  })

  it.each<[title: string, content: () => string | undefined, args: string[], said: RegExp]>([
    ['that is not there', () => undefined, [], /Cannot compare with .*earlier\.json: ENOENT/],
    ['that is broken', () => text.slice(0, 100), [], /it is no JSON document; make one with rowtree bench --json/],
    ['that is something else', () => '{"command":"doctor","checks":[]}', [], /it is no report of rowtree bench/],
    ['of other rows', () => text, ['--rows', '200'], /it was measured with rows 100, not 200; run it with --rows 100, or measure it anew/],
    ['of another config', () => text, [], /it was measured with settle 100, not 10/],
  ])('%s ends with 64, before anything is measured', async (_, content, args, said) => {
    const made = project([], QUICK)
    const report = content()
    if (report !== undefined) writeFileSync(made.at('earlier.json'), report)
    const before = stateOf(made.directory)
    const summary = join(temporaryDirectory(), 'summary.md')
    const { code, error } = await documented(made, [...args, '--compare', 'earlier.json', '--html', 'report.html'], { GITHUB_STEP_SUMMARY: summary })
    expect({ code, error: error?.code }).toEqual({ code: 64, error: 'usage' })
    expect(error?.message).toMatch(said)
    expect(stateOf(made.directory)).toEqual(before)
    expect(existsSync(summary)).toBe(false)
  })
})

describe('flags that make no sense', () => {
  it.each<[args: string[], said: RegExp]>([
    [['--rows', '99'], /Cannot measure with rows 99: it must be a whole number from 100 to 1,000,000/],
    [['--rows', 'many'], /Write a whole number/],
    [['--size', '1'], /Cannot measure with size 1/],
    [['--size', '2 apples'], /Write a size such as 512KB/],
    [['--saves', '10001'], /Cannot measure with saves 10001/],
    [['--max-regression', '0.9', '--compare', 'x'], /Write a number from 1 to 100, such as 1\.25/],
    [['--max-regression', '1.1'], /Cannot use --max-regression: there is nothing to compare with; name it, --compare FILE/],
    [['--json', '--markdown'], /Cannot print JSON and Markdown at once: both go to stdout; name a file, --markdown FILE/],
    [['--saves', '0'], /Cannot check bench\.maxLatencyMs: without saves nothing is timed; leave out --saves 0/],
  ])('%j', async (args, said) => {
    const made = project([], `${QUICK}bench: { maxLatencyMs: 5 }\n`)
    const before = stateOf(made.directory)
    const { code, stdout, stderr } = await made.run(['bench', ...args], { env: ENV })
    expect(code).toBe(64)
    expect(stdout + stderr).toMatch(said)
    expect(stateOf(made.directory)).toEqual(before)
  })

})

describe('reports', () => {
  it('are written where they are asked for, and appended to the summary of a job', async () => {
    const made = await exported(`${QUICK}bench: { minSpeedup: 100000 }\n`)
    const summary = join(temporaryDirectory(), 'summary.md')
    writeFileSync(summary, 'before\n')
    const { code } = await documented(made, ['--html', 'out/report.html', '--markdown', 'out/report.md'], { GITHUB_STEP_SUMMARY: summary })
    expect(code).toBe(1)
    expect(readFileSync(made.at('out', 'report.html'), 'utf8')).toMatch(/^<!doctype html>[^]*✗ broken[^]*<\/html>\n$/)
    const text = readFileSync(made.at('out', 'report.md'), 'utf8')
    expect(text).toMatch(/^## rowtree bench: broken\n/)
    expect(readFileSync(summary, 'utf8')).toBe(`before\n${text}`)
  })

  it('are printed as Markdown alone', async () => {
    const { code, stdout, stderr } = await project([], QUICK).run([...LITTLE, '--markdown'], { env: ENV })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^## rowtree bench\n\nrowtree /)
  })

  it('that cannot be written fail after the result is told', async () => {
    const made = project([], QUICK)
    mkdirSync(made.at('taken'))
    const { code, stdout, stderr } = await made.run([...LITTLE, '--html', 'taken'], { env: ENV })
    expect(code).toBe(1)
    expect(stdout).toContain('throughput')
    expect(stderr).toMatch(/^problem: Cannot write the report .*taken: .*it is a directory\n$/)
  })

  it('that cannot be written are problems in the one document', async () => {
    const made = project([], QUICK)
    writeFileSync(made.at('file'), '')
    const done = await made.run([...LITTLE, '--saves', '0', '--json', '--html', 'file/report.html', '--markdown', 'report.md'], { env: { GITHUB_STEP_SUMMARY: made.at('nowhere', 'summary.md') } })
    expect(documentOf(done)).toMatchObject({ command: 'bench', ok: false, format: 1, problems: [{ path: made.at('file', 'report.html'), code: 'write-failed', errno: 'ENOTDIR' }, { path: made.at('nowhere', 'summary.md'), code: 'write-failed', errno: 'ENOENT' }] })
    expect({ code: done.code, stderr: done.stderr }).toEqual({ code: 1, stderr: '' })
    expect(existsSync(made.at('report.md'))).toBe(true)
  })
})

/** Starts a measurement that takes long, and waits until it has a directory beside the tree. */
async function begun(made: Project): Promise<ReturnType<typeof start>> {
  const child = start(['bench', '--rows', '2000', '--saves', '50'], { cwd: made.directory, env: ENV })
  await eventually('a tree is made beside the tree', () => readdirSync(made.at('.rowtree')).some((name) => name.startsWith('.rowtree-') && existsSync(made.at('.rowtree', name, 'tree'))))
  return child
}

function tempsInState(made: Project): string[] {
  return readdirSync(made.at('.rowtree')).filter((name) => name.startsWith('.rowtree-'))
}

describe('what is left of it', () => {
  it.each<[signal: NodeJS.Signals, code: number]>([['SIGINT', 130], ['SIGTERM', 143]])('is nothing after %s', async (signal, code) => {
    const made = await exported()
    const before = stateOf(made.directory)
    const child = await begun(made)
    process.kill(child.pid!, signal)
    const done = await finished(child)
    expect({ code: done.code, stdout: done.stdout }).toEqual({ code, stdout: '' })
    expect(done.stderr).toMatch(/^error: Cannot finish/)
    expect(stateOf(made.directory)).toEqual(before)
  })

  it('is swept away after SIGKILL', async () => {
    const made = await exported()
    const before = stateOf(made.directory)
    const child = await begun(made)
    child.kill('SIGKILL')
    await finished(child)
    expect(tempsInState(made)).toHaveLength(1)
    expect((await made.run(['sweep', '--dry-run'])).stdout).toContain('1 temp file removed')
    const { stdout, stderr } = await made.run(['sweep', '-v'])
    expect(stdout).toContain('1 temp file removed')
    expect(stderr).toMatch(/^\.\.\/\.rowtree\/\.rowtree-\S+\.tmp\n$/)
    expect(stateOf(made.directory)).toEqual(before)
  })

  it('is swept away by the next one, too', async () => {
    const made = await exported()
    const left = made.at('.rowtree', `.rowtree-${spawnSync(process.execPath, ['--version']).pid.toString(36)}-1-0-0-0.tmp`)
    mkdirSync(left)
    await documented(made)
    expect(existsSync(left)).toBe(false)
    expect(tempsBelow(made.directory)).toEqual([])
  })
})

describe('for programs', () => {
  it('tells of each step, and stops when it is asked to', async () => {
    const made = await exported()
    const config = await loadConfig({ cwd: made.directory, env: {} })
    const [steps, stopper]: [BenchStep[], AbortController] = [[], new AbortController()]
    const before = stateOf(made.directory)
    const work = bench(config, {
      rows: 100,
      saves: 2,
      signal: stopper.signal,
      onStep(step) {
        steps.push(step)
        if (step.name === 'round 2 of 5: import') stopper.abort()
      },
    })
    await expect(work).rejects.toMatchObject({ name: 'RowtreeError', code: 'cancelled' })
    expect(steps.map(({ done }) => done)).toEqual(steps.map((_, index) => index))
    expect(stateOf(made.directory)).toEqual(before)
  })

  it('does as many steps as it says', async () => {
    const steps: BenchStep[] = []
    await bench({ cwd: temporaryDirectory(), env: {} }, { rows: 100, saves: 2, rounds: 1, onStep: (step) => void steps.push(step) })
    expect(steps.at(-1)!.done + 1).toBe(steps.at(-1)!.total)
    expect(steps.map(({ name }) => name)).toEqual(expect.arrayContaining(['reading the store', 'flushing', 'warming up: loop', 'round 1 of 1: flushed-export', 'save 2 of 2', 'process 3 of 3: export']))
  })
})

import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { command, finished, type Finished } from '../support/cli.ts'
import { CONFIG, project, type Project } from '../support/project.ts'
import { samplePages } from '../support/tables.ts'

const script = (path: string): string => fileURLToPath(new URL(`../../.github/actions/${path}`, import.meta.url))

/** A project as a job has it: rowtree among its dependencies, and the files by which a step speaks to its runner. */
interface Job extends Project {
  /** Runs a script of the actions as a step; what earlier steps put in front of PATH is there. */
  step(path: string, env?: NodeJS.ProcessEnv): Promise<Finished>
  /** What a file of the runner holds by now. */
  told(name: 'path' | 'output' | 'summary'): string
}

function job(made: Project): Job {
  const bin = made.at('node_modules', '.bin')
  mkdirSync(bin, { recursive: true })
  mkdirSync(made.at('temp'))
  const [runtime, args] = command([])
  const program = join(bin, 'rowtree')
  writeFileSync(program, `#!/bin/sh\nexec ${[runtime, ...args].map((one) => `'${one}'`).join(' ')} "$@"\n`)
  chmodSync(program, 0o755)
  const told = (name: string): string => (existsSync(made.at('temp', name)) ? readFileSync(made.at('temp', name), 'utf8') : '')
  return {
    ...made,
    told,
    async step(path, env = {}) {
      const before = told('path').split('\n').filter((line) => line !== '').toReversed()
      const own = {
        HOME: process.env['HOME'],
        NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
        PATH: [...before, dirname(process.execPath), process.env['PATH']].join(':'),
        RUNNER_TEMP: made.at('temp'),
        GITHUB_PATH: made.at('temp', 'path'),
        GITHUB_OUTPUT: made.at('temp', 'output'),
        GITHUB_STEP_SUMMARY: made.at('temp', 'summary'),
      }
      return await finished(spawn('bash', [script(path)], { cwd: made.directory, stdio: ['ignore', 'pipe', 'pipe'], env: { ...own, ...env } }))
    },
  }
}

/** A tree of two files, and a table that holds these pages. */
function treeOfTwo(pages: Parameters<typeof project>[0]): Job {
  const made = project(pages)
  mkdirSync(join(made.tree, 'en'), { recursive: true })
  for (const name of ['home', 'news']) writeFileSync(join(made.tree, 'en', `${name}.html`), `<h1>${name}</h1>\n`)
  return job(made)
}

/** `slug: body` of each row. */
function rowsOf(one: Job): string[] {
  const db = new DatabaseSync(one.database, { readOnly: true })
  const rows = db.prepare("select slug || ': ' || body as text from pages order by slug").all()
  db.close()
  return rows.map(({ text }) => String(text))
}

async function checked(one: Job, env?: NodeJS.ProcessEnv): Promise<Finished> {
  expect((await one.step('rowtree', { DIRECTORY: '.' })).code).toBe(0)
  return await one.step('check/run', env)
}

describe.skipIf(process.platform === 'win32')('which rowtree', { timeout: 60_000 }, () => {
  it("is the project's own", async () => {
    const one = job(project())
    const { code, stdout } = await one.step('rowtree', { DIRECTORY: '.' })
    expect([code, one.told('path')]).toEqual([0, `${one.at('node_modules', '.bin')}\n`])
    expect(stdout).toMatch(/^rowtree \d+\.\d+\.\d+, in /)
  })

  it('is the one of the action, where the project has none', async () => {
    const one = job(project())
    const { code, stdout } = await one.step('rowtree', { DIRECTORY: 'temp' })
    expect([code, one.told('path')]).toEqual([0, `${one.at('temp', 'rowtree-of-action')}\n`])
    expect(stdout).toMatch(/^rowtree \d+\.\d+\.\d+, in /)
  })

  it.each(['--registry=x', 'https://example.org/x.tgz', '../rowtree', 'file:x', '1.0.0 left-pad', 'a;b', '$(id)'])('is none of the name %j', async (version) => {
    const one = job(project())
    const { code, stderr } = await one.step('rowtree', { DIRECTORY: '.', VERSION: version })
    expect([code, stderr, one.told('path')]).toEqual([64, `Cannot install rowtree: '${version}' is no version; write one such as 1.2.3\n`, ''])
  })
})

describe.skipIf(process.platform === 'win32')('the check of a tree', { timeout: 60_000 }, () => {
  it('takes every file to a row, and finds both sides the same', async () => {
    const one = treeOfTwo([])
    const { code, stdout } = await checked(one)
    expect([code, stdout]).toEqual([0, expect.stringContaining('2 imported')])
    expect(rowsOf(one)).toEqual(['home: <h1>home</h1>\n', 'news: <h1>news</h1>\n'])
    expect(one.told('summary')).toMatch(/^### The tree goes into the database\n\n {4}2 in sync\n/)
  })

  it('fails for a file that would be no row, and names it in the summary', async () => {
    const one = treeOfTwo([])
    writeFileSync(join(one.tree, 'en', '# broken.html'), Buffer.from([0xc3, 0x28]))
    expect((await checked(one)).code).toBe(3)
    expect(one.told('summary')).toMatch(/^### The tree does not go into the database: rowtree import ended with 3\n\n( {4}.*\n)* {4}hold: .*en\/# broken\.html/)
  })

  it('fails for a file that fits no collection, unless it is ignored', async () => {
    const one = treeOfTwo([])
    writeFileSync(join(one.tree, 'en', 'home.htm'), 'misspelled')
    const { code, stderr } = await checked(one)
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^Not every file became a row: files fit no collection/)])
    expect(one.told('summary')).toMatch(/^### The tree does not go into the database: files fit no collection.*\n\n( {4}.*\n)* {4} {2}\? en\/home\.htm\n/)
    writeFileSync(join(one.tree, '.rowtreeignore'), '*.htm\n')
    expect((await one.step('check/run')).code).toBe(0)
  })

  it('overwrites no row unless it is told to', async () => {
    const one = treeOfTwo([{ site: 'en', slug: 'home', body: 'of the dump' }])
    expect((await checked(one)).code).toBe(3)
    expect(rowsOf(one)).toContain('home: of the dump')
    expect((await one.step('check/run', { FORCE: 'true' })).code).toBe(0)
    expect(rowsOf(one)).toContain('home: <h1>home</h1>\n')
  })

  it('fails for rows that have no file', async () => {
    const one = treeOfTwo(samplePages(6))
    expect((await checked(one, { FORCE: 'true' })).code).toBe(2)
    expect(one.told('summary')).toContain('rowtree status ended with 2')
  })

  it('takes the config that is named, and fails without one', async () => {
    const one = treeOfTwo([])
    expect((await checked(one, { CONFIG: 'other.yaml' })).code).not.toBe(0)
    writeFileSync(one.at('other.yaml'), readFileSync(one.at('rowtree.yaml')))
    expect((await one.step('check/run', { CONFIG: 'other.yaml' })).code).toBe(0)
  })
})

// Every save has to settle first.
const QUICK = `${CONFIG}watch: { settle: 10ms }\n`

async function measured(config: string, env: NodeJS.ProcessEnv = {}): Promise<Finished & { readonly one: Job; report(name: string): string }> {
  const one = job(project(samplePages(20), config))
  expect((await one.step('rowtree', { DIRECTORY: '.' })).code).toBe(0)
  const done = await one.step('throughput/run', { ROWS: '200', ...env })
  return { ...done, one, report: (name) => readFileSync(one.at('temp', 'rowtree-throughput', name), 'utf8') }
}

describe.skipIf(process.platform === 'win32')('the measurement', { timeout: 90_000 }, () => {
  it('leaves a report as document, page and summary, and fails where the contract is broken', async () => {
    const { code, one, report } = await measured(`${QUICK}bench: { minSpeedup: 1000 }\n`, { SIZE: '1KB' })
    expect([code, one.told('output')]).toEqual([1, `report=${one.at('temp', 'rowtree-throughput')}\n`])
    expect(JSON.parse(report('report.json'))).toMatchObject({ command: 'bench', ok: false, course: { rows: 200, size: 1024 } })
    expect(report('report.html')).toMatch(/^<!doctype html>/i)
    expect(report('report.md')).toMatch(/^## rowtree bench: broken\n/)
    expect(report('report.md')).toContain('minSpeedup')
    expect(one.told('summary')).toBe(report('report.md'))
  })

  it.each([
    ['SIZE', 'large', 64],
    ['MAX_REGRESSION', 'much', 64],
    ['COMPARE', 'nowhere.json', 'any'],
    ['CONFIG', 'nowhere.yaml', 78],
  ])('fails before anything is measured for %s=%s', async (name, value, expected) => {
    const { code, stderr, report } = await measured(QUICK, { [name]: value })
    expect(code).toSatisfy((one) => (expected === 'any' ? one !== 0 : one === expected))
    expect(JSON.parse(stderr)).toMatchObject({ command: 'bench', ok: false })
    expect(report('report.md')).toBe('')
  })
})

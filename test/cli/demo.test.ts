import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import process from 'node:process'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Finished, finished, rowtree, start } from '../support/cli.ts'
import { eventually } from '../support/eventually.ts'
import { documentOf, filesBelow } from '../support/project.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url))

/** Whether there is the shell of SQLite, which the demonstration of watching uses. */
const HAS_SQLITE = spawnSync('sqlite3', ['--version']).status === 0

/** Runs the demonstration where nothing else is. */
async function demo(args: readonly string[], temporary: string, env: NodeJS.ProcessEnv = {}): Promise<Finished> {
  return await rowtree(['demo', ...args], { cwd: CHECKOUT, env: { TMPDIR: temporary, ...env } })
}

/** Runs a command as a person pastes it. */
async function paste(line: string): Promise<Finished> {
  const env = { ...process.env, NO_COLOR: '1', PATH: dirname(process.execPath) + delimiter + process.env['PATH'] }
  return await finished(spawn('sh', ['-c', line], { cwd: CHECKOUT, env }))
}

it('exports a board of exactly 10,000 rows', async () => {
  const temporary = temporaryDirectory()
  const done = await demo(['--json'], temporary)
  expect(done).toMatchObject({ code: 0, stderr: '' })
  const document = documentOf(done)
  expect(document).toMatchObject({ command: 'demo', ok: true, exported: 10_000, conflicts: [], problems: [] })
  const folder = document['folder'] as string
  expect(dirname(folder)).toBe(temporary)
  expect(filesBelow(join(folder, 'board'))).toHaveLength(10_000)
})

it('touches nothing outside its own folder', async () => {
  const temporary = temporaryDirectory()
  const home = temporaryDirectory()
  const checkout = readdirSync(CHECKOUT).toSorted()
  const { code, stdout } = await demo(['--rows', '50'], temporary, { HOME: home, DENO_DIR: temporaryDirectory() })
  expect(code).toBe(0)
  expect(stdout).toMatch(/^50 exported · 0 unchanged · /)
  expect(readdirSync(temporary)).toEqual([expect.stringMatching(/^rowtree-demo-/)])
  expect(readdirSync(home)).toEqual([])
  expect(readdirSync(CHECKOUT).toSorted()).toEqual(checkout)
})

it('prints nothing but the document, or nothing at all, when it is told to', async () => {
  const temporary = temporaryDirectory()
  expect(await demo(['--rows', '20', '--quiet'], temporary)).toMatchObject({ code: 0, stdout: '', stderr: '' })
  expect(documentOf(await demo(['--rows', '20', '--json'], temporary))).toMatchObject({ exported: 20 })
})

it('tells its story in 80 columns and one screen', async () => {
  const temporary = temporaryDirectory()
  const { stdout } = await demo(['--rows', '20'], temporary)
  const lines = stdout.replaceAll(temporary, '/tmp').trimEnd().split('\n')
  expect(lines.filter((line) => line.length > 80)).toEqual([])
  expect(lines.length).toBeLessThanOrEqual(30)
})

describe.skipIf(process.platform === 'win32')('the commands it prints', () => {
  it.each(['plain', "it's a folder"])('work when they are pasted, in %j', async (name) => {
    const temporary = join(temporaryDirectory(), name)
    mkdirSync(temporary)
    const { stdout } = await demo(['--rows', '50'], temporary)
    const folder = join(temporary, readdirSync(temporary)[0]!)
    const file = join(folder, 'board', 'styles', 'Default', 'sheet0.css')
    const original = readFileSync(file, 'utf8')
    const row = (): string => {
      const db = new DatabaseSync(join(folder, 'board.sqlite'))
      const { stylesheet } = db.prepare("select stylesheet from mybb_themestylesheets where name = 'sheet0.css'").get() as { stylesheet: string }
      db.close()
      return stylesheet
    }
    const [again, edit, take, status, undo, remove, ...rest] = stdout
      .slice(stdout.indexOf('Export again'))
      .split('\n')
      .filter((line) => line.startsWith('  ')) as [string, string, string, string, string, string]
    expect(rest).toEqual([])
    expect(await paste(again)).toMatchObject({ code: 0, stdout: expect.stringMatching(/^0 exported · 50 unchanged · \d/) })
    expect(await paste(edit)).toMatchObject({ code: 0, stderr: '' })
    expect(readFileSync(file, 'utf8')).toBe(`${original}/* mine */\n`)
    expect(await paste(take)).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^1 imported · 49 unchanged · \d/) })
    expect(row()).toBe(`${original}/* mine */\n`)
    expect(await paste(status)).toMatchObject({ code: 0, stderr: '', stdout: '50 in sync\n' })
    expect(await paste(undo)).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('1 row restored') })
    expect([row(), readFileSync(file, 'utf8')]).toEqual([original, `${original}/* mine */\n`])
    expect(await paste(remove)).toMatchObject({ code: 0, stderr: '' })
    expect(existsSync(folder)).toBe(false)
  })

  it.skipIf(!HAS_SQLITE)('of the one that is watched work when they are pasted (needs sqlite3)', { timeout: 60_000 }, async () => {
    const temporary = temporaryDirectory()
    const child = start(['demo', '--rows', '50', '--watch'], { cwd: CHECKOUT, env: { TMPDIR: temporary } })
    let stdout = ''
    let stderr = ''
    child.stdout!.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    const done = finished(child)
    onTestFinished(() => void child.kill('SIGKILL'))
    await eventually('it watches', () => stderr.includes('Ctrl-C ends'))
    const story = stdout.slice(stdout.indexOf('The board is watched'))
    const lines = story.replaceAll(temporary, '/tmp').split('\n')
    expect(lines.filter((line) => line.length > 80)).toEqual([])
    expect(lines.length).toBeLessThanOrEqual(30)
    const [edit, update, both, remove, again, clean, ...rest] = story
      .replaceAll('\\\n', '')
      .split('\n')
      .filter((line) => line.startsWith('  ')) as [string, string, string, string, string, string]
    expect(rest).toEqual([])
    const folder = join(temporary, readdirSync(temporary)[0]!)
    const file = (name: string): string => join(folder, 'board', 'styles', 'Default', name)
    expect(await paste(edit)).toMatchObject({ code: 0, stderr: '' })
    await eventually('the save is told', () => /imported 1 \(sheet0\.css\)/.test(stdout))
    expect(await paste(update)).toMatchObject({ code: 0, stderr: '' })
    await eventually('the change is told', () => /exported 1 \(sheet1\.css\)/.test(stdout))
    expect(readFileSync(file('sheet1.css'), 'utf8')).toBe('/* theirs */')
    expect(await paste(both)).toMatchObject({ code: 0, stderr: '' })
    const settle = await eventually('the conflict is told', () => /conflict: .* Decide with: (.+) \(or store, tree\)\n/.exec(stderr)?.[1])
    expect(await paste(settle)).toMatchObject({ code: 0 })
    expect(readFileSync(file('sheet2.css'), 'utf8')).toMatch(/^\/\* theirs \*\/[^]*\/\* me \*\/\n$/)
    expect(await paste(remove)).toMatchObject({ code: 0, stderr: '' })
    await eventually('the deletion is told', () => /deletion: .*sheet3\.css/.test(stderr))
    expect(await paste(again)).toMatchObject({ code: 0, stdout: expect.stringMatching(/^1 exported/) })
    process.kill(child.pid!, 'SIGINT')
    expect(await done).toMatchObject({ code: 130, signal: null })
    expect(await paste(clean)).toMatchObject({ code: 0, stderr: '' })
    expect(existsSync(folder)).toBe(false)
  })

  it.each([
    { env: { npm_command: 'run-script', npm_lifecycle_event: 'demo' }, typed: 'npm start -- ' },
    { env: { npm_command: 'exec', npm_lifecycle_event: 'npx' }, typed: 'npx rowtree ' },
  ])('are what was typed: $typed', async ({ env, typed }) => {
    const { stdout } = await demo(['--rows', '20'], temporaryDirectory(), env)
    expect(stdout.split('\n').filter((line) => line.startsWith(`  ${typed}`))).toHaveLength(4)
  })
})

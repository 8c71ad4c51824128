import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import process from 'node:process'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { type Finished, finished, rowtree } from '../support/cli.ts'
import { documentOf, filesBelow } from '../support/project.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url))

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

  it.each([
    { env: { npm_command: 'run-script', npm_lifecycle_event: 'demo' }, typed: 'npm start -- ' },
    { env: { npm_command: 'exec', npm_lifecycle_event: 'npx' }, typed: 'npx rowtree ' },
  ])('are what was typed: $typed', async ({ env, typed }) => {
    const { stdout } = await demo(['--rows', '20'], temporaryDirectory(), env)
    expect(stdout.split('\n').filter((line) => line.startsWith(`  ${typed}`))).toHaveLength(4)
  })
})

import { execFileSync, spawn } from 'node:child_process'
import { copyFileSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { VERSION } from '../../src/version.ts'
import { finished, rowtree } from '../support/cli.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const BIN = fileURLToPath(new URL('../../src/cli/bin.cts', import.meta.url))
const PACKAGE = fileURLToPath(new URL('../../package.json', import.meta.url))

/** The lines of a terminal's usual screen, without the one for the next prompt. */
const SCREEN = 23

const COMMANDS = ['init', 'export', 'import', 'sync', 'watch', 'status', 'diff', 'resolve', 'undo', 'sweep', 'doctor', 'bench', 'demo']

it.each([[['--help']], [['help']], [['help', 'export']], [['pull', '-h']], [['push', '-h']], ...COMMANDS.map((command) => [[command, '--help']])])(
  'fits 80 columns and one screen: %j',
  async (args) => {
    const { code, stdout, stderr } = await rowtree(args)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const lines = stdout.trimEnd().split('\n')
    expect(lines[0]).toMatch(/^Usage: rowtree /)
    expect(lines.filter((line) => line.length > 80)).toEqual([])
    expect(lines.length).toBeLessThanOrEqual(SCREEN)
  },
)

it('lists every command and how to set flags by the environment', async () => {
  const { stdout } = await rowtree(['--help'])
  for (const text of [...COMMANDS, 'export, pull', 'import, push', '--json', 'ROWTREE_DRY_RUN']) expect(stdout).toContain(text)
})

it.each(COMMANDS)('shows how %s is used', async (command) => {
  const { stdout } = await rowtree([command, '--help'])
  expect(stdout).toMatch(new RegExp(`^Examples:\\n  rowtree ${command}`, 'm'))
  expect(stdout).toContain('Flags of every command: rowtree --help')
})

it.each([[['--version']], [['-V']]])('prints the version of the package: %j', async (args) => {
  const { version } = JSON.parse(readFileSync(PACKAGE, 'utf8')) as { version: string }
  expect(VERSION).toBe(version)
  expect(await rowtree(args)).toEqual({ code: 0, signal: null, stdout: `${version}\n`, stderr: '' })
})

describe('the file that npm links', () => {
  it.each([['--version', `${VERSION}\n`], ['-V', `${VERSION}\n`], ['--help', expect.stringContaining('Usage: rowtree')]])('runs the program: %s', async (flag, stdout) => {
    const flags = 'deno' in process.versions ? ['run', '-A', '--no-check', '--quiet'] : []
    const child = spawn(process.execPath, [...flags, BIN, flag])
    expect(await finished(child)).toEqual({ code: 0, signal: null, stdout, stderr: '' })
  })

  const old = oldNode()
  it.skipIf(old === undefined)('says what it needs on an old Node (needs one outside node_modules)', async () => {
    // It is plain JavaScript, so that a copy runs anywhere.
    const copy = join(temporaryDirectory(), 'bin.cjs')
    copyFileSync(BIN, copy)
    const version = execFileSync(old!, ['--version'], { encoding: 'utf8' }).trim().slice(1)
    const done = await finished(spawn(old!, [copy, 'export']))
    expect(done).toMatchObject({
      code: 1,
      stdout: '',
      stderr: `Cannot run rowtree: it needs Node 22.22 or newer, this is ${version}\n`,
    })
  })
})

/** A Node that is too old, if this machine has one. */
function oldNode(): string | undefined {
  const directories = (process.env['PATH'] ?? '').split(delimiter).filter((path) => path !== '' && !path.includes('node_modules'))
  for (const directory of [...directories, '/usr/local/bin', '/usr/bin']) {
    try {
      const file = join(directory, 'node')
      const [major, minor] = execFileSync(file, ['--version'], { encoding: 'utf8', stdio: 'pipe' }).slice(1).split('.').map(Number)
      if (major! < 22 || (major === 22 && minor! < 22)) return file
    } catch {
      // There is none here.
    }
  }
  return undefined
}

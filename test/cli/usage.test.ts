import { describe, expect, it } from 'vitest'
import { exitCodeOfError } from '../../src/cli/exit.ts'
import { rowtree } from '../support/cli.ts'
import { documentOf } from '../support/project.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { HAS_TERMINAL, onTerminal } from '../support/terminal.ts'

const COMMANDS: ReadonlySet<string> = new Set(['init', 'export', 'import', 'sync', 'watch', 'status', 'diff', 'resolve', 'undo', 'sweep', 'demo'])

describe('a command line that makes no sense', () => {
  it.each([
    { args: ['exprot'], message: "unknown command 'exprot'. Did you mean export?" },
    { args: ['quark'], message: "unknown command 'quark'" },
    { args: ['mysql://me:hunter2@host/board'], message: "unknown command 'mysql://me:***@host/board'" },
    { args: ['init', 'mysql://me:hun@ter2@host/board'], message: "too many arguments for 'init'. Expected 0 arguments but got 1: mysql://me:***@host/board." },
    { args: ['--jsn', 'export'], message: "unknown option '--jsn'. Did you mean --json?" },
    { args: ['export', '--prun'], message: "unknown option '--prun'. Did you mean --prune?" },
    { args: ['export', 'everything'], message: "too many arguments for 'export'. Expected 0 arguments but got 1: everything." },
    { args: ['export', '--config'], message: "option '-c, --config <file>' argument missing" },
    { args: ['export', '--workers', '65'], message: "option '--workers <n>' argument '65' is invalid. Write auto or a whole number from 0 to 64." },
    { args: ['export', '--workers=-1'], message: "option '--workers <n>' argument '-1' is invalid." },
    { args: ['export', '--workers', '1.5'], message: "option '--workers <n>' argument '1.5' is invalid." },
    { args: ['export', '--workers', ''], message: "option '--workers <n>' argument '' is invalid." },
    { args: ['export', '--fsync', 'maybe'], message: "option '--fsync <mode>' argument 'maybe' is invalid. Allowed choices are batch, file, off." },
    { args: ['sweep', '--older-than', '1'], message: "option '--older-than <time>' argument '1' is invalid. Write a number and one of s, m, h, d, such as 1h." },
    { args: ['sweep', '--older-than', 'h'], message: "option '--older-than <time>' argument 'h' is invalid." },
    { args: ['import', '--force', '--delet'], message: "unknown option '--delet'. Did you mean --delete?" },
    { args: ['import', '--fsync', 'off'], message: "unknown option '--fsync'" },
    { args: ['sync', 'everything'], message: "too many arguments for 'sync'. Expected 0 arguments but got 1: everything." },
    { args: ['sync', '--force'], message: "unknown option '--force'" },
    { args: ['watch', '--settle', '100'], message: "option '--settle <time>' argument '100' is invalid. Write a number and one of ms, s, m, h, from 0ms to 1m." },
    { args: ['watch', '--settle', '61s'], message: "option '--settle <time>' argument '61s' is invalid." },
    { args: ['watch', '--poll', '99ms'], message: "option '--poll <time>' argument '99ms' is invalid. Write off, or a number and one of ms, s, m, h, from 100ms to 24h." },
    { args: ['watch', '--rescan', 'never'], message: "option '--rescan <time>' argument 'never' is invalid. Write off, or a number and one of ms, s, m, h, from 1s to 24h." },
    { args: ['watch', '--max-batch', '0'], message: "option '--max-batch <n>' argument '0' is invalid. Write a whole number from 1 to 100,000." },
    { args: ['watch', '--reload', '65536'], message: "option '--reload [port]' argument '65536' is invalid. Write a whole number from 0 to 65,535." },
    { args: ['watch', '--one-way', 'both'], message: "option '--one-way <side>' argument 'both' is invalid. Allowed choices are tree, store." },
    { args: ['watch', '--dry-run'], message: "unknown option '--dry-run'" },
    { args: ['status', 'sync', '--exitcode'], message: "unknown option '--exitcode'. Did you mean --exit-code?" },
    { args: ['diff', '--from', 'rows'], message: "option '--from <version>' argument 'rows' is invalid. Allowed choices are store, tree, baseline." },
    { args: ['diff', '--to', ''], message: "option '--to <version>' argument '' is invalid. Allowed choices are store, tree, baseline." },
    { args: ['resolve', 'a', '--prefer', 'mine'], message: "option '--prefer <side>' argument 'mine' is invalid. Allowed choices are store, tree, merge." },
    { args: ['undo', 'import'], message: "command-argument value 'import' is invalid for argument 'operation'. Write a whole number from 1 to 999,999,999." },
    { args: ['undo', '0'], message: "command-argument value '0' is invalid for argument 'operation'. Write a whole number from 1 to 999,999,999." },
    { args: ['undo', '1', '2'], message: "too many arguments for 'undo'. Expected 1 argument but got 2: 1, 2." },
    { args: ['init', '--preset', 'phpbb'], message: "option '--preset <name>' argument 'phpbb' is invalid. Allowed choices are table, mybb, wordpress, settings." },
    { args: ['demo', '--rows', '3'], message: "option '--rows <n>' argument '3' is invalid. Write a whole number from 20 to 1,000,000." },
  ])('is a usage error: $args', async ({ args, message }) => {
    const [done, json] = [await rowtree(args), await rowtree([...args, '--json'])]
    expect(done).toMatchObject({ code: 64, stdout: '', stderr: expect.stringContaining(`error: Cannot run rowtree: ${message}`) })
    expect(done.stderr).toMatch(/^[^\n]+\n$/)
    if (args.at(-1) === '--config') return
    const command = args.find((arg) => COMMANDS.has(arg)) ?? null
    expect(json).toMatchObject({ code: 64, stderr: '' })
    expect(documentOf(json)).toEqual({ command, ok: false, error: { code: 'usage', message: done.stderr.slice('error: '.length, -1) } })
  })

  it('without a command shows the help on stderr', async () => {
    const done = await rowtree([])
    expect(done).toMatchObject({ code: 64, stdout: '', stderr: expect.stringContaining('Usage: rowtree') })
    expect(documentOf(await rowtree(['--json']))).toMatchObject({ command: null, ok: false, error: { code: 'usage' } })
  })
})

describe('flags that make no sense together', () => {
  it.each([
    { args: ['diff', '--from', 'tree'], message: 'Cannot compare versions: --from and --to are both tree; choose two of store, tree, baseline' },
    { args: ['diff', '--to', 'store'], message: 'Cannot compare versions: --from and --to are both store; choose two of store, tree, baseline' },
    { args: ['resolve', 'a'], message: 'Cannot resolve: no side is preferred; add --prefer store, --prefer tree or --prefer merge' },
    { args: ['resolve', '--all'], message: 'Cannot resolve: no side is preferred; add --prefer store, --prefer tree or --prefer merge' },
    { args: ['resolve', '--prefer', 'tree'], message: 'Cannot resolve: no paths are named; name them, or add --all for all conflicts and holds' },
    { args: ['resolve', 'a', '--all', '--prefer', 'tree'], message: 'Cannot resolve: both paths and --all are given; choose one of them' },
    { args: ['init'], message: 'Cannot make a config: no preset is named; add --preset table, mybb, wordpress or settings' },
    { args: ['init', '--preset', 'mybb'], message: 'Cannot make a config: no database is named; add --url, or --board with the directory that MyBB is in' },
    { args: ['init', '--preset', 'table', '--board', '.'], message: 'Cannot make a config: --board goes with --preset mybb only; remove it' },
    { args: ['init', '--notify', '--tree', 'x'], message: 'Cannot make a config: --tree does not go with --notify, which is about the config that is there; remove one of them' },
    { args: ['undo', '3', '--list'], message: 'Cannot undo: both an operation and --list are given; choose one of them' },
  ])('are a usage error before anything is opened: $args', async ({ args, message }) => {
    // There is no config here.
    const cwd = temporaryDirectory()
    const [done, json] = [await rowtree(args, { cwd }), await rowtree([...args, '--json'], { cwd })]
    expect(done).toEqual({ code: 64, signal: null, stdout: '', stderr: `error: ${message}\n` })
    expect(json).toMatchObject({ code: 64, stderr: '' })
    expect(documentOf(json)).toEqual({ command: args[0], ok: false, error: { code: 'usage', message } })
  })

  it('may come from the environment, too', async () => {
    const done = await rowtree(['resolve', 'a'], { cwd: temporaryDirectory(), env: { ROWTREE_PREFER: 'tree', ROWTREE_ALL: '1' } })
    expect(done).toMatchObject({ code: 64, stderr: expect.stringContaining('both paths and --all') })
    const wrong = await rowtree(['resolve', 'a'], { env: { ROWTREE_PREFER: 'mine' } })
    expect(wrong).toMatchObject({ code: 64, stderr: expect.stringContaining('ROWTREE_PREFER=mine is invalid. Allowed choices are store, tree, merge.') })
  })
})

describe('a command', () => {
  it.each([
    ['import', ['import']],
    ['import', ['push', 'a.css', '--delete', '--force']],
    ['sync', ['sync', '--prune', '--delete']],
    ['status', ['status', '--exit-code', 'export']],
    ['diff', ['diff', '--stat', '--exit-code', '--from', 'baseline', '--to', 'store']],
    ['resolve', ['resolve', '--all', '--prefer', 'merge', '--delete']],
    ['undo', ['undo', '--list']],
    ['undo', ['undo', '12', '-n']],
  ])('%s needs a config: %j', async (command, args) => {
    const done = await rowtree([...args, '--json'], { cwd: temporaryDirectory() })
    expect(done).toMatchObject({ code: 78, stderr: '' })
    expect(documentOf(done)).toMatchObject({ command, ok: false, error: { code: 'config-missing' } })
  })

  it.each([
    { args: ['-C', 'sync', 'undo', '0'], command: 'undo' },
    { args: ['status', '--only', 'demo', '--bogus'], command: 'status' },
    { args: ['push', '--bogus'], command: 'import' },
    { args: ['--bogus'], command: null },
  ])('is named in the document of an error: $args', async ({ args, command }) => {
    expect(documentOf(await rowtree([...args, '--json']))).toMatchObject({ command, ok: false })
  })
})

describe('exit codes', () => {
  it.each([
    ['usage', 64],
    ['config-invalid', 78],
    ['store-missing', 78],
    ['store-unwritable', 1],
    ['undo-unknown', 1],
    ['locked', 1],
    ['store-unreachable', 1],
  ] as const)('%s is %d', (code, exit) => {
    expect(exitCodeOfError(code)).toBe(exit)
  })
})

describe.skipIf(!HAS_TERMINAL)('colours (needs script of util-linux)', () => {
  const COLOURED = '\x1b[31merror:\x1b[39m Cannot run rowtree: '
  const PLAIN = 'error: Cannot run rowtree: '

  it.each([
    { args: ['exprot'], env: {}, expected: COLOURED },
    { args: ['exprot', '--no-color'], env: {}, expected: PLAIN },
    { args: ['exprot'], env: { NO_COLOR: '1' }, expected: PLAIN },
  ])('are for terminals that want them: $args, $env', async ({ args, env, expected }) => {
    const { code, stdout } = await onTerminal(args, 80, { env })
    expect(code).toBe(64)
    expect(stdout.slice(0, expected.length)).toBe(expected)
  })
})

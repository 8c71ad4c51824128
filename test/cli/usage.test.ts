import { describe, expect, it } from 'vitest'
import { rowtree } from '../support/cli.ts'
import { documentOf } from '../support/project.ts'
import { HAS_TERMINAL, onTerminal } from '../support/terminal.ts'

describe('a command line that makes no sense', () => {
  it.each([
    { args: ['exprot'], message: "unknown command 'exprot'. Did you mean export?" },
    { args: ['quark'], message: "unknown command 'quark'" },
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
    { args: ['demo', '--rows', '3'], message: "option '--rows <n>' argument '3' is invalid. Write a whole number from 20 to 1,000,000." },
  ])('is a usage error: $args', async ({ args, message }) => {
    const [done, json] = await Promise.all([rowtree(args), rowtree([...args, '--json'])])
    expect(done).toMatchObject({ code: 64, stdout: '', stderr: expect.stringContaining(`error: Cannot run rowtree: ${message}`) })
    expect(done.stderr).toMatch(/^[^\n]+\n$/)
    if (args.at(-1) === '--config') return
    const command = ['export', 'sweep', 'demo'].find((name) => args.includes(name)) ?? null
    expect(json).toMatchObject({ code: 64, stderr: '' })
    expect(documentOf(json)).toEqual({ command, ok: false, error: { code: 'usage', message: done.stderr.slice('error: '.length, -1) } })
  })

  it('without a command shows the help on stderr', async () => {
    const done = await rowtree([])
    expect(done).toMatchObject({ code: 64, stdout: '', stderr: expect.stringContaining('Usage: rowtree') })
    expect(documentOf(await rowtree(['--json']))).toMatchObject({ command: null, ok: false, error: { code: 'usage' } })
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

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Hook, type HookOptions } from '../../src/sync/hook.ts'
import type { Problem } from '../../src/types.ts'
import { eventually } from '../support/eventually.ts'
import { finished } from '../support/cli.ts'
import { source, startScript } from '../support/script.ts'
import { temporaryDirectory } from '../support/temporary.ts'

interface Trial {
  readonly hook: Hook
  readonly directory: string
  readonly failures: Problem[]
  /** What a file of the directory holds; empty while it is not there. */
  read(name: string): string
}

function trial(command: string, options: Partial<HookOptions> = {}): Trial {
  const directory = temporaryDirectory()
  const failures: Problem[] = []
  const hook = new Hook(command, { cwd: directory, onFailure: (problem) => void failures.push(problem), ...options })
  onTestFinished(() => hook.close())
  const read = (name: string): string => (existsSync(join(directory, name)) ? readFileSync(join(directory, name), 'utf8') : '')
  return { hook, directory, failures, read }
}

describe.skipIf(process.platform === 'win32')('a hook', () => {
  it('has the paths in its environment and on its input, and runs in its directory', async () => {
    const { hook, failures, read } = trial('printf %s "$ROWTREE_PATHS" > paths; echo $ROWTREE_COUNT > count; cat > input')
    hook.run(['a b/c.css', "it's $HOME.html"])
    await hook.idle()
    expect(failures).toEqual([])
    expect(read('paths')).toBe("a b/c.css\nit's $HOME.html")
    expect(read('count')).toBe('2\n')
    expect(read('input')).toBe("a b/c.css\nit's $HOME.html\n")
  })

  it('has whole paths in its environment, as many as fit, and all on its input', async () => {
    const { hook, failures, read } = trial('printf %s "$ROWTREE_PATHS" > paths; echo $ROWTREE_COUNT > count; cat > input')
    const paths = Array.from({ length: 20_000 }, (_, index) => `styles/ü-${index}.css`)
    hook.run(paths)
    await hook.idle()
    expect(failures).toEqual([])
    const given = read('paths').split('\n')
    expect(given).toEqual(paths.slice(0, given.length))
    expect(Buffer.byteLength(read('paths'))).toBeGreaterThan(99_000)
    expect(Buffer.byteLength(read('paths'))).toBeLessThanOrEqual(100_000)
    expect(read('count')).toBe('20000\n')
    expect(read('input')).toBe(`${paths.join('\n')}\n`)
  })

  it('runs one at a time, with all that came meanwhile', async () => {
    const { hook, directory, read } = trial('echo start >> log; cat >> log; while [ ! -e go ]; do sleep 0.01; done; echo end >> log')
    hook.run(['a'])
    await eventually('the first run begins', () => read('log') === 'start\na\n')
    hook.run(['b'])
    hook.run(['c', 'b'])
    writeFileSync(join(directory, 'go'), '')
    await hook.idle()
    expect(read('log')).toBe('start\na\nend\nstart\nb\nc\nend\n')
  })

  it('may leave its input unread', async () => {
    const { hook, failures } = trial('exec true')
    for (let run = 0; run < 5; run++) {
      hook.run(Array.from({ length: 50_000 }, (_, index) => `${run}/${index}.html`))
      await hook.idle()
    }
    expect(failures).toEqual([])
  })

  it.each([
    { command: 'exit 3', state: 'it ended with exit code 3' },
    { command: 'kill -KILL $$', state: 'SIGKILL ended it' },
    { command: 'no-such-command-anywhere 2> /dev/null', state: 'the shell did not find a command' },
  ])('tells its failure, and runs the next time: $command', async ({ command, state }) => {
    const { hook, directory, failures } = trial(command)
    hook.run(['a'])
    await hook.idle()
    hook.run(['b'])
    await hook.idle()
    const message = `Cannot run the hook after an import: ${state}; the rows are written, look at the command (watch.onImport, or --hook)`
    expect(failures).toEqual([1, 2].map(() => ({ path: directory, code: 'hook-failed', message })))
  })

  it('tells that its directory is gone', async () => {
    const { hook, failures } = trial('true', { cwd: '/no/such/directory' })
    hook.run(['a'])
    await hook.idle()
    expect(failures).toEqual([expect.objectContaining({ code: 'hook-failed', errno: 'ENOENT', message: expect.stringContaining('it could not be started in /no/such/directory') })])
  })

  it('is waited for when it closes', async () => {
    const { hook, directory, failures, read } = trial('while [ ! -e go ]; do sleep 0.01; done; cat >> log', { patience: 60_000 })
    hook.run(['a'])
    hook.run(['b'])
    const closed = hook.close()
    writeFileSync(join(directory, 'go'), '')
    await closed
    expect(read('log')).toBe('a\nb\n')
    expect(failures).toEqual([])
    hook.run(['c'])
    await hook.idle()
    expect(read('log')).toBe('a\nb\n')
  })

  it.each([
    { name: 'all that it started', command: 'echo $$ > pid; (sleep 100 & echo $! > child; wait)', signal: 'SIGTERM' },
    { name: 'also when it will not', command: 'trap "" TERM; echo $$ > pid; echo $$ > child; while :; do sleep 0.1; done', signal: 'SIGKILL' },
  ])('is ended when it hangs, $name', async ({ command, signal }) => {
    const { hook, failures, read } = trial(command, { patience: 50 })
    hook.run(['a'])
    await eventually('it runs', () => read('pid') !== '' && read('child').endsWith('\n'))
    hook.run(['b'])
    await hook.close()
    expect(failures.map(({ message }) => message)).toEqual([expect.stringContaining('one path was not passed on'), expect.stringContaining(`${signal} ended it`)])
    await eventually('its processes are gone', () => [read('pid'), read('child')].every((pid) => !isRunning(Number(pid))))
  })

  it('prints to our stderr, and ends with a process that leaves at once', async () => {
    const directory = temporaryDirectory()
    const child = startScript(
      `import { Hook } from ${JSON.stringify(source('sync/hook.ts'))}
       import process from 'node:process'
       new Hook('echo $$ > pid; echo out; echo err >&2; echo ready > ready; sleep 100', { cwd: ${JSON.stringify(directory)}, onFailure() {} }).run(['a'])
       process.stdin.once('data', () => process.exit(7))`,
    )
    const done = finished(child)
    await eventually('it runs', () => existsSync(join(directory, 'ready')))
    child.stdin!.write('leave\n')
    expect(await done).toMatchObject({ code: 7, stdout: '', stderr: 'out\nerr\n' })
    const pid = Number(readFileSync(join(directory, 'pid'), 'utf8'))
    await eventually('it is gone', () => !isRunning(pid))
  })
})

/** A process that ended but that nobody waited for does not count. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !existsSync(`/proc/${pid}/stat`) || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

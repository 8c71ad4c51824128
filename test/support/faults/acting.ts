import { spawn } from 'node:child_process'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import type { WatchEvent } from '../../../src/index.ts'
import { command } from '../cli.ts'
import type { Answer, Deed } from './actor.ts'

const SCRIPT = fileURLToPath(new URL('./actor.ts', import.meta.url))

/** A process that acts for a test, and may be killed by what it does. */
export interface Actor {
  readonly pid: number
  /** Does one thing; `undefined` when the process died over it. */
  tell(deed: Deed): Promise<Answer | undefined>
  /** What its sessions told, by directory. */
  readonly events: readonly { readonly directory: string; readonly event: WatchEvent }[]
  kill(): Promise<void>
  /** Resolves with the signal that ended it. */
  readonly ended: Promise<NodeJS.Signals | null>
}

/** Starts an actor; it is ready when the promise resolves. Several may be started ahead of their time. */
export async function startActor(env: NodeJS.ProcessEnv = {}): Promise<Actor> {
  const [file, args] = command([], SCRIPT)
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, DENO_NO_UPDATE_CHECK: '1', ...env } })
  const answers: ((answer: Answer | undefined) => void)[] = []
  const events: Actor['events'][number][] = []
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  const ended = new Promise<NodeJS.Signals | null>((resolve) => child.on('close', (_, signal) => resolve(signal)))
  const ready = new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const said = JSON.parse(line) as { ready?: number; event?: WatchEvent; directory: string } & Answer
      if (said.ready !== undefined) resolve()
      else if (said.event) events.push({ directory: said.directory, event: said.event })
      else answers.shift()?.(said)
    })
    child.on('close', (code, signal) => {
      reject(new Error(`The actor ended with ${signal ?? code}: ${errors}`))
      for (const answer of answers.splice(0)) answer(undefined)
    })
  })
  child.stdin.on('error', () => {
    // It died with a deed on its way; `ended` tells.
  })
  const actor: Actor = {
    pid: child.pid!,
    events,
    ended,
    async tell(deed) {
      const answered = new Promise<Answer | undefined>((resolve) => answers.push(resolve))
      child.stdin.write(`${JSON.stringify(deed)}\n`)
      const answer = await answered
      if (answer === undefined && (await ended) !== 'SIGKILL') throw new Error(`The actor ended by itself: ${errors}`)
      return answer
    },
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
  }
  onTestFinished(() => actor.kill())
  await ready
  return actor
}

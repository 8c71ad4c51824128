import { spawn } from 'node:child_process'
import process from 'node:process'
import { onTestFinished } from 'vitest'
import { compiled } from '../compiled.ts'

const PROGRAM = process.platform === 'linux' ? compiled(new URL('./swapper.c', import.meta.url)) : undefined

/** Whether this machine can build the hostile neighbour: Linux with a C compiler. */
export const CAN_SWAP: boolean = PROGRAM !== undefined

/** Exchanges the first path of each pair with the second, again and again, until the test is over. */
export async function startSwapping(...pairs: readonly (readonly [string, string])[]): Promise<() => void> {
  return await start(['pairs', ...pairs.flat()])
}

/** Puts a symlink to `decoy` in the place of each directory of ours that waits for its name in `directory`; what stood there goes to `scratch`. */
export async function startDiverting(directory: string, decoy: string, scratch: string): Promise<() => void> {
  return await start(['temps', directory, decoy, scratch])
}

async function start(args: readonly string[]): Promise<() => void> {
  const child = spawn(PROGRAM!, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const stop = (): void => void child.kill('SIGKILL')
  onTestFinished(stop)
  await new Promise((resolve) => child.stdout.once('data', resolve))
  return stop
}

/** Commands from their start to their end, in turns, each time in a process of its own; in a directory with an exported tree. */
import { spawnSync } from 'node:child_process'
import process from 'node:process'
import { course, tell } from '../course.ts'
import { prepare } from '../watching.ts'
import { turns, type Work } from '../turns.ts'

const { directory, store, commands, starts } = course<{ store: string; commands: Readonly<Record<string, readonly [string, ...string[]]>>; starts: number }>()
const { directory: cwd } = await prepare(directory, store)

// What people have who set nothing.
const { NODE_COMPILE_CACHE: _, ...env } = process.env

function start([program, ...args]: readonly [string, ...string[]]): Work {
  return {
    run() {
      const { status, stderr } = spawnSync(program, args, { cwd, env, encoding: 'utf8' })
      if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed: ${stderr}`)
    },
  }
}

const times = await turns(Object.fromEntries(Object.entries(commands).map(([figure, command]) => [figure, start(command)])), starts)
tell(Object.fromEntries(Object.entries(times).map(([figure, { later }]) => [figure, later])))

import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Figures } from './figures.ts'
import type { Contender } from './group.ts'

/** The programs of our dependencies; both runtimes are among them. */
export const BIN: string = fileURLToPath(new URL('../node_modules/.bin', import.meta.url))

export const NODE: string = join(BIN, 'node')

/** A file of `bench/contenders/`. */
export function script(name: string): string {
  return fileURLToPath(new URL(`contenders/${name}`, import.meta.url))
}

/** Runs a program to its end and returns what it printed. */
export function printed(command: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${error?.message ?? stderr}`)
  return stdout
}

/** What a script is asked to do, beside the directory that it is given. */
type Wish = Readonly<Record<string, unknown>>

/** One process of a script, with the figures that it printed. */
function run(runtime: readonly string[], name: string, directory: string, wish: Wish): Figures {
  const [command, ...args] = [...runtime, script(name), JSON.stringify({ directory, ...wish })]
  return JSON.parse(printed(command!, args)) as Figures
}

/** A contender that is a script, under Node. */
export function node(name: string, items: number, file: string, wish: Wish): Contender {
  return { name, items, run: (directory) => run([NODE], file, directory, wish) }
}

/** The same under Deno, where it is; otherwise nobody. */
export function deno(program: string | undefined, name: string, items: number, file: string, wish: Wish): Contender[] {
  return program === undefined ? [] : [{ name, items, run: (directory) => run([program, 'run', '-A', '--no-check', '--quiet'], file, directory, wish) }]
}

/** A contender that finds what another script left in the same directory. */
export function after(before: string, contender: Contender, wish: Wish): Contender {
  return {
    ...contender,
    run(directory) {
      run([NODE], before, directory, wish)
      return contender.run(directory)
    },
  }
}

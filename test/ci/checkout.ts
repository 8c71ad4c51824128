import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { parse } from 'yaml'
import { program } from '../../src/cli/program.ts'

const ROOT = new URL('../../', import.meta.url)

/** What workflows and scripts may name. */
export interface Checkout {
  /** Whether this file is there; a script has to be executable as well. */
  has(path: string, executable?: boolean): boolean
  /** The scripts of package.json. */
  readonly scripts: ReadonlySet<string>
  /** Names of inputs by action, such as `.github/actions/check`; `true`: it has to be given. */
  readonly inputs: ReadonlyMap<string, ReadonlyMap<string, boolean>>
  /** Long and short flags by command of rowtree, with those of every command. */
  readonly flags: ReadonlyMap<string, ReadonlySet<string>>
}

export function read(path: string): string {
  return readFileSync(new URL(path, ROOT), 'utf8')
}

/** Paths of this checkout that match, sorted, with `/`. */
export function found(pattern: string): string[] {
  return globSync(pattern, { cwd: fileURLToPath(ROOT) }).map((path) => path.replaceAll('\\', '/')).toSorted()
}

interface Action {
  readonly inputs?: Readonly<Record<string, { readonly required?: boolean }>>
}

function inputsOf(path: string): readonly [string, ReadonlyMap<string, boolean>] {
  const { inputs = {} } = parse(read(path)) as Action
  return [path.replace('/action.yml', ''), new Map(Object.entries(inputs).map(([name, { required }]) => [name, required === true]))]
}

function flagsOf(rowtree: Command): ReadonlyMap<string, ReadonlySet<string>> {
  return new Map(
    rowtree.commands.flatMap((command) => {
      const flags = new Set([rowtree, command].flatMap(({ options }) => options.flatMap(({ long = '', short = '' }) => [long, short])))
      return [command.name(), ...command.aliases()].map((name) => [name, flags.add('--help')] as const)
    }),
  )
}

/** This checkout. */
export function checkout(): Checkout {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
  return {
    has(path, executable = false) {
      const url = new URL(path, ROOT)
      return existsSync(url) && (!executable || process.platform === 'win32' || (statSync(url).mode & 0o111) !== 0)
    },
    scripts: new Set(Object.keys(scripts)),
    inputs: new Map(found('.github/actions/*/action.yml').map(inputsOf)),
    flags: flagsOf(program()),
  }
}

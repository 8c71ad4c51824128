import { spawnSync } from 'node:child_process'
import { cpus, release, totalmem, type } from 'node:os'
import process from 'node:process'
import type { Setting, Tools } from './setting.ts'

/** What was measured on, for people. */
export interface Machine {
  readonly processor: string
  readonly cores: number
  /** Gigabytes. */
  readonly memory: number
  readonly system: string
  readonly versions: readonly string[]
  readonly disk: string
  /** Peers that are not here. */
  readonly missing: readonly string[]
}

const PEERS: Readonly<Record<keyof Tools, string>> = { deno: 'Deno', python: 'Python', rsync: 'rsync', unison: 'unison', loop: 'a C compiler' }

export function machine({ tools, diskName }: Setting): Machine {
  return {
    processor: cpus()[0]?.model ?? 'unknown processor',
    cores: cpus().length,
    memory: Math.round(totalmem() / 1024 ** 3),
    system: `${type()} ${release()}`,
    versions: [`Node ${process.versions.node}`, ...version('Deno', tools.deno), ...version('Python', tools.python), ...version('rsync', tools.rsync), ...version('unison', tools.unison, '-version')],
    disk: `Flushed files lie on ${diskName}`,
    missing: (Object.keys(PEERS) as (keyof Tools)[]).filter((tool) => tools[tool] === undefined).map((tool) => PEERS[tool]),
  }
}

/** A program with the first number in what it says of itself. */
function version(name: string, program: string | undefined, flag = '--version'): string[] {
  if (program === undefined) return []
  return [`${name} ${/\d+(\.\d+)+/.exec(spawnSync(program, [flag], { encoding: 'utf8' }).stdout)?.[0] ?? 'of some version'}`]
}

import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BIN, NODE, printed, script } from './contender.ts'
import { database } from './data.ts'
import type { Tools } from './setting.ts'

const CHECKOUT = fileURLToPath(new URL('..', import.meta.url))

/** Where a program is that answers; shims of version managers may be there and know of none. */
function find(program: string, flag = '--version'): string | undefined {
  return spawnSync(program, [flag]).status === 0 ? program : undefined
}

/** Looks for the peers that not every machine has, and compiles the C loop. */
export function findTools(scratch: string): Tools {
  const loop = join(scratch, 'loop')
  const compiled = spawnSync('cc', ['-O2', '-pthread', '-o', loop, script('loop.c')]).status === 0
  const deno = join(BIN, 'deno')
  return {
    deno: existsSync(deno) ? deno : undefined,
    python: find('python3'),
    rsync: find('rsync'),
    unison: find('unison', '-version'),
    loop: compiled ? loop : undefined,
  }
}

/** Builds rowtree as npm gets it, and returns its directory. */
export function build(scratch: string): string {
  const directory = join(scratch, 'package')
  mkdirSync(directory)
  copyFileSync(join(CHECKOUT, 'package.json'), join(directory, 'package.json'))
  symlinkSync(join(CHECKOUT, 'node_modules'), join(directory, 'node_modules'))
  printed(NODE, [join(CHECKOUT, 'node_modules/typescript/bin/tsc'), '-p', join(CHECKOUT, 'tsconfig.build.json'), '--outDir', join(directory, 'dist')])
  return directory
}

/** What an installed package has anyway: no types to strip. Runs what the contenders load, so that the cache of `NODE_COMPILE_CACHE` is full. */
export function fillCache(scratch: string): void {
  const store = database(scratch, 2_500)
  const wish = { directory: join(scratch, 'cached'), store, rows: 2_500, fsync: 'off', workers: 2, rounds: 0 }
  printed(NODE, [script('export.ts'), JSON.stringify(wish)])
}

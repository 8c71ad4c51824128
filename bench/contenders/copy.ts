/**
 * `rsync -a` or unison between two directories: into an empty one, with nothing to do, and with one file in a hundred changed. Each round is a process
 * of its own, as a person would run it.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { course, demand, tell } from '../course.ts'
import { editAll, editOf, EVERY, pathOf } from '../data.ts'
import { turns, type Work } from '../turns.ts'

type Kind = 'new' | 'nothing' | 'changed'

const { directory, tool, program, rows, rounds, kinds } = course<{ tool: 'rsync' | 'unison'; program: string; rows: number; rounds: number; kinds: Kind[] }>()
const [source, target, archives] = ['source', 'target', 'archives'].map((name) => join(directory, name)) as [string, string, string]

// unison asks nobody, and keeps what it knows in a directory of its own.
const args = tool === 'rsync' ? ['-a', `${source}/`, `${target}/`] : [source, target, '-batch', '-auto', '-silent', '-confirmbigdel=false']
const env = { ...process.env, UNISON: archives, HOME: directory }

function copy(): void {
  const { status, stderr } = spawnSync(program, args, { env, stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' })
  if (status !== 0) throw new Error(`${tool} failed: ${stderr}`)
}

/** Changes one file in a hundred. The time moves by seconds: rsync looks at nothing finer. */
function change(round: number): void {
  const time = Date.now() / 1_000 + 10 * (round + 1)
  for (let index = 0; index < rows; index += EVERY) {
    writeFileSync(join(source, pathOf(index)), editOf(index, round + 1))
    utimesSync(join(source, pathOf(index)), time, time)
  }
}

/** Whether the last file that was changed arrived. */
function verify(index: number): void {
  const [there, here] = [source, target].map((root) => readFileSync(join(root, pathOf(index)), 'utf8'))
  demand(Number(there === here), 1, `copied to ${pathOf(index)}`)
}

const works: Record<Kind, Work> = {
  new: {
    before() {
      for (const path of [target, archives]) rmSync(path, { recursive: true, force: true })
      mkdirSync(target)
    },
    run: copy,
    after: () => verify(rows - 1),
  },
  nothing: { run: copy },
  changed: { before: change, run: copy, after: () => verify(0) },
}

editAll(source, rows, 0)
mkdirSync(target)
if (!kinds.includes('new')) copy()
const times = await turns(Object.fromEntries(kinds.map((kind) => [kind, works[kind]])), rounds)
tell(Object.fromEntries(Object.entries(times).map(([kind, { first, later }]) => [kind, [first, ...later]])))

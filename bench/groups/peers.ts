import { node, script } from '../contender.ts'
import { BYTES } from '../data.ts'
import type { Figures } from '../figures.ts'
import type { Contender } from '../group.ts'
import type { Setting } from '../setting.ts'

/** What one round of a peer is. */
export interface PeerCourse {
  readonly files: number
  /** Bytes of one file; each has figures of its own, such as `new2048`. */
  readonly sizes: readonly number[]
  /** Timed rounds after the first. */
  readonly rounds: number
}

/** A package that writes one file at a time, or the plain loop. */
export function writer(name: string, { files, sizes, rounds }: PeerCourse, flush: boolean, replace: boolean): Contender {
  return node(name, files, 'peer.ts', { writer: name, files, sizes, flush, rounds, replace })
}

/** The loop in other languages, where they are. */
export function loops({ tools }: Setting, { files, sizes, rounds }: PeerCourse): Contender[] {
  const all: readonly (readonly [name: string, command: readonly (string | undefined)[], threads: number])[] = [
    ['Python loop', [tools.python, script('loop.py')], 1],
    ['C loop, 1 thread', [tools.loop], 1],
    ['C loop, 2 threads', [tools.loop], 2],
  ]
  return all.flatMap(([name, command, threads]) => (command.includes(undefined) ? [] : [node(name, files, 'program.ts', { command, files, sizes, threads, rounds })]))
}

/** What such a copy is timed at. */
export type CopyKind = 'new' | 'nothing' | 'changed'

/** Programs that keep two directories the same, where they are. */
export function copies({ tools }: Setting, rows: number, rounds: number, kinds: readonly CopyKind[], names: readonly ('rsync' | 'unison')[] = ['rsync', 'unison']): Contender[] {
  return names.flatMap((tool) =>
    tools[tool] === undefined ? [] : [node(tool === 'rsync' ? 'rsync -a' : 'unison', rows, 'copy.ts', { tool, program: tools[tool], rows, rounds, kinds })],
  )
}

/** The figures of a contender that writes files of 2 KB alone, called as those of an export are. */
export function plain(contender: Contender): Contender {
  const sized = new RegExp(`^(new|replace)${BYTES}`)
  return {
    ...contender,
    run: (directory) => Object.fromEntries(Object.entries(contender.run(directory)).map(([figure, value]): [string, Figures[string]] => [figure.replace(sized, '$1'), value])),
  }
}

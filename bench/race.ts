import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import type { Figures, Result } from './figures.ts'
import type { Contender } from './group.ts'
import { calm } from './turns.ts'

/** Runs the contenders in turns, each time in a fresh process and an empty directory, so that all meet the same machine. */
export function race(place: string, contenders: readonly Contender[], processes: number): Result[] {
  const figures = new Map<Contender, Figures[]>(contenders.map((contender) => [contender, []]))
  for (let round = 0; round < processes; round++) {
    for (const contender of contenders) {
      const directory = mkdtempSync(join(place, 'run-'))
      calm(place)
      figures.get(contender)!.push(contender.run(directory))
      rmSync(directory, { recursive: true })
      process.stderr.write('.')
    }
  }
  process.stderr.write('\n')
  return contenders.map((contender) => ({ name: contender.name, items: contender.items, processes: figures.get(contender)! }))
}

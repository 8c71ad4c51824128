/** The loop in another language: a program that writes new files, then others in their place, and prints the seconds of both. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { course, tell } from '../course.ts'
import { FILES_A_DIRECTORY } from '../data.ts'
import type { Figures } from '../figures.ts'
import { turns } from '../turns.ts'

const { directory, command, files, sizes, threads, rounds } = course<{ command: string[]; files: number; sizes: number[]; threads: number; rounds: number }>()

const figures: Record<string, Figures[string]> = {}
for (const size of sizes) {
  const root = join(directory, String(size))
  let seconds = { new: Number.NaN, replace: Number.NaN }
  const times = await turns({
    new: {
      before() {
        rmSync(root, { recursive: true, force: true })
        mkdirSync(root)
      },
      run() {
        const [program, ...args] = command as [string, ...string[]]
        const text = execFileSync(program, [...args, root, String(files), String(size), String(threads), String(FILES_A_DIRECTORY)], { encoding: 'utf8' })
        seconds = JSON.parse(text) as typeof seconds
        return seconds.new
      },
    },
    // One process did both.
    replace: { run: () => seconds.replace },
  }, rounds)
  // Each round is a fresh process, and nothing in it becomes faster later on.
  for (const [kind, { first, later }] of Object.entries(times)) figures[`${kind}${size}`] = [first, ...later]
  rmSync(root, { recursive: true })
}
tell(figures)

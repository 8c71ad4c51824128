import { basename, relative } from 'node:path'
import process from 'node:process'

/** What to type to run rowtree again the way it was run this time. */
export function invocation(): string {
  const { npm_command: command, npm_lifecycle_event: script } = process.env
  if (command === 'exec') return 'npx rowtree'
  if (script !== undefined) return 'npm start --'
  const file = process.argv[1] ?? ''
  if (basename(file) !== 'main.ts') return 'rowtree'
  const runtime = 'deno' in process.versions ? 'deno run -A' : 'node'
  return `${runtime} ${quote(relative(process.cwd(), file))}`
}

/** A word as a shell takes it literally. */
export function quote(word: string): string {
  return /^[\w./:@%+,=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}

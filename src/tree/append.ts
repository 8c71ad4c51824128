import { appendFileSync } from 'node:fs'

/** Adds text to the end of a file that others add to as well, such as the summary of a CI job; a missing one is made. */
export function appendText(path: string, text: string): void {
  appendFileSync(path, text)
}

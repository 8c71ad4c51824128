import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** In memory where there is such a place: thousands of files a test are slow on a disk. */
const BASE = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

/** Where directories of tests are made. */
export function temporaryBase(): string {
  return BASE
}

/** A directory of its own for the running test, removed when the test is over. */
export function temporaryDirectory(base: string = BASE): string {
  const path = realpathSync(mkdtempSync(join(base, 'rowtree-test-')))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

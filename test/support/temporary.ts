import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A directory of its own for the running test, removed when the test is over. */
export function temporaryDirectory(base: string = tmpdir()): string {
  const path = realpathSync(mkdtempSync(join(base, 'rowtree-test-')))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

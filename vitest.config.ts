import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { configDefaults, defineConfig } from 'vitest/config'

/** What takes minutes is run by `npm run test:stress`, file after file: its processes need the machine for themselves. */
const STRESS = process.env['ROWTREE_STRESS'] === '1'

/** The long versions of what tries to lose something are run by `npm run test:crash`; the short ones are part of the suite. */
const CRASH = process.env['ROWTREE_CRASH'] === '1'

const INCLUDED = STRESS ? ['test/stress/**/*.test.ts'] : CRASH ? ['test/{crash,fault,property}/**/*.test.ts'] : ['test/**/*.test.ts']

export default defineConfig({
  test: {
    include: INCLUDED,
    exclude: [...configDefaults.exclude, ...(STRESS ? [] : ['test/stress/**'])],
    pool: 'forks',
    fileParallelism: !STRESS,
    // Each file would load the sources anew, which takes as long as the tests. Whoever changes what a process has but once puts it back.
    isolate: false,
    // Many tests wait for processes that they start.
    maxWorkers: availableParallelism() + 2,
    // Each of them would strip the types of all sources anew.
    env: { NODE_COMPILE_CACHE: join(tmpdir(), 'rowtree-compile-cache') },
    testTimeout: STRESS ? 90_000 : 30_000,
    hookTimeout: 30_000,
  },
}) as object

import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { configDefaults, defineConfig } from 'vitest/config'

/** What takes minutes is run by `npm run test:stress`, file after file: its processes need the machine for themselves. */
const STRESS = process.env['ROWTREE_STRESS'] === '1'

export default defineConfig({
  test: {
    include: [STRESS ? 'test/stress/**/*.test.ts' : 'test/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...(STRESS ? [] : ['test/stress/**'])],
    pool: 'forks',
    fileParallelism: !STRESS,
    // Each file would load the sources anew, which takes as long as the tests. Whoever changes what a process has but once puts it back.
    isolate: false,
    // Many tests wait for processes that they start.
    maxWorkers: '100%',
    // Each of them would strip the types of all sources anew.
    env: { NODE_COMPILE_CACHE: join(tmpdir(), 'rowtree-compile-cache') },
    testTimeout: STRESS ? 90_000 : 30_000,
    hookTimeout: 30_000,
  },
}) as object

import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { MUTANTS } from './mutants.ts'

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url))

it.each(MUTANTS)('the line that keeps $without stands in $file once', ({ file, line, tests }) => {
  expect(readFileSync(at(file), 'utf8').split(line)).toHaveLength(2)
  expect(tests.filter((test) => !existsSync(at(test)))).toEqual([])
})

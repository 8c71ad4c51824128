/** Rewrites many files without a pause, as a branch switch does. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { pathOf, textOf } from '../pages.ts'

const { root, files, mark } = JSON.parse(process.argv[2]!) as { root: string; files: number; mark: string }
for (let index = 0; index < files; index++) writeFileSync(join(root, pathOf(index)), textOf(pathOf(index), mark))
process.stdout.write('{}')

/**
 * Makes directories with a directory in each, and files in these at once or a moment later; some are filled elsewhere and moved in.
 * It prints the paths of the files.
 */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'
import { randomOf } from '../../support/random.ts'
import { textOf } from '../pages.ts'

const { root, aside, directories, files, seed, mark } = JSON.parse(process.argv[2]!) as {
  root: string
  /** A directory on the same filesystem that nobody watches. */
  aside: string
  directories: number
  /** In each of them. */
  files: number
  seed: number
  mark: string
}
const random = randomOf(seed)
const paths: string[] = []
for (let index = 0; index < directories; index++) {
  const [site, isMoved, isSlow] = [`new-${index}`, index % 10 === 9, index % 2 === 0]
  const parent = isMoved ? aside : root
  mkdirSync(join(parent, site, 'pages'), { recursive: true })
  for (let file = 0; file < files; file++) {
    const path = `${site}/pages/page-${file}.html`
    if (isSlow && random() < 0.3) await delay(random() * 5)
    writeFileSync(join(parent, path), textOf(path, mark))
    paths.push(path)
  }
  if (isMoved) renameSync(join(aside, site), join(root, site))
}
process.stdout.write(JSON.stringify(paths))

/**
 * A writer of single files, with contents that it already has in memory: new files, then others in their place. What returns promises runs one file
 * after another and eight in flight; the faster of the two counts.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { course, tell } from '../course.ts'
import { contentOf, directoryOf, FILES_A_DIRECTORY, pathOf } from '../data.ts'
import { faster, type Figures } from '../figures.ts'
import { calm, turns, type Work } from '../turns.ts'

const { directory, writer, files, sizes, flush, rounds, replace } = course<{
  writer: string; files: number; sizes: number[]; flush: boolean; rounds: number; replace: boolean
}>()

type Write = (path: string, content: Buffer) => Promise<void> | void

const WRITERS: Readonly<Record<string, () => Promise<Write>>> = {
  async loop() {
    let temps = 0
    return (path, content) => {
      const temp = `${path}.${temps++}.tmp`
      writeFileSync(temp, content)
      renameSync(temp, path)
    }
  },
  async writeFileAtomic() {
    const { writeFileAtomic } = await import('../../src/atomic.ts')
    return (path, content) => writeFileAtomic(path, content, { flush })
  },
  async 'write-file-atomic'() {
    const { default: write } = await import('write-file-atomic')
    return (path, content) => write(path, content, { fsync: flush })
  },
  async atomically() {
    const { writeFile } = await import('atomically')
    return (path, content) => writeFile(path, content, { fsync: flush, fsyncWait: flush })
  },
  async 'fast-write-atomic'() {
    // @ts-ignore The package has no types.
    const { default: write } = (await import('fast-write-atomic')) as { default: { promise: Write } }
    return (path, content) => write.promise(path, content)
  },
  async steno() {
    const { Writer } = await import('steno')
    return (path, content) => new Writer(path).write(content)
  },
}

/** Enough contents that no cache of the processor holds them; a million would not fit into memory. */
const CONTENTS = 10_000

const write = await WRITERS[writer]!()
const paths = Array.from({ length: files }, (_, index) => pathOf(index))

async function writeAll(root: string, contents: readonly Buffer[], offset: number, lanes: number): Promise<void> {
  let next = 0
  const lane = async (): Promise<void> => {
    for (let index = next++; index < files; index = next++) await write(`${root}/${paths[index]!}`, contents[(index + offset) % contents.length]!)
  }
  if (writer !== 'loop') return void (await Promise.all(Array.from({ length: lanes }, lane)))
  for (const [index, path] of paths.entries()) void write(`${root}/${path}`, contents[(index + offset) % contents.length]!)
}

/** Whether every file is there, and in place of its temp. */
function verify(root: string, contents: readonly Buffer[], offset: number): void {
  for (const [index, path] of paths.entries()) {
    const expected = contents[(index + offset) % contents.length]!
    // All contents have one size.
    if (statSync(`${root}/${path}`).size !== expected.length) throw new Error(`${path} was not written whole`)
    if (index % FILES_A_DIRECTORY === 0 && !readFileSync(`${root}/${path}`).equals(expected)) throw new Error(`${path} holds something else`)
  }
}

function makeDirectories(root: string): void {
  for (let index = 0; index < files; index += FILES_A_DIRECTORY) mkdirSync(join(root, directoryOf(index)), { recursive: true })
  if (flush) calm(directory)
}

/** The files of one size, in so many lanes. */
function worksFor(size: number, lanes: number, contents: readonly Buffer[]): Record<'new' | 'replace', Work> {
  const root = join(directory, `${size}-${lanes}`)
  return {
    new: {
      before() {
        rmSync(root, { recursive: true, force: true })
        makeDirectories(root)
      },
      run: () => writeAll(root, contents, 0, lanes),
      after: () => verify(root, contents, 0),
    },
    replace: {
      before() {
        if (flush) calm(directory)
      },
      run: () => writeAll(root, contents, 1, lanes),
      after: () => verify(root, contents, 1),
    },
  }
}

const figures: Record<string, Figures[string]> = {}
for (const size of sizes) {
  const contents = Array.from({ length: Math.min(files, CONTENTS) }, (_, index) => Buffer.from(contentOf(index, size)))
  const [one, eight] = [worksFor(size, 1, contents), worksFor(size, 8, contents)]
  const works = { new1: one.new, ...(replace && { replace1: one.replace }), ...(writer !== 'loop' && { new8: eight.new, ...(replace && { replace8: eight.replace }) }) }
  const times = await turns(works as Record<string, Work>, rounds)
  for (const kind of replace ? ['new', 'replace'] : ['new']) {
    const [single, many] = [times[`${kind}1`]!, times[`${kind}8`] ?? times[`${kind}1`]!]
    figures[`${kind}${size}`] = faster(single.later, many.later)
    figures[`${kind}${size}First`] = Math.min(single.first, many.first)
  }
  rmSync(join(directory, `${size}-1`), { recursive: true, force: true })
  rmSync(join(directory, `${size}-8`), { recursive: true, force: true })
}
tell(figures)

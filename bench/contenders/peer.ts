/**
 * A peer that writes the same contents, which it already has in memory.
 * Usage: peer.ts NAME DIR FILES FSYNC; prints seconds.
 *
 * The promise-based peers run once one file after another and once with eight in flight: the faster counts.
 */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { contentOf, directoryOf } from '../data.ts'

const IN_FLIGHT = 8

const [name, directory, count, fsync] = process.argv.slice(2) as [string, string, string, 'on' | 'off']
const files = Array.from({ length: Number(count) }, (_, index) => ({
  path: `${directoryOf(index)}/page-${String(index).padStart(7, '0')}.html`,
  content: Buffer.from(contentOf(index)),
}))

function prepare(run: string): string {
  const root = join(directory, run)
  for (const site of new Set(files.map(({ path }) => path.slice(0, path.indexOf('/'))))) mkdirSync(join(root, site), { recursive: true })
  return root
}

async function seconds(work: () => Promise<void> | void): Promise<number> {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1_000
}

type Write = (path: string, content: Buffer) => Promise<void>

async function promised(write: Write): Promise<number> {
  const one = prepare('one')
  const sequential = await seconds(async () => {
    for (const { path, content } of files) await write(`${one}/${path}`, content)
  })
  const eight = prepare('eight')
  let next = 0
  const lane = async (): Promise<void> => {
    for (let file = files[next++]; file; file = files[next++]) await write(`${eight}/${file.path}`, file.content)
  }
  return Math.min(sequential, await seconds(async () => void (await Promise.all(Array.from({ length: IN_FLIGHT }, lane)))))
}

async function run(): Promise<number> {
  switch (name) {
    case 'loop': {
      const root = prepare('loop')
      return await seconds(() => {
        for (const [index, { path, content }] of files.entries()) {
          const temp = `${root}/${path}.${index}.tmp`
          writeFileSync(temp, content)
          renameSync(temp, `${root}/${path}`)
        }
      })
    }
    case 'write-file-atomic': {
      const { default: write } = await import('write-file-atomic')
      return await promised((path, content) => write(path, content, { fsync: fsync === 'on' }))
    }
    case 'atomically': {
      const { writeFile } = await import('atomically')
      return await promised((path, content) => writeFile(path, content, { fsync: fsync === 'on', fsyncWait: fsync === 'on' }))
    }
    default:
      throw new Error(`no peer ${name}`)
  }
}

process.stdout.write(`${JSON.stringify({ seconds: await run() })}\n`)

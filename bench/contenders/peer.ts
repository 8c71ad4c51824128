/**
 * A peer that writes the same contents, which it already has in memory.
 * Usage: peer.ts NAME DIR FILES FSYNC WARM_ROUNDS
 *
 * The promise-based peers run once one file after another and once with eight in flight: the faster counts.
 */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { contentOf, pathOf } from '../data.ts'
import { calm, type Rounds, rounds } from '../rounds.ts'

const IN_FLIGHT = 8

const [name, directory, count, fsync, warm] = process.argv.slice(2) as [string, string, string, 'on' | 'off', string]
const warmRounds = Number(warm)
const files = Array.from({ length: Number(count) }, (_, index) => ({
  path: pathOf(index),
  content: Buffer.from(contentOf(index)),
}))

function prepare(round: string): string {
  const root = join(directory, round)
  for (const site of new Set(files.map(({ path }) => path.slice(0, path.indexOf('/'))))) mkdirSync(join(root, site), { recursive: true })
  if (fsync === 'on') calm(directory)
  return root
}

type Write = (path: string, content: Buffer) => Promise<void>

/** One file after another, and eight in flight. */
async function promised(write: Write): Promise<Rounds> {
  const sequential = await rounds(
    (round) => prepare(`one-${round}`),
    async (root) => {
      for (const { path, content } of files) await write(`${root}/${path}`, content)
    },
    warmRounds,
  )
  const parallel = await rounds(
    (round) => prepare(`eight-${round}`),
    async (root) => {
      let next = 0
      const lane = async (): Promise<void> => {
        for (let file = files[next++]; file; file = files[next++]) await write(`${root}/${file.path}`, file.content)
      }
      await Promise.all(Array.from({ length: IN_FLIGHT }, lane))
    },
    warmRounds,
  )
  return { cold: Math.min(sequential.cold, parallel.cold), warm: Math.min(sequential.warm, parallel.warm) }
}

async function run(): Promise<Rounds> {
  switch (name) {
    case 'loop':
      return await rounds(
        (round) => prepare(`loop-${round}`),
        (root) => {
          for (const [index, { path, content }] of files.entries()) {
            const temp = `${root}/${path}.${index}.tmp`
            writeFileSync(temp, content)
            renameSync(temp, `${root}/${path}`)
          }
        },
        warmRounds,
      )
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

process.stdout.write(`${JSON.stringify(await run())}\n`)

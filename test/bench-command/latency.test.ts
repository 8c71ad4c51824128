import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { describe, expect, it } from 'vitest'
import { measureLatency, type Vigil } from '../../src/bench/latency.ts'
import { Contents, pathOf } from '../../src/bench/rows.ts'
import type { Scratch } from '../../src/bench/subject.ts'
import { scratchConfig } from '../../src/engine/bench.ts'
import { openEngine, resolveConfig, type WatchEvent, type WatchNews, type WatchSession } from '../../src/index.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const CONTENTS = new Contents(64)

/** A session that tells this, one thing after the other, and then nothing more until it is stopped. */
function sessionOf(news: readonly WatchNews[], ends = false): WatchSession {
  const stopped = Promise.withResolvers<void>()
  return {
    async *[Symbol.asyncIterator](): AsyncGenerator<WatchEvent> {
      for (const one of news) {
        yield { time: '', ...one }
        // Whoever waits asks for the next thing a moment later.
        await new Promise((resolve) => setImmediate(resolve))
      }
      if (!ends) await stopped.promise
    },
    flush: () => Promise.resolve(),
    stop: () => Promise.resolve(stopped.resolve()),
  }
}

function never(): Promise<never> {
  return Promise.reject(new Error('nobody exports'))
}

async function vigil(session: WatchSession, held: string): Promise<Vigil> {
  const directory = temporaryDirectory()
  const config = scratchConfig(directory)
  mkdirSync(join(config.tree, 'site-00000'), { recursive: true })
  const runner: Scratch['runner'] = { watch: () => session, export: never, import: never, close: () => Promise.resolve() }
  const scratch: Scratch = { runner, tree: config.tree, state: config.state, contentsOf: () => Promise.resolve([held]) }
  return { amounts: { rows: 100, size: 64, saves: 1, rounds: 1 }, contents: CONTENTS, scratch, signal: undefined, step() {} }
}

const PATH = pathOf(0)
const READY: WatchNews = { event: 'ready', files: 100 }
const IMPORTED: WatchNews = { event: 'imported', paths: [PATH], seconds: 0 }

describe('a save is timed', () => {
  it('until the session tells of it, and its row holds it', async () => {
    expect(await measureLatency(await vigil(sessionOf([READY, IMPORTED]), CONTENTS.of(0, 1_000)), 1)).toHaveLength(1)
  })

  it.each<[title: string, news: WatchNews[], ends: boolean, held: string, said: string]>([
    ['whose row holds something else', [READY, IMPORTED], false, 'else', `the row of ${PATH} is not what was saved`],
    ['that is a problem', [READY, { event: 'problem', path: PATH, code: 'read-failed', message: 'Cannot read it' }], false, '', 'Cannot measure the latency: Cannot read it'],
    ['of a session that ends', [READY], true, '', 'Cannot finish measuring'],
    ['of a session that ends before it is ready', [], true, '', 'Cannot finish measuring'],
  ])('not one %s', async (_, news, ends, held, said) => {
    await expect(measureLatency(await vigil(sessionOf(news, ends), held), 1)).rejects.toThrow(said)
  })

  it('not one that cannot be written: that is what is told, and nothing is left unheard', async () => {
    const bout = await vigil(sessionOf([READY]), '')
    // A directory stands where the file is saved.
    mkdirSync(join(bout.scratch.tree, PATH))
    const unheard: unknown[] = []
    const hear = (reason: unknown): void => void unheard.push(reason)
    process.on('unhandledRejection', hear)
    try {
      await expect(measureLatency(bout, 1)).rejects.toMatchObject({ code: 'EISDIR' })
      await new Promise((resolve) => setImmediate(resolve))
      expect(unheard).toEqual([])
    } finally {
      process.off('unhandledRejection', hear)
    }
  })
})

it('the scratch store is written with the settings of the config', async () => {
  const directory = temporaryDirectory()
  const like = resolveConfig({ store: { url: 'sqlite:x', preset: 'mybb' }, tree: 'x', export: { workers: 0, fsync: 'file', tempSuffix: '.part' } }, directory)
  expect(scratchConfig(directory, like).export).toEqual({ ...like.export, prune: false })
  await expect(openEngine(scratchConfig(directory))).rejects.toMatchObject({ code: 'store-missing' })
})

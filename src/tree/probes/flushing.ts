import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { errnoOf } from '../../errors.ts'
import { flushFilesystem } from '../durable.ts'

/** How long flushing takes, in milliseconds; the system's reason where it refuses; `absent`: there is no such command. */
export interface Flushing {
  readonly file: number | string
  readonly directory: number | string
  readonly filesystem: number | string
}

const ATTEMPTS = 5

/** Flushes a file, its directory, and all of the filesystem. */
export async function probeFlushing(room: string): Promise<Flushing> {
  const file = openSync(join(room, 'flushed'), 'w')
  const directory = openSync(room, 'r')
  const bytes = new Uint8Array(4_096).fill(32)
  try {
    const files = Array.from({ length: ATTEMPTS }, () => {
      writeSync(file, bytes, 0, bytes.length, 0)
      return timed(() => fsyncSync(file))
    })
    return { file: median(files), directory: timed(() => fsyncSync(directory)), filesystem: await timedFilesystem(room) }
  } finally {
    closeSync(file)
    closeSync(directory)
  }
}

function timed(work: () => void): number | string {
  const start = performance.now()
  try {
    work()
    return performance.now() - start
  } catch (error) {
    return reasonOf(error)
  }
}

async function timedFilesystem(room: string): Promise<number | string> {
  const start = performance.now()
  try {
    return (await flushFilesystem(room)) ? performance.now() - start : 'absent'
  } catch (error) {
    return reasonOf(error)
  }
}

/** The first reason, if there is one: a flush that fails now and then has failed. */
function median(times: readonly (number | string)[]): number | string {
  const refused = times.find((time) => typeof time === 'string')
  return refused ?? (times as number[]).toSorted((a, b) => a - b)[Math.floor(times.length / 2)]!
}

function reasonOf(error: unknown): string {
  return errnoOf(error) ?? (error instanceof Error ? error.message : String(error))
}

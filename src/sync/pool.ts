import type { Piscina } from 'piscina'
import { RowtreeError } from '../errors.ts'
import { type Job, type PublishJob, type PublishResult, type StageJob, type StageResult, toMessage } from '../tree/job.ts'
import { publishJob } from '../tree/publishing.ts'
import { discardJob, stageJob } from '../tree/staging.ts'

/** The tasks of the writer threads, with what they take and give. */
export interface Tasks {
  stageJob: (job: StageJob) => StageResult
  publishJob: (job: PublishJob) => PublishResult
  discardJob: (job: Job) => void
}

const HERE: Tasks = { stageJob, publishJob, discardJob }

/** Enough that a thread never waits for its next job; more would only hold memory. */
const JOBS_A_THREAD = 3

/** Sources run as they are; a build turns both this file and the worker into JavaScript. */
const WRITER: string = new URL(`../../workers/writer${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url).href

/**
 * Writer threads, with the calling thread as one more: while every thread has work, the caller
 * does the next job itself instead of waiting. That is the backpressure, it uses the caller's core
 * while the threads start up, and with no threads it is plain sequential work.
 */
export class WriterPool {
  readonly threads: number
  #starting: Promise<void> | undefined
  #pool: Piscina | undefined
  #running = 0

  constructor(threads: number) {
    this.threads = threads
  }

  /** Starts the threads in the background. Small work is done before they would be up. */
  start(): void {
    if (this.threads === 0) return
    this.#starting ??= this.#launch()
    // Whoever runs a job meets the failure; until then it must not count as unhandled.
    this.#starting.catch(() => {})
  }

  async #launch(): Promise<void> {
    const { Piscina } = await import('piscina')
    this.#pool = new Piscina({ filename: WRITER, minThreads: this.threads, maxThreads: this.threads, concurrentTasksPerWorker: JOBS_A_THREAD })
  }

  /**
   * Runs one task, on a thread if one is free.
   *
   * @param waiting how many more may wait for a thread: for a caller that has better to do than to run them itself
   */
  async run<N extends keyof Tasks>(name: N, task: Parameters<Tasks[N]>[0], waiting = 0): Promise<ReturnType<Tasks[N]>> {
    if (!this.#pool || this.#running >= this.threads * JOBS_A_THREAD + waiting) {
      const work = HERE[name] as (task: Parameters<Tasks[N]>[0]) => ReturnType<Tasks[N]>
      return work(task)
    }
    this.#running++
    try {
      return await this.#pool.run(toMessage(task), { name })
    } catch (error) {
      throw new RowtreeError('worker-died', `Cannot go on: a writer thread failed; run it again`, { cause: error })
    } finally {
      this.#running--
    }
  }

  async close(): Promise<void> {
    await this.#starting
    await this.#pool?.destroy()
  }
}

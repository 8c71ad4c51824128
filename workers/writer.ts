/** The writer thread: the tasks that the pool calls by name. */
import { fromMessage, type Job, type Message, type PublishJob, type PublishResult, type StageJob, type StageResult } from '../src/tree/job.ts'
import * as publishing from '../src/tree/publishing.ts'
import * as staging from '../src/tree/staging.ts'

export function stageJob(message: Message<StageJob>): StageResult {
  return staging.stageJob(fromMessage(message))
}

export function publishJob(message: Message<PublishJob>): PublishResult {
  return publishing.publishJob(fromMessage(message))
}

export function discardJob(message: Message<Job>): void {
  staging.discardJob(fromMessage(message))
}

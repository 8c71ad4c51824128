/** The writer thread: the tasks that the pool calls by name. */
export { publishJob } from '../src/tree/publishing.ts'
export { discardJob, stageJob } from '../src/tree/staging.ts'

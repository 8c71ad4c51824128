/** Sample databases for the demonstration and the benchmarks. */
export { createSampleBoard } from './store/mybb/sample.ts'

/**
 * Atomic file writing, as a library of its own: files, JSON and YAML documents, whole or not at all.
 *
 * @module
 */
export { RowtreeError } from './errors.ts'
export { writeJsonAtomic, writeYamlAtomic } from './tree/documents.ts'
export type { JsonOptions } from './tree/documents.ts'
export { sweepTree } from './tree/sweep.ts'
export type { SweepOptions, SweepResult } from './tree/sweep.ts'
export { writeFileAtomic } from './tree/write.ts'
export type { WriteOptions } from './tree/write.ts'

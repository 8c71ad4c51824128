/**
 * What a preset of your own is made of: `store.preset: ./my-preset.ts`.
 *
 * @module
 */
export { sql } from 'kysely'
export { definePreset } from './store/define-preset.ts'
export { openMapping } from './store/table/collection.ts'
export { bundle } from './store/bundle/collection.ts'
export { RowtreeError } from './errors.ts'
export type { Preset, PresetContext } from './store/preset.ts'
export type { Collection } from './store/collection.ts'
export type { DerivedKey, Format, Literal, Mapping } from './store/table/mapping.ts'

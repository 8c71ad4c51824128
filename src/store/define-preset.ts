import type { Preset } from './preset.ts'

/**
 * The preset as it is, with its types known while you write it.
 *
 * @example
 * ```ts
 * export const preset = definePreset({
 *   name: 'notes',
 *   async open({ database }) {
 *     return [await openMapping(database, { name: 'notes', table: 'notes', key: ['id'], path: '{id}.md', content: ['body'] })]
 *   },
 * })
 * ```
 */
export function definePreset(preset: Preset): Preset {
  return preset
}

import type { Preset } from '../preset.ts'
import { boardCollections, type MybbOptions } from './index.ts'

/** A MyBB 1.8 board. Its settings were checked with the rest of the config. */
export const mybbPreset: Preset = {
  name: 'mybb',
  open: ({ database, prefix, options }) => boardCollections(database, { ...(options as Omit<MybbOptions, 'prefix'>), prefix }),
}

import { z } from 'zod'
import { aMap, must, named, text } from './phrase.ts'
import { literal } from './set.ts'
import type { SettingsConfig } from './settings-config.ts'

const groupTable = z.strictObject({ column: text, table: text, id: text, name: text }, aMap)

const fields = z.strictObject({
  table: text,
  name: text,
  value: text,
  group: z.union([text, groupTable], must('a column, or a map of column, table, id and name')).optional(),
  path: text.optional(),
  kinds: named('setting', z.string(), z.enum(['integer', 'boolean'], must('integer or boolean'))).optional(),
  added: named('column', text, literal).optional(),
  id: text.optional(),
}, aMap)

/** Which table holds settings, and how they become files. */
export const settings: z.ZodType<SettingsConfig, SettingsConfig> = fields.superRefine(({ group, path, id }, context) => {
  const report = (key: string, message: string): void => context.addIssue({ code: 'custom', path: [key], message })
  const placeholders = path?.match(/\{[^{}]*\}/g) ?? []
  if (path !== undefined && group !== undefined && placeholders.join() !== '{group}') report('path', 'must have the placeholder {group} and no other')
  if (group === undefined && placeholders.length > 0) report('path', 'has a placeholder, but there is no group; set settings.group')
  if (typeof group === 'object' && id === undefined) report('id', 'is missing; a group of another table needs the column that alone names a setting')
})

/** The keys of the section, for messages. */
export const settingsShape: object = fields.shape

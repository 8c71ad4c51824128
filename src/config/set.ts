import { z } from 'zod'
import type { SetValue } from '../types.ts'
import { aMap, must, type Phrase } from './phrase.ts'
import type { SetInput } from './types.ts'

/** A larger integer is rounded when YAML is read, and nobody would notice. */
const number = z.number().refine(
  (value) => !Number.isInteger(value) || Number.isSafeInteger(value),
  'is not exact as a number of that size; put it in quotes',
)

/** What a column holds. */
export const literal: z.ZodType<string | number | boolean, string | number | boolean> = z.union([z.string(), number, z.boolean()], must('a text, a number, true or false'))

const written = z.strictObject({
  value: z.union([z.string(), number, z.boolean(), z.null()], must('text, a number, true, false or null')),
}, aMap)

// No value is more likely one that was forgotten than a wish for NULL.
const aSetValue: Phrase = {
  error: (issue) =>
    issue.input === null ? 'has no value; write { value: null } for NULL' : must('now, increment, a literal or { value: a literal }').error(issue),
}

/** The keys of a literal that is written out. */
export const setValueShape: object = written.shape

/** What a column becomes whenever its row is written. */
export const setValue: z.ZodType<SetValue, SetInput> = z
  .union([z.string(), number, z.boolean(), written], aSetValue)
  .transform((value, context): SetValue => {
    if (typeof value === 'object' || value === 'now' || value === 'increment') return value
    // As literals these would be stored as they are written, row after row.
    if (typeof value === 'string' && /^(now|increment)(\(\))?$/i.test(value)) {
      const message = 'must be now or increment, in lower case; write { value: … } for the text itself'
      context.addIssue({ code: 'custom', message })
    }
    return { value }
  })

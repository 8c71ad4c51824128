import { z } from 'zod'
import { type Phrase, must } from './phrase.ts'

/** A setting that a person writes as a text with a unit, or as a bare number. `be` says what it must be. */
export function quantity<Output, Input extends string | number = string | number>(
  be: string,
  read: (text: string) => Output | undefined,
): z.ZodType<Output, Input> {
  // Always with the kind of the value that is there instead: nothing else can be wrong with its type.
  const phrase: Phrase = { error: (issue) => must(be).error({ ...issue, code: 'invalid_type' }) }
  return z
    .custom<Input>((written) => typeof written === 'string' || typeof written === 'number', phrase)
    .transform((written, context) => {
      const result = read(String(written))
      if (result !== undefined) return result
      context.addIssue({ code: 'custom', message: `must be ${be}` })
      return z.NEVER
    })
}

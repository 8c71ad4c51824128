import { z } from 'zod'
import { aMap, flag, must, text } from './phrase.ts'
import type { TlsConfig, TlsInput } from './types.ts'

const fields = z.strictObject({
  ca: text.optional(),
  cert: text.optional(),
  key: text.optional(),
  verify: flag.default(true),
}, aMap).superRefine(({ cert, key }, context) => {
  const report = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message })
  if (cert !== undefined && key === undefined) report('cert', 'needs the key that belongs to it; set key')
  if (key !== undefined && cert === undefined) report('key', 'needs the certificate that belongs to it; set cert')
})

/** How the connection to a server is encrypted; the paths of its files are still as written. */
export const tls: z.ZodType<TlsConfig, TlsInput> = z.union([z.literal(true).transform(() => ({ verify: true })), fields], must('true or a map'))

/** The keys of the map. */
export const tlsShape: object = fields.shape

/** Whether the store of a URL is a server; what no store has is none. */
export function isServer(url: string): boolean {
  return /^(mysql|mariadb|postgres|postgresql):/i.test(url)
}

import { type Document, parseDocument } from 'yaml'

/** Parses one YAML document; `undefined` where it is nested so deeply that the parser, which says so itself from some depth on, runs out of stack before. */
export function parseYaml(text: string, options: Parameters<typeof parseDocument>[1]): Document | undefined {
  try {
    return parseDocument(text, options)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

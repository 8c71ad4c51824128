import { type Config, type Environment, parseConfig } from '../../src/config.ts'
import { RowtreeError } from '../../src/errors.ts'

/** A valid config of five lines, to which a test adds what it is about. */
export const TABLE = `store:
  url: sqlite:board.sqlite
tree: ./board
collections:
  pages: { table: pages, key: [site, slug], path: "{site}/{slug}.html", content: body }
`

/** The same for a MyBB board, in two lines. */
export const BOARD = 'store: { url: sqlite:board.sqlite, preset: mybb }\ntree: ./board\n'

export function configOf(text: string, env: Environment = {}): Config {
  return parseConfig(text, { file: '/x/rowtree.yaml', directory: '/x', env })
}

/** The `RowtreeError` that the call throws; anything else is a failure of the test. */
export function faultOf(call: () => unknown): RowtreeError {
  try {
    call()
  } catch (error) {
    if (error instanceof RowtreeError) return error
    throw error
  }
  throw new Error('Expected a RowtreeError')
}

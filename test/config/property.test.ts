import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { RowtreeError } from '../../src/errors.ts'
import { BOARD, configOf, TABLE } from './samples.ts'

/** How a text ends: as a config or with a message. Anything but a `RowtreeError` fails the test. */
function endOf(text: string): string {
  try {
    configOf(text, { A: 'a', B: '${A}' })
    return 'a config'
  } catch (error) {
    if (error instanceof RowtreeError && error.code === 'config-invalid') return error.message
    throw error
  }
}

/** One fault on one line, or a line each; all of them placed. */
const END =
  /^(a config|Cannot read \/x\/rowtree\.yaml(:[1-9]\d*:[1-9]\d*: .+|: \d+ faults(\n {2}(\/x\/rowtree\.yaml:[1-9]\d*:[1-9]\d*: .+|and \d+ more))+))$/

const words = 'store url preset mybb tree state export workers ignore collections key path content __proto__ guards maxDelete maxFileSize onConflict history maxAge watch poll rescan off set value now'.split(' ')
const signs = [':', ': ', ', ', '- ', '? ', '\n', '\n  ', '\n    ', '\t', ' ', '[', ']', '{', '}', '"', "'", '|', '>', '#', ' #', '\\']
const rare = ['&a ', '*a', '!x ', '!!set ', '!!binary ', '!!omap ', '<<: ', '%YAML 1.1\n---\n', '%TAG ', '---', '\n...\n', '@', '~', '1', 'true', '.inf']
const inside = ['${A}', '${B}', '$${', '${', '${C}', '{site}', '{x\u009By}', '\uFEFF', '\0', '\u2028', '\r', '\uD800', '😀']
const piece = fc.constantFrom(...words, ...signs, ...rare, ...inside)

test('any text ends', () => {
  const text = fc.string({ unit: 'binary', maxLength: 200 })
  fc.assert(fc.property(text, (value) => void expect(endOf(value)).toMatch(END)), { numRuns: 1_000 })
})

test('anything made of pieces of configs ends', () => {
  const pieces = fc.array(piece, { maxLength: 40 })
  fc.assert(fc.property(pieces, (parts) => void expect(endOf(parts.join(''))).toMatch(END)), { numRuns: 4_000 })
})

test('a valid config with a part replaced ends', () => {
  const edit = fc.record({
    text: fc.constantFrom(TABLE, BOARD),
    at: fc.nat(200),
    drop: fc.nat(20),
    parts: fc.array(piece, { maxLength: 4 }),
  })
  fc.assert(
    fc.property(edit, ({ text, at, drop, parts }) => {
      expect(endOf(text.slice(0, at) + parts.join('') + text.slice(at + drop))).toMatch(END)
    }),
    { numRuns: 4_000 },
  )
})

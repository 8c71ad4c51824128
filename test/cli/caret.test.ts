import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { caret, caretName } from '../../src/cli/caret.ts'

it.each([
  { what: 'an escape sequence', text: '\x1b[2J', shown: '^[[2J' },
  { what: 'a bell, a backspace, NUL', text: '\x07\b\0', shown: '^G^H^@' },
  { what: 'a carriage return', text: 'one\r\n', shown: 'one^M\n' },
  { what: 'a delete', text: '\x7f', shown: '^?' },
  { what: 'the sequence introducer of one byte', text: '\x9b2J', shown: '<U+009B>2J' },
  { what: 'a mark that turns the order around', text: 'a\u202eb', shown: 'a<U+202E>b' },
  { what: 'tabs, line ends and letters', text: '\tÄ 北 😀\n', shown: '\tÄ 北 😀\n' },
])('shows $what', ({ text, shown }) => {
  expect(caret(text)).toBe(shown)
})

it('keeps a name on its line', () => {
  expect(caretName('a\nb\tc')).toBe('a^Jb^Ic')
})

/** Every control character, every mark of direction, and letters. */
const unit = fc.integer({ min: 0, max: 0x2100 }).map((code) => String.fromCharCode(code))

it('leaves nothing that a terminal obeys, whatever the text', () => {
  fc.assert(
    fc.property(fc.string({ unit }), (text) => {
      expect([...caret(text)].filter((one) => one < ' ' && one !== '\n' && one !== '\t')).toEqual([])
      expect([...caretName(text)].filter((one) => one < ' ' || (one >= '\x7f' && one <= '\x9f'))).toEqual([])
      expect(caret(caret(text))).toBe(caret(text))
    }),
  )
})

import { array, assert, bigInt, boolean, constantFrom, oneof, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeFrontMatter, encodeFrontMatter, type Field, reviseStructured } from '../../src/core/codec.ts'
import { splitFrontMatter } from '../../src/core/front-matter.ts'

const NAMES = ['title', 'status']

describe('a text is split', () => {
  test.each([
    ['plain', '---\na: 1\n---\nbody', ['---\n', 'a: 1\n', '---\n', 'body']],
    ['CRLF', '---\r\na: 1\r\n---\r\nbody\r\n', ['---\r\n', 'a: 1\r\n', '---\r\n', 'body\r\n']],
    ['no body, no final line end', '---\na: 1\n---', ['---\n', 'a: 1\n', '---', '']],
    ['a body that begins with ---', '---\na: 1\n---\n---\nb\n---\n', ['---\n', 'a: 1\n', '---\n', '---\nb\n---\n']],
    ['nothing between', '---\n---\nbody', ['---\n', '', '---\n', 'body']],
    ['a byte order mark', '\uFEFF---\na: 1\n---\nb', ['\uFEFF---\n', 'a: 1\n', '---\n', 'b']],
    ['blanks behind the lines', '---  \na: 1\n---\t\nb', ['---  \n', 'a: 1\n', '---\t\n', 'b']],
    ['an indented --- is of the YAML', '---\na: |\n  ---\n---\nb', ['---\n', 'a: |\n  ---\n', '---\n', 'b']],
    ['a separator that only JavaScript takes for a line end', '---\na: x\u2028---\n---\nb', ['---\n', 'a: x\u2028---\n', '---\n', 'b']],
  ])('%s', (_, text, [opening, yaml, closing, body]) => {
    expect(splitFrontMatter(text)).toEqual({ opening, yaml, closing, body })
  })

  test.each(['', '<p>', 'a: 1\n---\nb', '---\na: 1\n', '----\na: 1\n---\n', ' ---\na: 1\n---\n', '---\na: 1\n--- # no\n'])('not %j', (text) => {
    expect(splitFrontMatter(text)).toBeUndefined()
  })
})

describe('a file that cannot be read', () => {
  test.each([
    ['<p>', 'no-front-matter', 'Cannot read a.html: it has no front matter; begin it with a line ---, then title, status, each on a line, then ---'],
    ['---\ntitle: x\nstatus: y\n', 'no-front-matter', 'Cannot read a.html: its front matter has no end; close it with a line ---'],
    ['---\ntitle: x\n---\n', 'missing-field', 'Cannot read a.html:2:1: the field "status" is missing; write null for none'],
    ['---\ntitle: x\nstatos: y\n---\n', 'unknown-field', 'Cannot read a.html:3:1: unknown field "statos"; did you mean "status"?'],
    ['---\ntitle: x: y\nstatus: y\n---\n', 'invalid-yaml', expect.stringContaining('Cannot read a.html:2:8: ')],
  ])('%j', (text, code, message) => {
    expect(decodeFrontMatter(text, NAMES, 'a.html')).toEqual({ problem: { path: 'a.html', code, message } })
  })
})

const value = oneof(string({ unit: 'grapheme' }), string(), bigInt(), boolean(), constantFrom('---', '---\n', '\n---\nx', '...', '', 'a\r\n---\r\n', null))
const body = oneof(string(), array(constantFrom('---', '\n', '\r\n', 'x', ' ', '\uFEFF', 'a: b'), { maxLength: 12 }).map((parts) => parts.join('')))

test('any fields and any body come back', () => {
  assert(property(value, value, body, (title, status, text) => {
    const file = encodeFrontMatter([['title', title], ['status', status]], text)
    expect(decodeFrontMatter(file, NAMES, 'a')).toEqual({ values: [title, status, text] })
  }))
})

test('a text is revised to what another one says, and is itself where it says it', () => {
  assert(property(value, value, body, value, body, constantFrom('\n', '\r\n'), (title, status, text, next, other, end) => {
    const fields: Field[] = [['title', title], ['status', status]]
    const canonical = encodeFrontMatter(fields, text)
    const file = `---${end}# why${end}status: ~${end}title: ${title === null ? 'x' : '~'}${end}---${end}`
    const worded = reviseStructured(file, canonical)
    expect(decodeFrontMatter(worded, NAMES, 'a')).toEqual({ values: [title, status, text] })
    expect(reviseStructured(worded, canonical)).toBe(worded)
    const wanted = encodeFrontMatter([['title', next], ['status', status]], other)
    expect(decodeFrontMatter(reviseStructured(worded, wanted), NAMES, 'a')).toEqual({ values: [next, status, other] })
  }))
})

test('comments and order stay, and the body is the new one', () => {
  const file = '---\r\nstatus: publish # for all\r\ntitle: "Home"\r\n---\r\n<p>\r\n'
  expect(reviseStructured(file, encodeFrontMatter([['title', 'House'], ['status', 'publish']], '<b>\n')))
    .toBe('---\r\nstatus: publish # for all\r\ntitle: House\r\n---\r\n<b>\n')
  expect(reviseStructured('---\ntitle: a\n---', encodeFrontMatter([['title', 'a']], '<b>'))).toBe('---\ntitle: a\n---\n<b>')
  expect(reviseStructured('<p>', encodeFrontMatter([['title', 'a']], '<b>'))).toBe('---\ntitle: a\n---\n<b>')
})

import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeName, disarmDevice, encodeName, isDeviceName, nameEncoder } from '../../src/core/names.ts'
import { faultOf } from '../support/names.ts'

/** Text made of what breaks names: any UTF-16 unit, and the pieces with a meaning somewhere. */
const nasty = fc.array(
  fc.oneof(
    fc.constantFrom('.', '..', ' ', '%', '-', '_', '/', '\\', ':', '|', '~', '\0', '\n', '\u007F', '\uFEFF'),
    fc.constantFrom('con', 'PRN', 'aux', 'NUL', 'Com', 'lpt', '1', '9', '¹', '³', 'CONIN$', 'conout$'),
    fc.constantFrom('%41', '%2E', '%2e', '%uD800', '%u00B9', 'u', '\uD800', '\uDC00', '\uD83D', '\uDE00'),
    fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
    fc.string({ unit: 'binary', maxLength: 4 }),
  ),
  { maxLength: 6 },
).map((parts) => parts.join(''))

const place = fc.record({
  first: fc.boolean(),
  last: fc.boolean(),
  delimiter: fc.constantFrom(undefined, ...' !#$&\'()+,-.;=@[]^_`{}~'),
})

describe('encodeName', () => {
  it.each([
    ['keeps words', 'Header Include_v2-final (1).html', 'Header Include_v2-final (1).html'],
    ['keeps other scripts', 'шаблон 模板 é 😀', 'шаблон 模板 é 😀'],
    ['marks the empty value', '', '%'],
    ['escapes the escape', '100%', '100%25'],
    ['escapes what looks like an escape', '%41', '%2541'],
    ['escapes separators', 'a/b\\c:d', 'a%2Fb%5Cc%3Ad'],
    ['escapes what Windows forbids', '<>"|?*', '%3C%3E%22%7C%3F%2A'],
    ['escapes control characters', '\0\t\n\u001F\u007F', '%00%09%0A%1F%7F'],
    ['keeps C1 control characters', '\u0085', '\u0085'],
    ['escapes a lone high surrogate', 'a\uD83Db', 'a%uD83Db'],
    ['escapes a lone low surrogate', '\uDE00', '%uDE00'],
    ['escapes surrogates in the wrong order', '\uDE00\uD83D', '%uDE00%uD83D'],
    ['escapes .', '.', '%2E'],
    ['escapes ..', '..', '%2E%2E'],
    ['escapes the outer dots of ...', '...', '%2E.%2E'],
    ['escapes a leading dot', '.htaccess', '%2Ehtaccess'],
    ['keeps inner dots', 'a..b', 'a..b'],
    ['escapes a trailing dot', 'a.', 'a%2E'],
    ['escapes the last of trailing spaces', 'a  ', 'a %20'],
    ['keeps a leading space', ' a', ' a'],
    ['escapes a space alone', ' ', '%20'],
    ['disarms a device', 'CON', '%43ON'],
    ['disarms a device in lower case', 'nul', '%6Eul'],
    ['disarms a device with an extension', 'aux.tar.gz', '%61ux.tar.gz'],
    ['disarms a device with spaces before the dot', 'con  .txt', '%63on  .txt'],
    ['disarms a device with trailing space', 'con ', 'con%20'],
    ['disarms a numbered device', 'Com0', '%43om0'],
    ['disarms a superscript device', 'LPT³.x', '%4CPT³.x'],
    ['disarms a console', 'conin$', '%63onin$'],
    ['keeps a longer word', 'console', 'console'],
    ['keeps a longer number', 'COM10', 'COM10'],
    ['keeps a device as extension', 'a.con', 'a.con'],
    ['keeps a device after a space', ' con', ' con'],
  ])('%s', (_, value, name) => {
    expect(encodeName(value)).toBe(name)
    expect(decodeName(name)).toBe(value)
    expect(faultOf(name)).toBeUndefined()
  })

  it('gives a safe name back that decodes to the value', () => {
    fc.assert(fc.property(nasty, (value) => {
      const name = encodeName(value)
      expect(decodeName(name)).toBe(value)
      expect(faultOf(name)).toBeUndefined()
      expect(name.startsWith('.')).toBe(false)
    }), { numRuns: 20_000 })
  })

  it('encodes only what is unsafe', () => {
    fc.assert(fc.property(nasty, (value) => {
      const safe = faultOf(value) === undefined && !value.startsWith('.') && !value.includes('%')
      expect(encodeName(value) === value).toBe(safe)
    }), { numRuns: 10_000 })
  })
})

describe('nameEncoder', () => {
  it.each([
    ['in the middle', { first: false, last: false }, '.a. ', '.a. '],
    ['at the start', { first: true, last: false }, '.a. ', '%2Ea. '],
    ['at the end', { first: false, last: true }, '.a. ', '.a.%20'],
    ['before a dash', { first: false, last: false, delimiter: '-' }, '-a--', '%2Da%2D%2D'],
    ['before a dot', { first: true, last: false, delimiter: '.' }, '.a.', '%2Ea%2E'],
    ['before a bracket', { first: false, last: false, delimiter: ']' }, '[^]', '[^%5D'],
    ['before a caret', { first: false, last: false, delimiter: '^' }, '^a', '%5Ea'],
    ['a device, which only the whole name can tell', { first: true, last: true }, 'con', 'con'],
  ])('%s', (_, where, value, name) => {
    expect(nameEncoder(where)(value)).toBe(name)
  })

  it('decodes to the value and never contains the delimiter', () => {
    fc.assert(fc.property(place, nasty, (where, value) => {
      const name = nameEncoder(where)(value)
      expect(decodeName(name)).toBe(value)
      expect(name).not.toBe('')
      expect(where.delimiter !== undefined && name.includes(where.delimiter)).toBe(false)
    }), { numRuns: 20_000 })
  })
})

describe('decodeName', () => {
  it.each([
    ['no name', ''],
    ['% in front of text', '%a'],
    ['% at the end', 'a%'],
    ['two %', '%%'],
    ['half an escape', '%4'],
    ['lower case digits', '%2f'],
    ['a byte beyond ASCII', '%80'],
    ['no hexadecimal digits', '%GG'],
    ['half a surrogate', '%uD80'],
    ['a lower case surrogate', '%ud800'],
    ['neither surrogate nor device digit', '%u0041'],
  ])('refuses %s', (_, name) => {
    expect(decodeName(name)).toBeUndefined()
  })

  it.each([
    ['text', 'a b', 'a b'],
    ['an escape that was not needed', '%61b', 'ab'],
    ['a surrogate pair in two escapes', '%uD83D%uDE00', '😀'],
    ['an escape that decodes to another', '%2541', '%41'],
    ['a superscript digit', 'COM%u00B9', 'COM¹'],
  ])('reads %s', (_, name, value) => {
    expect(decodeName(name)).toBe(value)
  })
})

describe('disarmDevice', () => {
  it.each([
    ['COM¹', 3, 'COM%u00B9'],
    ['CON.txt', 3, 'CON%2Etxt'],
    ['CON .txt', 3, 'CON%20.txt'],
    ['CONIN$', 5, 'CONIN%24'],
    ['icon.txt', 1, 'icon.txt'],
  ])('%s at %i', (name, index, disarmed) => {
    expect(disarmDevice(name, index)).toBe(disarmed)
    expect(isDeviceName(disarmed)).toBe(false)
  })
})

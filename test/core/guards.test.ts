import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { DEFAULT_GUARDS, guardContent, type Guards, guardSize, guardStat, misplacedVerdict, undoneVerdict } from '../../src/core/guards.ts'

const LENIENT: Guards = { ...DEFAULT_GUARDS, allowEmpty: true }

/** A letter is a byte: `ÿ` is 0xff. */
const bytes = (latin1: string): Uint8Array => Uint8Array.from(latin1, (letter) => letter.charCodeAt(0))
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

const PATH = 'a/x.html'
const ANEW = 'Fill it again, or confirm with: rowtree resolve a/x.html --prefer tree'

describe('a template that a board evaluates', () => {
  const guards: Guards = { ...DEFAULT_GUARDS, evaluated: ['template_sets/'] }
  const path = 'template_sets/a/b.html'

  it('is held where it is unsafe', () => {
    expect(guardContent(path, utf8('a\n${b}'), utf8('x'), false, guards)).toEqual({
      code: 'unsafe-template',
      message: `Cannot import ${path}: the template has a "\${", which PHP runs, at line 2. MyBB refuses such a template. Mend it, or confirm with: rowtree resolve ${path} --prefer tree (or --prefer store)`,
    })
    expect(guardContent(path, utf8('{$a()}'), undefined, false, guards)?.message).toMatch(/ Mend it, or confirm with: rowtree resolve \S+ --prefer tree$/)
  })

  it.each<[why: string, path: string, text: string, guards: Guards]>([
    ['it is safe', path, '{$a}', guards],
    ['it is no template', 'styles/a/b.css', '${b}', guards],
    ['nobody evaluates it', path, '${b}', DEFAULT_GUARDS],
  ])('comes in where %s', (_, where, text, some) => {
    expect(guardContent(where, utf8(text), utf8('x'), false, some)).toBeUndefined()
  })
})

describe('guardStat', () => {
  const agreed = { size: 10_000, mtime: 5, inode: 7 }

  it.each([0, 512, 8_192])('holds a file that lost all but its first %i bytes although nobody wrote to it', (size) => {
    expect(guardStat(PATH, { ...agreed, size }, agreed)).toMatchObject({
      code: 'file-cut-short',
      message: expect.stringMatching(/^Cannot import a\/x\.html: it has [0-9,]+ bytes of 10,000, and nobody .* with: rowtree resolve a\/x\.html --prefer store \(or --prefer tree\)$/),
    })
  })

  it.each([
    ['somebody wrote to it', { ...agreed, size: 512, mtime: 6 }],
    ['it is another file', { ...agreed, size: 512, inode: 8 }],
    ['it did not become shorter', agreed],
    ['it ends within a block', { ...agreed, size: 513 }],
  ])('lets a file pass where %s', (_, file) => {
    expect(guardStat(PATH, file, agreed)).toBeUndefined()
  })

  it('lets a file pass that is not known', () => {
    expect(guardStat(PATH, agreed, undefined)).toBeUndefined()
  })
})

describe('guardContent', () => {
  it.each<[name: string, file: Uint8Array, row: Uint8Array | undefined, message: string | undefined]>([
    ['a text', utf8('<p>\n'), utf8('<b>\n'), undefined],
    ['a new text', utf8('<p>\n'), undefined, undefined],
    ['a text of other scripts', utf8('é模😀\u{10FFFF}\n'), utf8('x'), undefined],
    ['a byte order mark and text', utf8('\uFEFFx'), utf8('x'), undefined],
    ['control characters', bytes('\u0001\u001B\u007F\r'), utf8('x'), undefined],
    ['the replacement character itself', utf8('\uFFFD x \uFFFD'), utf8('x'), undefined],
    ['a single visible byte', utf8('.'), utf8('x'), undefined],
    ['a no-break space, which somebody typed', utf8('\u00A0'), utf8('x'), undefined],

    ['an emptied file', bytes(''), utf8('x'), `it is empty, but its row is not. ${ANEW}`],
    ['only white space', utf8(' \t\r\n\v\f'), utf8('x'), `it is only white space, but its row is not. ${ANEW}`],
    ['only a byte order mark', utf8('\uFEFF\n'), utf8('x'), `it is only white space, but its row is not. ${ANEW}`],
    ['a row that was empty before', bytes(''), utf8(' \n'), undefined],
    ['white space for an empty row', utf8('\n'), bytes(''), undefined],
    ['an empty new file', bytes(''), undefined, 'it is new and empty. Fill it, or confirm with: rowtree resolve a/x.html --prefer tree'],
    ['a new file of white space', utf8('\n'), undefined, 'it is new and only white space. Fill it, or confirm with: rowtree resolve a/x.html --prefer tree'],

    [
      'Latin-1',
      bytes('<p>\ncaf\u00E9\n'),
      utf8('x'),
      "it is not UTF-8 at byte 7 (line 2). Save it as UTF-8, or take the row's content with: rowtree resolve a/x.html --prefer store",
    ],
    ['Latin-1 in a new file', bytes('\u00FC'), undefined, 'it is not UTF-8 at byte 0 (line 1). Save it as UTF-8'],
    ['a character cut at the end', utf8('€').subarray(0, 2), undefined, 'it is not UTF-8 at byte 0 (line 1). Save it as UTF-8'],
    ['a lone surrogate', bytes('a\u00ED\u00A0\u0080'), undefined, 'it is not UTF-8 at byte 1 (line 1). Save it as UTF-8'],
    ['an overlong slash', bytes('\n\n\u00C0\u00AF'), undefined, 'it is not UTF-8 at byte 2 (line 3). Save it as UTF-8'],
    ['beyond Unicode', bytes('\u00F4\u0090\u0080\u0080'), undefined, 'it is not UTF-8 at byte 0 (line 1). Save it as UTF-8'],
    ['what is invalid after a replacement character', Uint8Array.of(...utf8('\uFFFD\n'), 0xff), undefined, 'it is not UTF-8 at byte 4 (line 2). Save it as UTF-8'],
    ['what is invalid after a byte order mark', utf8('\uFEFFa\n').fill(0xff, 4), undefined, 'it is not UTF-8 at byte 4 (line 1). Save it as UTF-8'],
    ['what is invalid after the first characters of 2, 3 and 4 bytes', Uint8Array.of(...utf8('\u0080\u0800\u{10000}'), 0xff), undefined, 'it is not UTF-8 at byte 9 (line 1). Save it as UTF-8'],
    ['UTF-16, as Windows writes it', bytes('\u00FF\u00FEa\0'), undefined, 'it is UTF-16. Save it as UTF-8'],
    ['UTF-16, the other way round', bytes('\u00FE\u00FF\0a'), undefined, 'it is UTF-16. Save it as UTF-8'],

    [
      'a NUL',
      bytes('ab\r\nc\0d\0'),
      utf8('x'),
      "it holds a NUL at byte 5 (line 2), where databases cut a text. Remove it, or take the row's content with: rowtree resolve a/x.html --prefer store",
    ],
    ['zeros, as a crash leaves them', bytes('\0\0\0'), undefined, 'it holds a NUL at byte 0 (line 1), where databases cut a text. Remove it'],
    ['a NUL before what is invalid: the file is no text at all', bytes('\0\u00FF'), undefined, 'it is not UTF-8 at byte 1 (line 1). Save it as UTF-8'],
  ])('%s', (_, file, row, message) => {
    expect(guardContent(PATH, file, row, false, DEFAULT_GUARDS)?.message).toBe(message && `Cannot import a/x.html: ${message}`)
  })

  it.each<[code: string | undefined, file: string, row: string | undefined, binary: boolean, guards: Guards]>([
    ['file-emptied', '', 'x', false, DEFAULT_GUARDS],
    ['file-emptied', '', 'x', true, DEFAULT_GUARDS],
    ['file-emptied', '', undefined, true, DEFAULT_GUARDS],
    [undefined, '', 'x', false, LENIENT],
    [undefined, ' ', undefined, true, LENIENT],
    ['not-utf8', '\u00FF', 'x', false, LENIENT],
    [undefined, '\u00FF', 'x', true, DEFAULT_GUARDS],
    ['holds-nul', '\0', 'x', false, LENIENT],
    [undefined, '\0', 'x', true, DEFAULT_GUARDS],
  ])('%s: %j for %j, binary: %s', (code, file, row, binary, guards) => {
    expect(guardContent(PATH, bytes(file), row === undefined ? undefined : bytes(row), binary, guards)?.code).toBe(code)
  })
})

/** Bytes that meet at the borders of what is UTF-8, and lines. */
const mixed = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 3 }),
      fc.constantFrom(0x00, 0x0a, 0x20, 0x7f, 0x80, 0xbf, 0xc1, 0xc2, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0xff).map((byte) => Uint8Array.of(byte)),
      fc.string({ unit: 'binary', maxLength: 3 }).map(utf8),
      fc.constant(utf8('\uFFFD')),
    ),
    { maxLength: 8 },
  )
  .map((parts) => Uint8Array.from(parts.flatMap((part) => [...part])))

test('whatever the bytes, a guard answers, and names the first that is invalid', () => {
  fc.assert(
    fc.property(mixed, fc.option(mixed, { nil: undefined }), fc.boolean(), fc.constantFrom(DEFAULT_GUARDS, LENIENT), (file, row, binary, guards) => {
      const verdict = guardContent(PATH, file, row, binary, guards)
      fc.pre(verdict?.code !== 'file-emptied')
      const valid = binary ? file.length : longestValid(file)
      const code = valid < file.length ? 'not-utf8' : !binary && file.includes(0) ? 'holds-nul' : undefined
      expect(verdict?.code).toBe(code)
      const offset = code === 'holds-nul' ? file.indexOf(0) : valid
      const line = file.subarray(0, offset).filter((byte) => byte === 0x0a).length + 1
      const place = code === undefined ? '' : isUtf16(file) ? 'it is UTF-16' : `at byte ${offset} (line ${line})`
      expect(verdict?.message ?? '').toContain(place)
    }),
    { numRuns: 5_000 },
  )
})

function isUtf16(file: Uint8Array): boolean {
  return /^(\u00FF\u00FE|\u00FE\u00FF)/.test(String.fromCharCode(...file))
}

/** How many bytes from the start are whole characters. */
function longestValid(content: Uint8Array): number {
  const strict = new TextDecoder('utf-8', { fatal: true })
  const isValid = (length: number): boolean => {
    try {
      strict.decode(content.subarray(0, length))
      return true
    } catch {
      return false
    }
  }
  let longest = content.length
  while (!isValid(longest)) longest--
  return longest
}

test('a file in memory that threads share is judged alike', () => {
  const shared = new Uint8Array(new SharedArrayBuffer(3))
  shared.set([0x61, 0x0a, 0xff])
  expect(guardContent(PATH, shared, undefined, false, DEFAULT_GUARDS)?.message).toContain('at byte 2 (line 2)')
  shared.set([0x62], 2)
  expect(guardContent(PATH, shared, undefined, false, DEFAULT_GUARDS)).toBeUndefined()
})

describe('guardSize', () => {
  const guards = { ...DEFAULT_GUARDS, maxFileSize: 1_000 }

  it('lets the limit itself pass', () => {
    expect(guardSize(PATH, 1_000, guards)).toBeUndefined()
    expect(guardSize(PATH, 8 * 2 ** 20, DEFAULT_GUARDS)).toBeUndefined()
    expect(guardSize(PATH, 8 * 2 ** 20 + 1, DEFAULT_GUARDS)?.code).toBe('file-too-large')
  })

  it('holds what is larger', () => {
    expect(guardSize(PATH, 1_001, guards)).toEqual({
      code: 'file-too-large',
      message:
        'Cannot import a/x.html: it has 1,001 bytes, more than guards.maxFileSize (1,000). ' +
        'Shorten it, raise the limit, or confirm with: rowtree resolve a/x.html --prefer tree',
    })
  })
})

describe('verdicts', () => {
  it('says where a file belongs', () => {
    expect(misplacedVerdict('Old/x.html', 'New/x.html')).toEqual({
      code: 'misplaced',
      message: 'Cannot import Old/x.html: the file of its row belongs at New/x.html. Move it there',
    })
  })

  it('says why an undone path is left alone', () => {
    expect(undoneVerdict('My Theme/a.css')).toEqual({
      code: 'undone',
      message:
        'Cannot sync My Theme/a.css: an undo took this change back; it stays out until the file or its row changes. ' +
        "Decide with: rowtree resolve 'My Theme/a.css' --prefer tree (or --prefer store)",
    })
  })
})

import { describe, expect, it } from 'vitest'
import { cacheFiles, cachePaths, isCacheable } from '../../../src/store/mybb/cache-files.ts'
import { BOARDS, haveBoards } from './boards.ts'

function made(css: string): { plain: string; minified: string } {
  const [plain, minified] = cacheFiles(2, 'a.css', Buffer.from(css)).map(({ bytes }) => Buffer.from(bytes).toString())
  return { plain: plain!, minified: minified! }
}

describe('the plain file of', () => {
  it.each([
    ['a { color: red; }', 'a { color: red; }'],
    ['a { b: url(images/a.png); }', 'a { b: url(../../../images/a.png); }'],
    ['a { b: url("images/a.png"); }', 'a { b: url(../../../images/a.png); }'],
    ["a { b: url('a.png'), url(b.png); }", 'a { b: url(../../../a.png), url(../../../b.png); }'],
    ['a { b: url({theme}/a.png); }', 'a { b: url(../../../cache/themes/theme2/a.png); }'],
    ['/* {theme} */', '/* cache/themes/theme2 */'],
    ['a { b: url(/a.png); }', 'a { b: url(/a.png); }'],
    ['a { b: url("https://x/a.png"); }', 'a { b: url(https://x/a.png); }'],
    ['a { b: url(//x/a.png); }', 'a { b: url(//x/a.png); }'],
    ['a { b: url(data:image/png;base64,AA==); }', 'a { b: url(data:image/png;base64,AA==); }'],
    ['a { b: url(../../../a.png); }', 'a { b: url(../../../a.png); }'],
    ['a { b: url(../a.png); }', 'a { b: url(../../../../a.png); }'],
    ['a { b: url("a b.png"); }', 'a { b: url("a b.png"); }'],
    ['a { content: "ü€😀"; }', 'a { content: "ü€😀"; }'],
    ['', ''],
  ])('%j', (css, plain) => {
    expect(made(css).plain).toBe(plain)
  })
})

describe('the smaller file of', () => {
  it.each([
    ['a {\n\tcolor: red;\n\tmargin : 0 ;\n}\n\nb, c { x: y; }\n', 'a{color:red;margin:0}b,c{x:y}'],
    ['/* one */ a { b: c } /* two\n * three */', 'a{b:c}'],
    ['a { b: #aabbcc; c: #AAbBcc; d: #aabbcd; }', 'a{b:#abc;c:#Abc;d:#aabbcd}'],
    ['a { b: url(x.png) }', 'a{b:url(../../../x.png)}'],
    ['\u{a0}a { b: "ü" }\u{a0}', '\u{a0}a{b:"ü"}\u{a0}'],
    ['/* never closed', '/* never closed'],
    ['', ''],
  ])('%j', (css, minified) => {
    expect(made(css).minified).toBe(minified)
  })
})

it('bytes that are no text stay as they are', () => {
  const [plain] = cacheFiles(2, 'a.css', Uint8Array.of(0x61, 0xff, 0x00, 0x80))
  expect([...plain.bytes]).toEqual([0x61, 0xff, 0x00, 0x80])
})

it.each([
  ['a.css', true], ['a.min.css', true], ['ä b.css', true], ['a.css.css', true],
  ['a', false], ['.css', false], ['../a.css', false], ['a/b.css', false], ['a\\b.css', false], ['..css', false], ['a\0.css', false], ['c:a.css', false], ['a.css\n', false],
])('the stylesheet %j can be a file: %s', (name, can) => {
  expect(isCacheable(name)).toBe(can)
})

it('two paths belong to a stylesheet', () => {
  expect(cachePaths(7, 'a.css')).toEqual(['cache/themes/theme7/a.css', 'cache/themes/theme7/a.min.css'])
  expect(cacheFiles(7, 'a.css', new Uint8Array()).map(({ path }) => path)).toEqual(cachePaths(7, 'a.css'))
})

it.skipIf(!haveBoards)('the stylesheets of a stock board become smaller', () => {
  for (const { tid, name, stylesheet } of BOARDS[0]![1]().sheets) {
    const [plain, minified] = cacheFiles(tid, name, Buffer.from(stylesheet))
    expect(minified.bytes.length).toBeLessThan(plain.bytes.length)
    expect(Buffer.from(plain.bytes).toString()).not.toContain('{theme}')
  }
})

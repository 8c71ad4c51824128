import { execFileSync } from 'node:child_process'
import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { resolveCommand } from '../../src/core/remedy.ts'

describe('resolveCommand', () => {
  it.each([
    ['a/x-1.html', 'a/x-1.html'],
    ['Über/模板.css', 'Über/模板.css'],
    ['My Theme/a.css', `'My Theme/a.css'`],
    ["it's.html", String.raw`'it'\''s.html'`],
    ['$(reboot).html', `'$(reboot).html'`],
    ['a&b;c.html', `'a&b;c.html'`],
    ['~/x', `'~/x'`],
    ['-rf.html', './-rf.html'],
    ['- a.html', `'./- a.html'`],
    ['100%25.html', `'100%25.html'`],
  ])('%s', (path, word) => {
    expect(resolveCommand(path, 'tree')).toBe(`rowtree resolve ${word} --prefer tree`)
    expect(resolveCommand(path, 'merge')).toBe(`rowtree resolve ${word} --prefer merge`)
  })
})

test.skipIf(process.platform === 'win32')('a shell reads the path as it is', () => {
  const letters = fc.constantFrom(...' \'"\\$`!*?[]{}()<>|&;#~=%^-_.,:+@/\tä模aZ0\n')
  const paths = fc.array(fc.string({ unit: letters, minLength: 1, maxLength: 8 }), { minLength: 200, maxLength: 200 })
  fc.assert(
    fc.property(paths, (names) => {
      const words = names.map((name) => resolveCommand(name, 'tree').slice('rowtree resolve '.length, -' --prefer tree'.length))
      const read = execFileSync('sh', ['-c', `printf '%s\\0' ${words.join(' ')}`], { encoding: 'utf8' }).split('\0').slice(0, -1)
      expect(read).toEqual(names.map((name) => (name.startsWith('-') ? `./${name}` : name)))
    }),
    { numRuns: 5 },
  )
})

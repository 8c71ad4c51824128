import { array, assert, constantFrom, nat, property, record } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { scopeOf } from '../../src/core/scope.ts'
import { WatchFilter, type WatchRules } from '../../src/core/watched.ts'

const filter = (rules: Partial<WatchRules> = {}): WatchFilter => new WatchFilter({ suffix: '.tmp', ignore: [], tracked: [], ...rules })

describe('a file', () => {
  it.each<[name: string, rules: Partial<WatchRules>, path: string, taken: boolean]>([
    ['any other', {}, 'a/x.html', true],
    ['in the root', {}, 'x', true],
    ['a temp of ours', {}, 'a/.rowtree-1a-2b-0-0-0.tmp', false],
    ['whatever ends so', {}, 'a/x.tmp', false],
    ['the suffix of the config alone', { suffix: '.part' }, 'x.tmp', true],
    ['another suffix', { suffix: '.part' }, 'x.part', false],
    ['the suffix inside the name', {}, 'x.tmp.html', true],
    ['the suffix of a directory', {}, 'x.tmp/y.html', true],
    ['the suffix in another case', {}, 'x.TMP', true],
    ['the suffix comes before a pattern that takes it back', { ignore: ['*', '!*.tmp'] }, 'x.tmp', false],
    ['the suffix of a row', { tracked: ['a/x.tmp'] }, 'a/x.tmp', true],
    ['the suffix of a row elsewhere', { tracked: ['a/x.tmp'] }, 'b/x.tmp', false],
    ['a backup', {}, 'a/x.html~', false],
    ['a swap file', {}, 'a/.x.html.swp', false],
    ["Vim's attempt", {}, 'a/4913', false],
    ["Emacs' lock", {}, 'a/.#x.html', false],
    ['a copy before a change', {}, 'x.bak', false],
    ["a merge's original", {}, 'x.html.orig', false],
    ["macOS' own", {}, 'a/.DS_Store', false],
    ['in .rowtree', {}, '.rowtree/baseline.db', false],
    ['in .git', {}, 'a/.git/index', false],
    ['a dropping that a pattern takes back', { ignore: ['!x.bak'] }, 'x.bak', false],
    ['a dropping that is a row', { tracked: ['x.bak'] }, 'x.bak', true],
    ['an ignored name', { ignore: ['*.log'] }, 'a/b/x.log', false],
    ['below an ignored directory', { ignore: ['cache/'] }, 'a/cache/b/x.html', false],
    ['a file named like an ignored directory', { ignore: ['cache/'] }, 'a/cache', true],
    ['taken back', { ignore: ['*.log', '!keep.log'] }, 'a/keep.log', true],
    ['taken back and ignored again', { ignore: ['*.log', '!keep.log', '/a/'] }, 'a/keep.log', false],
    ['taken back below an ignored directory', { ignore: ['cache/', '!cache/x.html'] }, 'cache/x.html', false],
    ['taken back below an ignored content', { ignore: ['cache/*', '!cache/x.html'] }, 'cache/x.html', true],
    ['all but some', { ignore: ['*', '!*/', '!*.html'] }, 'a/x.css', false],
    ['some of all', { ignore: ['*', '!*/', '!*.html'] }, 'a/x.html', true],
    ['in another case', { ignore: ['*.LOG'] }, 'x.log', true],
    ['ignored, row or not', { ignore: ['*.log'], tracked: ['x.log'] }, 'x.log', false],
    ['below a directory that an export is filling', {}, 'a/.rowtree-1a-2b-0-0-0.tmp/x.html', false],
    ['below one that a row is in', { tracked: ['.rowtree-x.tmp/x.html'] }, '.rowtree-x.tmp/x.html', true],
  ])('%s', (_, rules, path, taken) => {
    expect(filter(rules).takes(path)).toBe(taken)
  })

  it('takes part once it is tracked, whatever it looks like', () => {
    const one = filter({ tracked: ['a.bak'] })
    expect(['a.bak', 'b.bak', 'c.tmp'].map((path) => one.takes(path))).toEqual([true, false, false])
    one.track(['b.bak', 'c.tmp'])
    expect(['a.bak', 'b.bak', 'c.tmp', 'd.tmp'].map((path) => one.takes(path))).toEqual([true, true, true, false])
  })
})

describe('a directory', () => {
  it.each<[name: string, rules: Partial<WatchRules>, path: string, entered: boolean]>([
    ['any other', {}, 'a/b', true],
    ['the root', { ignore: ['*'] }, '', true],
    ['of git', {}, '.git', false],
    ['below the one of git', {}, 'a/.git/refs', false],
    ['below one that an export is filling', {}, '.rowtree-1a-2b-0-0-0.tmp/a', false],
    ['of git, deeper', {}, 'a/.git', false],
    ['of git, in capitals', {}, '.GIT', false],
    ['of Subversion', {}, 'a/.svn', false],
    ['of Mercurial', {}, '.hg', false],
    ['of rowtree', {}, '.rowtree', false],
    ['of a name that only begins so', {}, '.github', true],
    ['that an export is filling', {}, 'a/.rowtree-1a-2b-0-0-0.tmp', false],
    ['with the suffix', {}, 'a/b.tmp', true],
    ['named like a dropping', {}, 'a/old.bak', true],
    ['ignored', { ignore: ['cache/'] }, 'a/cache', false],
    ['below one that is ignored', { ignore: ['/a/'] }, 'a/b/c', false],
    ['ignored by a name', { ignore: ['cache'] }, 'cache', false],
    ['ignored and taken back', { ignore: ['cache/', '!/a/cache/'] }, 'a/cache', true],
    ['whose contents alone are ignored', { ignore: ['cache/*'] }, 'cache', true],
    ['tracked files do not open it', { ignore: ['cache/'], tracked: ['cache/x.html'] }, 'cache', false],
  ])('%s', (_, rules, path, entered) => {
    expect(filter(rules).enters(path)).toBe(entered)
  })
})

const step = constantFrom('a', 'b', 'a.b', 'x.html', ' a', '#a', '!a', '[a]', 'a*')
const pattern = constantFrom(
  '*', '**', 'a', 'b', 'a/', 'b/', '/a', '/b/', 'a/*', 'a/**', '**/a', 'a/b', '/a/b/', 'a/**/b', '*/b', '*.html', 'a*', '[ab]', '?', '\\#a', '#a', '', 'a ', '\\!a', ' a', '!*/',
)
const patterns = array(record({ pattern, negated: nat(2) }), { maxLength: 6 })

/** Directories of a path, from the outermost. */
const above = (path: string): string[] => path.split('/').slice(0, -1).map((_, index, steps) => steps.slice(0, index + 1).join('/'))

describe('whatever the patterns', () => {
  const lines = patterns.map((all) => all.map(({ pattern: one, negated }) => (negated === 0 ? `!${one}` : one)))
  const path = array(step, { minLength: 1, maxLength: 4 }).map((steps) => steps.join('/'))

  it('what takes part in a cycle is taken, and each directory above it is entered', () => {
    let inside = 0
    assert(property(lines, path, (ignore, one) => {
      const watched = filter({ ignore })
      const inScope = scopeOf({ ignore })(one)
      if (inScope) inside++
      expect(watched.takes(one)).toBe(inScope)
      expect(above(one).filter((directory) => inScope && !watched.enters(directory))).toEqual([])
    }), { numRuns: 3_000 })
    expect(inside).toBeGreaterThan(300)
  })

  it('a directory is entered only where those above it are', () => {
    assert(property(lines, path, (ignore, one) => {
      const watched = filter({ ignore })
      const entered = above(one).map((directory) => watched.enters(directory))
      expect(entered).toEqual(entered.toSorted((a, b) => Number(b) - Number(a)))
    }), { numRuns: 1_000 })
  })
})

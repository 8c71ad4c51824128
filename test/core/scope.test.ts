import { describe, expect, it } from 'vitest'
import { scopeOf, type ScopePatterns } from '../../src/core/scope.ts'

const PATHS = ['a.css', 'a.html', 'styles/b.css', 'styles/dark/c.css', 'styles/dark/d.html', 'themes/styles/e.css']

describe('scopeOf', () => {
  it.each<[name: string, patterns: ScopePatterns, paths: readonly string[]]>([
    ['no patterns: everything', {}, PATHS],
    ['empty lists: everything', { only: [], ignore: [] }, PATHS],
    ['a name matches at any depth', { only: ['*.html'] }, ['a.html', 'styles/dark/d.html']],
    ['a directory matches with all below it', { only: ['dark/'] }, ['styles/dark/c.css', 'styles/dark/d.html']],
    ['a directory matches at any depth', { only: ['styles/'] }, PATHS.slice(2)],
    ['a leading slash binds to the root', { only: ['/styles/'] }, ['styles/b.css', 'styles/dark/c.css', 'styles/dark/d.html']],
    ['a star stops at a slash', { only: ['/styles/*.css'] }, ['styles/b.css']],
    ['two stars do not', { only: ['/styles/**/*.css'] }, ['styles/b.css', 'styles/dark/c.css']],
    ['one of several is enough', { only: ['a.html', 'b.css'] }, ['a.html', 'styles/b.css']],
    ['a later pattern takes an earlier one back', { only: ['*.css', '!c.css'] }, ['a.css', 'styles/b.css', 'themes/styles/e.css']],
    ['what is ignored is out', { ignore: ['styles/'] }, ['a.css', 'a.html']],
    ['ignoring can be taken back', { ignore: ['*.css', '!a.css'] }, ['a.css', 'a.html', 'styles/dark/d.html']],
    ['below an ignored directory it cannot, as in git', { ignore: ['styles/', '!c.css'] }, ['a.css', 'a.html']],
    ['ignoring is stronger', { only: ['*.css'], ignore: ['/styles/'] }, ['a.css', 'themes/styles/e.css']],
    ['upper and lower case differ', { only: ['A.CSS', 'Styles/'] }, []],
    ['a comment matches nothing', { only: ['# a.css'] }, []],
  ])('%s', (_, patterns, paths) => {
    expect(PATHS.filter(scopeOf(patterns))).toEqual(paths)
  })

  it('does not read names as patterns', () => {
    const inScope = scopeOf({ only: ['x/'] })
    expect(['x/[a].html', 'x/!b', 'x/#c', 'x/*', 'x/ d '].filter(inScope)).toHaveLength(5)
    expect(['[x]', '!x/a', '#x'].filter(inScope)).toEqual([])
  })

  it('leaves the lists as they are', () => {
    const only = Object.freeze(['*.css'])
    expect(scopeOf({ only })('a.css')).toBe(true)
  })
})

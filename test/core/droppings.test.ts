import { describe, expect, it } from 'vitest'
import { isDropping, MERGE_SUFFIX } from '../../src/core/droppings.ts'

describe('isDropping', () => {
  it.each([
    'x.html~', '.x.html.swp', '.x.html.swo', '.x.html.swx', '4913', '.#x.html', '#x.html#', 'x.html.bak', 'x.html.BAK', 'x.html.orig', 'x.html.rej',
    '.DS_Store', 'Thumbs.db', 'desktop.ini', 'Desktop.ini', '._x.html', '.x.html.kate-swp', 'x.html___jb_tmp___', 'x.html___jb_old___',
    '.goutputstream-AB12CD', '.~lock.x.ods#', '~$x.docx', '.nfs000000000012af', '.fuse_hidden0001', `x.html${MERGE_SUFFIX}`,
  ])('%s, wherever it is', (name) => {
    for (const directory of ['', 'a/', 'Default Templates/b c/']) expect(isDropping(directory + name)).toBe(true)
  })

  it.each(['.git/config', 'a/.git/objects/ab/cd', '.git', '.hg/store', '.svn/wc.db', 'a/b/.svn/entries', '.rowtree/baseline.db'])('%s', (path) => {
    expect(isDropping(path)).toBe(true)
  })

  it.each([
    'x.html', 'a/x.html', 'a~/x.html', '~x.html', 'x.swp', '.x.swp.html', '4913.html', 'a/4913/x.html', '14913', '#x.html', 'x.html#', '#', 'a#b', 'x.bak.html', 'bak', 'orig',
    'DS_Store', 'my.DS_Store', 'Thumbs.db.html', 'old-desktop.ini', '.gitignore', '.github/x.yml', 'x.git/y.html', 'git/x.html', '.html', '.x.html', '_x.html', '..x',
    'x.rowtree-merge.html', 'x.tmp', '.nfsx', 'jb_tmp', 'x.kate-swp',
  ])('not %s', (path) => {
    expect(isDropping(path)).toBe(false)
  })
})

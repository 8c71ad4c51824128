import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { boardSettings } from '../../src/engine/board.ts'
import { faultOf } from '../config/samples.ts'
import { temporaryDirectory } from '../support/temporary.ts'

/** The directory of a board with these settings. */
function board(settings: Readonly<Record<string, string>>): string {
  const directory = join(temporaryDirectory(), 'forum')
  mkdirSync(join(directory, 'inc'), { recursive: true })
  const lines = Object.entries(settings).map(([name, value]) => `$config['database']['${name}'] = '${value}';`)
  writeFileSync(join(directory, 'inc', 'config.php'), `<?php\n${lines.join('\n')}\n`)
  return directory
}

describe("a board's own settings", () => {
  it('name the store, without the password', () => {
    const path = board({ type: 'mysqli', database: 'forum', table_prefix: 'b_', hostname: 'db', username: 'me', password: 'hunter2' })
    const settings = boardSettings(path, '/srv')
    expect(settings).toEqual({ url: 'mysql://me:${ROWTREE_DB_PASSWORD}@db/forum', prefix: 'b_', secret: 'ROWTREE_DB_PASSWORD' })
  })

  it.each([
    ['data/forum.db', 'sqlite:forum/data/forum.db'],
    ['../forum.db', 'sqlite:forum.db'],
    ['/srv/forum.db', 'sqlite:/srv/forum.db'],
  ])('may name a file, seen from the board: %s', (database, url) => {
    const path = board({ type: 'sqlite', database })
    expect(boardSettings(path, join(path, '..'))).toEqual({ url, prefix: '' })
  })
})

describe('refused is', () => {
  it('a directory without a board', () => {
    const directory = temporaryDirectory()
    const path = join(directory, 'inc', 'config.php')
    expect(faultOf(() => boardSettings(directory, '/'))).toMatchObject({
      code: 'config-missing',
      path,
      errno: 'ENOENT',
      message: `Cannot find a board in ${directory}: there is no inc/config.php; name the directory that MyBB is in with --board`,
    })
  })

  it('a database that nobody knows', () => {
    const path = board({ type: 'oracle', database: 'forum', password: 'hunter2' })
    const error = faultOf(() => boardSettings(path, '/'))
    expect(error).toMatchObject({ code: 'config-invalid', path: join(path, 'inc', 'config.php') })
    expect(error.message).toMatch(/"oracle".*\(\/.*config\.php\)$/)
    expect(error.message).not.toContain('hunter2')
  })

  it('settings that cannot be read', () => {
    const directory = temporaryDirectory()
    mkdirSync(join(directory, 'inc', 'config.php'), { recursive: true })
    expect(faultOf(() => boardSettings(directory, '/'))).toMatchObject({ code: 'config-unreadable', errno: 'EISDIR' })
  })
})

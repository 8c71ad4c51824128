import { assert, property, string } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readBoardConfig, type BoardDatabase } from '../../../src/store/mybb/board-config.ts'
import { storeUrlOf } from '../../../src/store/mybb/board-url.ts'
import { readSettings } from '../../../src/store/mybb/php-settings.ts'

/** As MyBB's installer writes it. */
const STOCK = `<?php
/**
 * Database configuration
 *
 * $config['database']['type'] = 'pgsql';
 */

$config['database']['type'] = 'mysqli';
$config['database']['database'] = 'board';
$config['database']['table_prefix'] = 'mybb_';

$config['database']['hostname'] = 'localhost';
$config['database']['username'] = 'me';
$config['database']['password'] = 'p\\'a\\\\ss';

/** Admin CP directory */
$config['admin_dir'] = 'admin';
# $config['database']['hostname'] = 'elsewhere';
// $config['database']['hostname'] = 'elsewhere';
$config['hide_admin_links'] = 0;
$config['cache_store'] = 'db';
$config['memcache']['host'] = 'localhost';
$config['super_admins'] = '1';
$config['database']['encoding'] = 'utf8mb4';
$config['log_pruning'] = array(
	'admin_logs' => 365, // Administrator logs
	'mod_logs' => 365,
);
$config['secret_pin'] = '';
`

const EXPECTED: BoardDatabase = {
  type: 'mysqli', database: 'board', prefix: 'mybb_', hostname: 'localhost', username: 'me', encoding: 'utf8mb4', hasPassword: true,
}

describe('a board is read from', () => {
  it("what MyBB's installer writes", () => {
    expect(readBoardConfig(STOCK)).toEqual(EXPECTED)
  })

  const body = "'type' => 'pgsql', 'database' => 'board', 'table_prefix' => 'x_', 'hostname' => 'db', 'username' => 'me', 'password' => ''"
  const nested = { type: 'pgsql', database: 'board', prefix: 'x_', hostname: 'db', username: 'me', hasPassword: false }
  const sqlite = { type: 'sqlite', database: '/srv/board.db', prefix: 'mybb_', hasPassword: false }
  const top = "$config['database']['type'] = 'mysqli'; $config['database']['database'] = 'board'; "
  const few = { type: 'mysqli', database: 'board', prefix: '', hostname: 'localhost', hasPassword: false }

  it.each<[what: string, source: string, expected: BoardDatabase]>([
    ['an array', `$config['database'] = array(${body});`, nested as BoardDatabase],
    ['a short array with a comma at its end', `$config['database'] = [${body},];`, nested as BoardDatabase],
    ['one array of everything', `$config = ['database' => [${body}], 'admin_dir' => 'admin'];`, nested as BoardDatabase],
    ['capitals', `$config['database'] = ARRAY(${body});`, nested as BoardDatabase],
    ['double quotes', '$config["database"]["type"] = "pgsql_pdo"; $config["database"]["database"] = "b\\$\\x41\\u{1F600}\\101";',
      { ...few, type: 'pgsql_pdo', database: 'b$A😀A' }],
    ['texts put together', "$config['database']['type'] = 'mys' . \"qli\"; $config['database']['database'] = 'bo' . 'a' . 'rd';", few as BoardDatabase],
    ['SQLite', "$config['database']['type'] = 'sqlite'; $config['database']['database'] = '/srv/board.db'; $config['database']['table_prefix'] = 'mybb_';", sqlite as BoardDatabase],
    ['a file without spaces', "$config['database']['type']='mysqli';$config['database']['database']='board';", few as BoardDatabase],
    ['a port', `${top}$config['database']['hostname'] = '10.0.0.1:3307';`, { ...few, hostname: '10.0.0.1', port: 3307 } as BoardDatabase],
    ['a lasting connection', `${top}$config['database']['hostname'] = 'p:db';`, { ...few, hostname: 'db' } as BoardDatabase],
    ['a socket', `${top}$config['database']['hostname'] = 'localhost:/run/my.sock';`, { ...few, hostname: '/run/my.sock' } as BoardDatabase],
    ['a socket alone', `${top}$config['database']['hostname'] = ':/run/my.sock';`, { ...few, hostname: '/run/my.sock' } as BoardDatabase],
    ['IPv6', `${top}$config['database']['hostname'] = '[::1]:3307';`, { ...few, hostname: '::1', port: 3307 } as BoardDatabase],
    ['bare IPv6', `${top}$config['database']['hostname'] = 'fe80::1';`, { ...few, hostname: 'fe80::1' } as BoardDatabase],
    ['several servers', `${top}$config['database']['read'][0]['hostname'] = 'r'; $config['database']['write'][0]['hostname'] = 'w'; $config['database']['write'][0]['username'] = 'u';`,
      { ...few, hostname: 'w', username: 'u' } as BoardDatabase],
    ['servers by number', `${top}$config['database'][0]['hostname'] = 'a'; $config['database'][1]['hostname'] = 'b';`, { ...few, hostname: 'a' } as BoardDatabase],
    ['servers in an array', `${top}$config['database'][] = 1; $config['database']['read'] = array(array('hostname' => 'a', 'password' => 'x'), array('hostname' => 'b'));`,
      { ...few, hostname: 'a', hasPassword: true } as BoardDatabase],
    ['a password from the environment', `${top}$config['database']['password'] = getenv('DB', true) ?: 'x';`, { ...few, hasPassword: true } as BoardDatabase],
    ['a password with a variable in it', `${top}$config['database']['password'] = "a{$b['c']}d";`, { ...few, hasPassword: true } as BoardDatabase],
    ['a number', `${top}$config['database']['database'] = 7;`, { ...few, database: '7' } as BoardDatabase],
    ['conditions', `if(isset($config['database']['type']) && $config['x'] == 'y') { ${top} } function f() { return [1, 2]; }`, few as BoardDatabase],
    ['the last assignment', `${top}$config['database']['database'] = 'old'; $config['database']['database'] = 'board';`, few as BoardDatabase],
    ['comments with statements in them', `${top} # a; $config['database']['type'] = 'sqlite';\n// a; $config['database']['type'] = 'sqlite';\n/* ; $config['database']['type'] = 'sqlite'; */`, few as BoardDatabase],
    ['a heredoc nearby', `$text = <<<EOT\n$config['database']['type'] = 'sqlite';\nEOT;\n${top}`, few as BoardDatabase],
    ['HTML around it', `?> $config['database']['type'] = 'sqlite'; <?php ${top} ?>\n$config['database']['type'] = 'sqlite';`, few as BoardDatabase],
    ['a comment that ends PHP', `${top} // end ?> $config['database']['type'] = 'sqlite';`, few as BoardDatabase],
    ['signs in texts', `$x = "; // ' /* "; $y = '"; # '; ${top}`, few as BoardDatabase],
  ])('%s', (_, source, expected) => {
    expect(readBoardConfig(`<?php\n${source}`)).toEqual(expected)
  })
})

describe('it is told that', () => {
  it.each([
    ['nothing is there', '', "it does not set $config['database']"],
    ['it is no PHP', "$config['database']['type'] = 'mysqli';", "it does not set $config['database']"],
    ['the type is unknown', "<?php $config['database']['type'] = 'oracle'; $config['database']['database'] = 'x';", '"oracle" is none of mysqli'],
    ['the type is missing', "<?php $config['database']['database'] = 'x';", "$config['database']['type'] is missing"],
    ['the name is computed', "<?php $config['database']['type'] = 'mysqli'; $config['database']['database'] = getenv('X');", 'is no plain text'],
    ['it is cut', "<?php $config['database']['type'] = 'mys", 'is no plain text'],
  ])('%s', (_, source, state) => {
    expect(() => readBoardConfig(source)).toThrow(expect.objectContaining({ code: 'config-invalid', message: expect.stringContaining(state) }) as Error)
  })

  it('nothing of the password', () => {
    expect(JSON.stringify(readBoardConfig(STOCK))).not.toMatch(/p'a|a\\ss/)
    expect(() => readBoardConfig(STOCK.replace("'mysqli'", "'x'"))).toThrow(/^(?!.*p'a)/s)
  })
})

it('any text in single quotes is read back', () => {
  assert(property(string({ unit: 'grapheme' }), (text) => {
    const quoted = text.replaceAll(/[\\']/g, '\\$&')
    expect(readSettings(`<?php $a['b'] = '${quoted}';`, 'a').get('b')).toBe(text)
  }))
})

it('any source is read to its end', () => {
  const unit = string({ unit: 'grapheme-ascii' })
  assert(property(unit, (text) => {
    expect(readSettings(`<?php ${text} $config[${text}`, 'config')).toBeInstanceOf(Map)
  }))
})

describe('the URL of', () => {
  const base: BoardDatabase = { type: 'mysqli', database: 'board', prefix: '', hostname: 'db', username: 'me', hasPassword: true }
  it.each<[what: string, database: BoardDatabase, url: string]>([
    ['MySQL', base, 'mysql://me:${ROWTREE_DB_PASSWORD}@db/board'],
    ['MySQL by PDO', { ...base, type: 'mysql_pdo' }, 'mysql://me:${ROWTREE_DB_PASSWORD}@db/board'],
    ['PostgreSQL', { ...base, type: 'pgsql', port: 5433 }, 'postgres://me:${ROWTREE_DB_PASSWORD}@db:5433/board'],
    ['no password', { ...base, hasPassword: false }, 'mysql://me@db/board'],
    ['odd names', { ...base, username: 'a@b:c/d', database: 'x y?#%' }, 'mysql://a%40b%3Ac%2Fd:${ROWTREE_DB_PASSWORD}@db/x%20y%3F%23%25'],
    ['a name like a variable', { ...base, database: '${X}' }, 'mysql://me:${ROWTREE_DB_PASSWORD}@db/%24%7BX%7D'],
    ['IPv6', { ...base, hostname: '::1', port: 1 }, 'mysql://me:${ROWTREE_DB_PASSWORD}@[::1]:1/board'],
    ["MySQL's socket", { ...base, hostname: '/run/my.sock', hasPassword: false }, 'mysql://me@localhost/board?socket=/run/my.sock'],
    ["PostgreSQL's socket", { ...base, type: 'pgsql', hostname: '/run/pg', hasPassword: false }, 'postgres://me@localhost/board?host=/run/pg'],
    ['SQLite', { type: 'sqlite', database: '/srv/${a} b.db', prefix: '', hasPassword: false }, 'sqlite:/srv/$${a} b.db'],
  ])('%s', (_, database, url) => {
    const made = storeUrlOf(database)
    expect(made.url).toBe(url)
    expect('secret' in made).toBe(url.includes('ROWTREE_DB_PASSWORD'))
  })
})

import type { Store } from '../../src/store/store.ts'
import { BOARD, NOW } from '../store/mybb-board.ts'
import type { Kind, Records, Trial } from '../support/servers.ts'
import { openOn } from './shelf.ts'

/** The tables of a board that rowtree reads and writes, as MyBB 1.8 makes them in each database. */
function tablesOf(kind: Kind, engine: string): string {
  const mysql = kind === 'mysql'
  const options = mysql ? `engine=${engine} character set utf8mb3 collate utf8mb3_general_ci` : ''
  const id = mysql ? 'int unsigned not null primary key auto_increment' : kind === 'sqlite' ? 'integer primary key' : 'serial primary key'
  const name = kind === 'sqlite' ? 'collate nocase' : ''
  const number = kind === 'postgres' ? 'numeric(30,0)' : mysql ? 'int unsigned' : 'int'
  // MySQL before 8.0.13 has no defaults of long texts.
  const texts = mysql ? "varchar(4000) not null default ''" : "text not null default ''"
  return `
    create table mybb_templates (tid ${id}, title varchar(120) not null default '' ${name}, template text not null, sid smallint not null default 0,
      version varchar(20) not null default '0', status varchar(10) not null default '', dateline int not null default 0) ${options};
    create table mybb_templatesets (sid ${mysql ? 'int not null primary key auto_increment' : id}, title varchar(120) not null default '') ${options};
    create table mybb_templategroups (gid ${id}, prefix varchar(50) not null default '', title varchar(100) not null default '', isdefault smallint not null default 0) ${options};
    create table mybb_themes (tid ${id}, name varchar(100) not null default '', pid smallint not null default 0, def smallint not null default 0, properties ${texts}, stylesheets ${texts},
      allowedgroups ${texts}) ${options};
    create table mybb_themestylesheets (sid ${id}, name varchar(30) not null default '' ${name}, tid ${number} not null default 0, attachedto text not null, stylesheet ${mysql ? 'longtext' : 'text'} not null,
      cachefile varchar(100) not null default '', lastmodified ${number} not null default 0) ${options};`
}

const KEYS: readonly (readonly [string, string])[] = [['templates', 'tid'], ['templatesets', 'sid'], ['templategroups', 'gid'], ['themes', 'tid'], ['themestylesheets', 'sid']]

/** The next ids of a server that counts them come after those that a script gave away. */
const COUNTED: string = KEYS.map(([table, key]) => `select setval(pg_get_serial_sequence('mybb_${table}', '${key}'), (select coalesce(max(${key}), 0) + 1 from mybb_${table}), false);`).join('\n')

/** A board that a test reads and writes. */
export interface Board {
  readonly store: Store
  /** What the tables hold, by their ids; of themes not their lists, which are made of the rest. */
  everything(): Promise<Records[]>
  rows(sql: string): Promise<Records>
  run(script: string): Promise<void>
}

/** The engines whose tables a board may have; MyBB itself makes MyISAM. */
export function enginesOf(kind: Kind): readonly string[] {
  return kind === 'mysql' ? ['MyISAM', 'InnoDB'] : ['']
}

/** Makes and opens a board. Default: that of `test/store/mybb-board.ts`. */
export async function makeBoard(trial: Trial, engine: string, script: string = BOARD, master = false): Promise<Board> {
  // In MySQL a table's key may not be of a type that SQLite takes for a text.
  const words = script.replaceAll("create table mybb_datacache (title varchar(50) not null default '' primary key, cache mediumtext not null)",
    `create table mybb_datacache (title varchar(50) not null primary key, cache text not null) ${trial.kind === 'mysql' ? `engine=${engine}` : ''}`)
  await trial.fresh(`${tablesOf(trial.kind, engine)} ${trial.kind === 'mysql' ? "set sql_mode = concat(@@sql_mode, ',NO_AUTO_VALUE_ON_ZERO');" : ''} ${words.trimEnd().replace(/;?$/, ';')} ${trial.kind === 'postgres' ? COUNTED : ''}`)
  const store = await openOn(trial, { preset: 'mybb', mybb: { master }, now: () => NOW })
  return {
    store,
    async everything() {
      const all: Records[] = []
      for (const [table, key] of KEYS.filter(([name]) => name !== 'templategroups')) {
        all.push(await trial.query(`select ${table === 'themes' ? 'tid, name, pid' : '*'} from mybb_${table} order by ${key}`))
      }
      return all
    },
    rows: (sql) => trial.query(sql),
    run: (text) => trial.execute(text),
  }
}

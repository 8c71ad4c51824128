import { DatabaseSync } from 'node:sqlite'
import { GROUP_TITLES } from './groups.ts'

/** The board's tables, as MyBB 1.8 creates them in SQLite. */
const TABLES = `
  create table mybb_templates (tid integer primary key, title varchar(120) not null default '', template text not null,
    sid smallint not null default '0', version varchar(20) not null default '0', status varchar(10) not null default '',
    dateline int not null default '0');
  create table mybb_templatesets (sid integer primary key, title varchar(120) not null default '');
  create table mybb_templategroups (gid integer primary key, prefix varchar(50) not null default '',
    title varchar(100) not null default '', isdefault int not null default '0');
  create table mybb_themes (tid integer primary key, name varchar(100) not null default '', pid smallint not null default '0',
    def smallint not null default '0', properties text not null default '', stylesheets text not null default '',
    allowedgroups text not null default '');
  create table mybb_themestylesheets (sid integer primary key, name varchar(30) not null default '', tid smallint not null default '0',
    attachedto text not null, stylesheet longtext not null, cachefile varchar(100) not null default '',
    lastmodified int not null default '0');
`

const STYLESHEETS = 10
const NOW = 1_700_000_000

/**
 * Creates a SQLite database that looks like a MyBB board with exactly `rows` templates and
 * stylesheets: one template set and one theme, the same bytes each time. For demonstrations and benchmarks.
 *
 * @param path of a file that does not exist yet
 * @param rows at least 20
 */
export function createSampleBoard(path: string, rows: number): void {
  const db = new DatabaseSync(path)
  try {
    db.exec(`pragma synchronous = off; ${TABLES} begin`)
    db.exec("insert into mybb_templatesets values (1, 'Default Templates')")
    db.exec("insert into mybb_themes (tid, name, pid) values (1, 'MyBB Master Style', 0), (2, 'Default', 1)")
    const group = db.prepare('insert into mybb_templategroups (prefix, title, isdefault) values (?, ?, 1)')
    const groups = [...GROUP_TITLES.keys()].map((key) => key.replace(/^group_/, ''))
    for (const prefix of groups) group.run(prefix, `<lang:group_${prefix}>`)
    const template = db.prepare("insert into mybb_templates (title, template, sid, version, dateline) values (?, ?, ?, '1837', ?)")
    for (let index = 0; index < rows - STYLESHEETS; index++) {
      const title = `${groups[index % groups.length]!}_part_${String(index).padStart(6, '0')}`
      template.run(title, markup(title, index), index % 50 === 0 ? 1 : -2, NOW + index)
    }
    const sheet = db.prepare("insert into mybb_themestylesheets (name, tid, attachedto, stylesheet, cachefile, lastmodified) values (?, 2, '', ?, ?, ?)")
    for (let index = 0; index < STYLESHEETS; index++) sheet.run(`sheet${index}.css`, rules(index), `sheet${index}.css`, NOW)
    db.exec('commit')
  } finally {
    db.close()
  }
}

/** About as long as MyBB's own: most a few hundred bytes, some several thousand. */
function markup(title: string, index: number): string {
  const cells = 2 + ((index * 7_919) % 23) ** 2 / 16
  const cell = (n: number): string => `\t<td class="trow${(n % 2) + 1}">{$lang->${title}_${n}} {$post['${title}']}</td>`
  return `<!-- start: ${title} -->\n<tr>\n${Array.from({ length: cells }, (_, n) => cell(n)).join('\n')}\n</tr>\n<!-- end: ${title} -->`
}

function rules(index: number): string {
  return Array.from({ length: 40 + index * 20 }, (_, n) => `.sheet${index} .part${n} {\n\tpadding: ${n % 12}px;\n}\n`).join('\n')
}

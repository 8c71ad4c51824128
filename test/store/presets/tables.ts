import type { Kind } from '../../support/servers.ts'

/** What a database calls the types of WordPress's tables; those of MariaDB are WordPress's own. */
const TYPES: Readonly<Record<Kind, Readonly<Record<string, string>>>> = {
  sqlite: { serial: 'integer primary key autoincrement', bigint: 'integer', int: 'integer', datetime: "text not null default '0000-00-00 00:00:00'", longtext: 'text', id: 'ID' },
  mysql: { serial: 'bigint(20) unsigned not null auto_increment primary key', bigint: 'bigint(20) unsigned', int: 'int(11)', datetime: "datetime not null default '0000-00-00 00:00:00'", longtext: 'longtext', id: 'ID' },
  postgres: { serial: 'bigserial primary key', bigint: 'bigint', int: 'integer', datetime: 'timestamp not null default now()', longtext: 'text', id: '"ID"' },
}

/**
 * The tables of a WordPress site that rowtree reads and writes, as `wp-admin/includes/schema.php` makes them. In MariaDB its zero dates need a lax session, such as
 * WordPress has, to be put there.
 */
export function siteTables(kind: Kind, prefix = 'wp_'): string {
  const type = TYPES[kind]
  return `${kind === 'mysql' ? "set session sql_mode = '';" : ''}
    create table ${prefix}posts (
      ${type.id} ${type.serial}, post_author ${type.bigint} not null default 0, post_date ${type.datetime}, post_date_gmt ${type.datetime},
      post_content ${type.longtext} not null, post_title ${type.longtext} not null, post_excerpt ${type.longtext} not null,
      post_status varchar(20) not null default 'publish', comment_status varchar(20) not null default 'open', ping_status varchar(20) not null default 'open',
      post_password varchar(255) not null default '', post_name varchar(200) not null default '', to_ping ${type.longtext} not null, pinged ${type.longtext} not null,
      post_modified ${type.datetime}, post_modified_gmt ${type.datetime}, post_content_filtered ${type.longtext} not null,
      post_parent ${type.bigint} not null default 0, guid varchar(255) not null default '', menu_order ${type.int} not null default 0,
      post_type varchar(20) not null default 'post', post_mime_type varchar(100) not null default '', comment_count ${type.bigint} not null default 0);
    create table ${prefix}terms (term_id ${type.serial}, name varchar(200) not null default '', slug varchar(200) not null default '', term_group ${type.bigint} not null default 0);
    create table ${prefix}term_taxonomy (term_taxonomy_id ${type.serial}, term_id ${type.bigint} not null default 0, taxonomy varchar(32) not null default '',
      description ${type.longtext} not null, parent ${type.bigint} not null default 0, count ${type.bigint} not null default 0, unique (term_id, taxonomy));
    create table ${prefix}term_relationships (object_id ${type.bigint} not null default 0, term_taxonomy_id ${type.bigint} not null default 0, term_order ${type.int} not null default 0,
      primary key (object_id, term_taxonomy_id));
    insert into ${prefix}terms (term_id, name, slug) values (1, 'twentytwentyfour', 'twentytwentyfour'), (2, 'header', 'header'), (3, 'My Theme', 'my-theme');
    insert into ${prefix}term_taxonomy (term_taxonomy_id, term_id, taxonomy, description, count) values (11, 1, 'wp_theme', '', 1), (12, 2, 'wp_template_part_area', '', 1), (13, 3, 'wp_theme', '', 0);
    ${kind === 'postgres' ? `select setval('${prefix}terms_term_id_seq', 10); select setval(pg_get_serial_sequence('${prefix}posts', 'ID'), 100);` : ''}`
}

/** A post as WordPress writes it. */
export interface Post {
  readonly id: number
  readonly type: string
  readonly name: string
  readonly title?: string
  readonly status?: string
  readonly excerpt?: string
  readonly content: string
  /** Of `wp_term_taxonomy`. */
  readonly terms?: readonly number[]
}

/** A script that inserts posts, with dates that only WordPress's session takes in MariaDB. */
export function insertPosts(kind: Kind, posts: readonly Post[], prefix = 'wp_'): string {
  const date = kind === 'postgres' ? "'2001-01-01 00:00:00'" : "'0000-00-00 00:00:00'"
  const rows = posts.map(({ id, type, name, title = '', status = 'publish', excerpt = '', content }) =>
    `(${id}, 7, ${date}, ${date}, ${quote(content)}, ${quote(title)}, ${quote(excerpt)}, ${quote(status)}, ${quote(name)}, 'ping', 'ed', 'filtered', ${quote(type)}, 'http://x/?p=${id}', 5)`)
  const terms = posts.flatMap(({ id, terms: of = [] }) => of.map((term) => `(${id}, ${term})`))
  return `insert into ${prefix}posts (${TYPES[kind].id}, post_author, post_date, post_date_gmt, post_content, post_title, post_excerpt, post_status, post_name, to_ping, pinged,
      post_content_filtered, post_type, guid, menu_order) values ${rows.join(', ')};
    ${terms.length === 0 ? '' : `insert into ${prefix}term_relationships (object_id, term_taxonomy_id) values ${terms.join(', ')};`}`
}

/** Tables of settings: in groups by a column of texts, and by another table as MyBB has them. */
export const SETTINGS_TABLES = `
  create table options (site $key not null, name $key not null, value $text, autoload varchar(20) not null default 'yes', primary key (site, name));
  create table mybb_settinggroups (gid $id, name varchar(100) not null default '');
  create table mybb_settings (sid $id, name varchar(120) not null default '', title varchar(120) not null default '', description $text not null,
    value $text not null, disporder int not null default 0, gid int not null default 0);`

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

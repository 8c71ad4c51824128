/** The tables of a board that rowtree reads and writes, as MyBB 1.8 creates them in SQLite; titles compare as in MySQL. */
export const BOARD_TABLES = `
  create table mybb_templates (tid integer primary key, title varchar(120) not null default '' collate nocase, template text not null,
    sid smallint not null default '0', version varchar(20) not null default '0', status varchar(10) not null default '',
    dateline int(10) not null default '0');
  create table mybb_templatesets (sid integer primary key, title varchar(120) not null default '');
  create table mybb_templategroups (gid integer primary key, prefix varchar(50) not null default '',
    title varchar(100) not null default '', isdefault tinyint(1) not null default '0');
  create table mybb_themes (tid integer primary key, name varchar(100) not null default '', pid smallint not null default '0');
  create table mybb_themestylesheets (sid integer primary key, name varchar(30) not null default '' collate nocase,
    tid smallint not null default '0', attachedto text not null, stylesheet longtext not null,
    cachefile varchar(100) not null default '', lastmodified int not null default '0');
`

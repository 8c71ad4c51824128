import type { Person } from './trial.ts'

/** Runs what `mysqldump` wrote. */
export async function loadMysqlDump(person: Person, dump: string): Promise<void> {
  // The first line keeps the programs of MariaDB from obeying what a dump tells them; servers do not know it.
  await person.load(dump.replace(/^\/\*M!999999\\-.*\n/, ''))
}

/** Runs what `pg_dump` wrote, with its data in blocks for COPY, which become inserts. */
export async function loadPostgresDump(person: Person, dump: string): Promise<void> {
  let script = ''
  let into: string | undefined
  let rows: string[] = []
  for (const line of dump.split('\n')) {
    const copied = /^COPY (.*) FROM stdin;$/.exec(line)?.[1]
    if (into === undefined && copied === undefined) {
      // What begins with a backslash is for psql.
      if (!line.startsWith('\\')) script += `${line}\n`
    } else if (copied !== undefined) {
      into = copied
    } else if (line === '\\.') {
      if (rows.length > 0) script += `insert into ${into!} overriding system value values ${rows.join(',\n')};\n`
      into = undefined
      rows = []
    } else {
      rows.push(`(${line.split('\t').map(literalOf).join(', ')})`)
    }
  }
  await person.load(`${script}; reset all`)
}

/** A field of a block: its escapes are those of an E'' literal, but for one. */
function literalOf(field: string): string {
  if (field === '\\N') return 'null'
  const escaped = field.replaceAll(/\\(.)/g, (whole, character: string) => (character === 'v' ? '\\x0B' : whole))
  return `E'${escaped.replaceAll("'", "''")}'`
}

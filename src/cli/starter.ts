import type { PresetName } from '../config.ts'

/** What a starter config is made for. Paths are relative to it, or absolute. */
export interface Starter {
  readonly preset: PresetName
  readonly url: string
  readonly tree: string
  /** Absent: the preset's own. */
  readonly prefix?: string | undefined
  /** The directory of a MyBB board. */
  readonly board?: string | undefined
  /** Environment variables that have to be set before the config can be read. */
  readonly variables: readonly string[]
}

/** Where files go if nobody says so. */
export const TREES: Readonly<Record<PresetName, string>> = {
  table: './site',
  mybb: './board',
  wordpress: './wordpress',
  settings: './settings',
}

const COLLECTIONS = `
# Each collection maps one table. Change this one to yours, and add others.
collections:
  pages:
    table: pages
    key: [site, slug]           # the columns that tell the rows apart
    path: "{site}/{slug}.html"  # where the files lie: every key column, once
    content: body               # the column that becomes the file; a list of columns becomes a YAML file
    # set: { updated_at: now }  # other columns, written whenever a row is written
`

const SETTINGS = `
# The table of settings. Change this to yours.
settings:
  table: settings
  name: name          # the column that names a setting
  value: value        # the column that holds its value
  # group: category   # the column that says which file it is in; without it all are in settings.yaml
`

/** What a preset cannot do without. */
const SECTIONS: Readonly<Partial<Record<PresetName, string>>> = { table: COLLECTIONS, settings: SETTINGS }

/** The text of a config for a person to go on with. */
export function starterConfig({ preset, url, tree, prefix, board, variables }: Starter): string {
  const lines = ['# Which rows of the database belong to which files.', 'store:']
  for (const name of variables) lines.push(`  # \${${name}} is the environment's: this file holds no password.`)
  lines.push(`  url: ${scalar(url)}`)
  if (preset !== 'table') lines.push(`  preset: ${preset}`)
  if (prefix !== undefined) lines.push(`  prefix: ${JSON.stringify(prefix)}  # what the names of the tables begin with`)
  lines.push(`tree: ${scalar(literal(tree))}`)
  if (board !== undefined) lines.push('', '# Where MyBB is, which has files made of its stylesheets.', 'mybb:', `  board: ${scalar(literal(board))}`)
  return `${lines.join('\n')}\n${SECTIONS[preset] ?? ''}
# What takes no part, in the language of .gitignore.
# ignore: ["*.bak"]

# The directory .rowtree beside this file remembers what both sides agreed on: keep it out of git and off web servers.
`
}

/** The config takes `${` for the start of a variable's name. */
function literal(text: string): string {
  return text.replaceAll('${', () => '$${')
}

/** A text in YAML; quoted as JSON is, unless nobody can take it for anything else. */
function scalar(text: string): string {
  return /^(\.{0,2}\/|[a-z]+:)[\w./:@%+?=${}-]*[\w/}]$/.test(text) && !text.includes(': ') ? text : JSON.stringify(text)
}

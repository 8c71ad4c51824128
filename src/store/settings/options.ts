import { sql, type RawBuilder } from 'kysely'
import type { Language } from '../language.ts'
import type { DerivedKey, Literal, Mapping } from '../table/mapping.ts'
import type { SettingKind } from './kinds.ts'

/** Which table holds the settings, and how they become files. */
export interface SettingsOptions {
  readonly table: string
  /** The column of a setting's name. */
  readonly name: string
  /** The column of its value. */
  readonly value: string
  /** What puts settings into files: a column, or the name of another table's row that a column points to. Default: all are in one file. */
  readonly group?: string | GroupTable | undefined
  /** Default: `{group}.yaml`, or `settings.yaml`. */
  readonly path?: string | undefined
  /** What values are, by the name of the setting, where the column holds texts. Default: texts. */
  readonly kinds?: Readonly<Record<string, SettingKind>> | undefined
  /** What other columns of a new setting hold. Default: what the database gives them. */
  readonly added?: Readonly<Record<string, Literal>> | undefined
  /** The column that alone names a setting; needed where the group is of another table. */
  readonly id?: string | undefined
}

/** Groups that are rows of a table of their own. */
export interface GroupTable {
  /** The column of the settings that says which group. */
  readonly column: string
  readonly table: string
  /** The column of the groups that it is compared with. */
  readonly id: string
  /** The column of the groups' names. */
  readonly name: string
}

/** Each setting as a row of its own, whose content is its value alone. */
export function mappingOf({ table, name, value, group, added = {}, id }: SettingsOptions, language: Language): Mapping {
  const key = group === undefined ? [name] : [typeof group === 'string' ? group : 'group', name]
  return {
    name: 'settings',
    table,
    key,
    path: key.map((one) => `{${one}}`).join('/'),
    content: [value],
    format: 'yaml',
    fields: { [value]: 'value' },
    added: Object.fromEntries(Object.entries(added).map(([column, literal]) => [column, { value: literal }])),
    id,
    ...(typeof group === 'object' && { derived: { group: derivedGroup(table, group, id, language) } }),
  }
}

function derivedGroup(settings: string, { column: pointer, table, id, name }: GroupTable, own: string | undefined, language: Language): DerivedKey {
  const groups = language.table(table)
  // No alias: what MyISAM locks goes by its name.
  const [key, title] = [id, name].map((of) => sql`${groups}.${sql.id(of)}`) as [RawBuilder<unknown>, RawBuilder<unknown>]
  return {
    table,
    column: name,
    watched: [{ table, columns: [id] }],
    select: (column) => sql`(select min(${title}) from ${groups} where ${key} = ${column(pointer)})`,
    async find(db, text) {
      const { rows } = await sql<{ id: unknown; name: unknown }>`select ${key} as id, ${title} as name from ${groups}`.execute(db)
      const found = rows.find((row) => row.name === text)
      return found === undefined ? { state: `the table ${JSON.stringify(table)} has no group ${JSON.stringify(text)}. Add it there first` } : { found: found.id }
    },
    link: (db, setting, found) => sql`update ${language.table(settings)} set ${sql.id(pointer)} = ${found} where ${sql.id(own!)} = ${setting}`.execute(db),
  }
}

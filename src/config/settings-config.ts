/** Settings of the preset `settings`. */
export interface SettingsConfig {
  readonly table: string
  /** The column of a setting's name. */
  readonly name: string
  /** The column of its value. */
  readonly value: string
  /** The column that puts settings into files, or the table that such a column points to; absent: all are in one file. */
  readonly group?: string | { readonly column: string; readonly table: string; readonly id: string; readonly name: string } | undefined
  /** With the placeholder `{group}` where there are groups. Absent: `{group}.yaml`, or `settings.yaml`. */
  readonly path?: string | undefined
  /** What the texts of settings mean, by their names. */
  readonly kinds?: Readonly<Record<string, 'integer' | 'boolean'>> | undefined
  /** What other columns of a new setting hold. */
  readonly added?: Readonly<Record<string, string | number | boolean>> | undefined
  /** The column that alone names a setting; needed where groups are of another table. */
  readonly id?: string | undefined
}

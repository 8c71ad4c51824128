import { sql, type RawBuilder } from 'kysely'
import type { Language } from '../language.ts'
import type { DerivedKey } from '../table/mapping.ts'

/** The taxonomy whose terms are named after themes. */
const THEMES = sql.lit('wp_theme')

/** The theme that a template is for: a term that the post is related to. */
export function themeOf(prefix: string, language: Language): DerivedKey {
  const [terms, taxonomies, relationships] = ['terms', 'term_taxonomy', 'term_relationships'].map((name) => prefix + name) as [string, string, string]
  const at = (table: string, column: string): RawBuilder<unknown> => sql`${language.table(table)}.${sql.id(column)}`
  const [name, term] = [at(terms, 'name'), at(taxonomies, 'term_taxonomy_id')]
  const joinTerms = sql`join ${language.table(terms)} on ${at(terms, 'term_id')} = ${at(taxonomies, 'term_id')}`
  const isTheme = sql`${at(taxonomies, 'taxonomy')} = ${THEMES}`
  return {
    table: terms,
    column: 'name',
    watched: [{ table: taxonomies, columns: ['term_id', 'taxonomy'] }, { table: relationships, columns: ['object_id', 'term_taxonomy_id'] }],
    // WordPress takes the first one, too, should there be two.
    select: (column) => sql`(select min(${name}) from ${language.table(relationships)}
      join ${language.table(taxonomies)} on ${term} = ${at(relationships, 'term_taxonomy_id')} ${joinTerms}
      where ${isTheme} and ${at(relationships, 'object_id')} = ${column('ID')})`,
    async find(db, theme) {
      const { rows } = await sql<{ term: unknown; name: string }>`
        select ${term} as term, ${name} as name from ${language.table(taxonomies)} ${joinTerms} where ${isTheme}`.execute(db)
      const found = rows.find((row) => row.name === theme)
      if (found !== undefined) return { found: found.term }
      const known = rows.map((row) => JSON.stringify(row.name)).join(', ')
      return { state: `WordPress knows no theme ${JSON.stringify(theme)} ${known === '' ? 'yet' : `but ${known}`}. Save one of the theme's templates in WordPress's editor first` }
    },
    link: (db, id, found) => sql`insert into ${language.table(relationships)} (object_id, term_taxonomy_id, term_order) values (${id}, ${found}, 0)`.execute(db),
  }
}

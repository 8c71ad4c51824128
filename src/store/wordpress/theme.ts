import { sql } from 'kysely'
import type { Language } from '../language.ts'
import type { DerivedKey } from '../table/mapping.ts'

/** The taxonomy whose terms are named after themes. */
const THEMES = sql.lit('wp_theme')

/** The theme that a template is for: a term that the post is related to. */
export function themeOf(prefix: string, language: Language): DerivedKey {
  const [terms, taxonomies, relationships] = ['terms', 'term_taxonomy', 'term_relationships'].map((name) => prefix + name) as [string, string, string]
  return {
    table: terms,
    column: 'name',
    watched: [{ table: taxonomies, columns: ['term_id', 'taxonomy'] }, { table: relationships, columns: ['object_id', 'term_taxonomy_id'] }],
    // WordPress takes the first one, too, should there be two.
    select: (column) => sql`(select min(t.name) from ${language.table(relationships)} as r
      join ${language.table(taxonomies)} as x on x.term_taxonomy_id = r.term_taxonomy_id join ${language.table(terms)} as t on t.term_id = x.term_id
      where x.taxonomy = ${THEMES} and r.object_id = ${column('ID')})`,
    async link(db, id, theme) {
      const { rows } = await sql<{ term: unknown; name: string }>`
        select x.term_taxonomy_id as term, t.name as name 
        from ${language.table(taxonomies)} as x join ${language.table(terms)} as t on t.term_id = x.term_id where x.taxonomy = ${THEMES}`.execute(db)
      const found = rows.find(({ name }) => name === theme)
      if (found === undefined) {
        const known = rows.map(({ name }) => JSON.stringify(name)).join(', ')
        return `WordPress knows no theme ${JSON.stringify(theme)} ${known === '' ? 'yet' : `but ${known}`}. Save one of the theme's templates in WordPress's editor first`
      }
      await sql`insert into ${language.table(relationships)} (object_id, term_taxonomy_id, term_order) values (${id}, ${found.term}, 0)`.execute(db)
      return undefined
    },
  }
}

import { DatabaseSync } from 'node:sqlite'

/** A row of the sample's only table. */
export interface SamplePage {
  readonly site: string
  readonly slug: string
  readonly body: string
}

/**
 * Creates a SQLite database with a table `pages` of these rows, keyed by `site` and `slug`. For measurements.
 *
 * @param path of a file that does not exist yet
 */
export function createSamplePages(path: string, pages: Iterable<SamplePage>): void {
  const db = new DatabaseSync(path)
  try {
    db.exec('pragma synchronous = off; create table pages (site text, slug text, body text, primary key (site, slug)); begin')
    const insert = db.prepare('insert into pages values (?, ?, ?)')
    for (const { site, slug, body } of pages) insert.run(site, slug, body)
    db.exec('commit')
  } finally {
    db.close()
  }
}

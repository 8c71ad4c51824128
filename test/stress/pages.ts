import type { Page } from '../support/tables.ts'

/** Files of one directory, as in a theme with many templates. */
const A_DIRECTORY = 100

/** The path of page `index`, in one of many directories. */
export function pathOf(index: number): string {
  return `site-${String(Math.floor(index / A_DIRECTORY)).padStart(3, '0')}/page-${String(index).padStart(6, '0')}.html`
}

/** A page's text. Marks of one length make texts of one size, so that a save shows in nothing but the content and the times. */
export function textOf(path: string, mark: string): string {
  return `<h1>${path}</h1>\n<p>${mark}</p>\n`.padEnd(2_000, 'lorem ipsum ')
}

/** Rows of the pages `0` to `count - 1`. */
export function pagesOf(count: number, mark: string): Page[] {
  return Array.from({ length: count }, (_, index) => {
    const path = pathOf(index)
    const [site, slug] = path.replace('.html', '').split('/') as [string, string]
    return { site, slug, body: textOf(path, mark) }
  })
}

import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')

/** The members of a union of string literals in a source file. */
function union(source: string, name: string): string[] {
  const body = new RegExp(`export type ${name} =\\n((?:  \\| '[^']+'\\n)+)`).exec(source)?.[1] ?? ''
  return [...body.matchAll(/'([^']+)'/g)].map((match) => match[1]!)
}

/** The codes that a section of the page explains. */
function explained(page: string, ...headings: string[]): string[] {
  const sections = page.split(/^## /m).filter((section) => headings.some((heading) => section.startsWith(heading)))
  return sections.flatMap((section) => [...section.matchAll(/^\| `([^`]+)`/gm)].map((match) => match[1]!))
}

it('docs/errors.md explains every fatal code, and no other', () => {
  const codes = union(read('src/errors.ts'), 'ErrorCode')
  expect(codes.length).toBeGreaterThan(20)
  expect(explained(read('docs/errors.md'), 'Fatal').sort()).toEqual(codes.sort())
})

it("docs/errors.md explains every item's code, and no other", () => {
  const codes = union(read('src/types.ts'), 'ProblemCode')
  expect(codes.length).toBeGreaterThan(10)
  expect(explained(read('docs/errors.md'), 'Problems', 'Conflicts').sort()).toEqual(codes.sort())
})

it('the documents link to files that exist', () => {
  for (const page of ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'docs/configuration.md', 'docs/errors.md', 'bench/README.md']) {
    const folder = page.includes('/') ? page.slice(0, page.lastIndexOf('/') + 1) : ''
    for (const [, target] of read(page).matchAll(/\]\((?!https?:)([^)#]+)/g)) expect(() => read(folder + target!), `${page} → ${target}`).not.toThrow()
  }
})

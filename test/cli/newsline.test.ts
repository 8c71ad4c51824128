import { describe, expect, it } from 'vitest'
import { newsLines, type NewsLine, type NewsStyle } from '../../src/cli/newsline.ts'
import type { Reloaded } from '../../src/cli/succession.ts'
import type { WatchNews } from '../../src/watch.ts'

/** A moment that is 14:02:11 wherever the tests run. */
const TIME = new Date(2026, 0, 31, 14, 2, 11).toISOString()

const tell = (news: WatchNews | Omit<Reloaded, 'time'>, style: Partial<NewsStyle> = {}): NewsLine[] => newsLines({ ...news, time: TIME }, { tree: './board', ...style })

/** Paths that have nothing in common but their directory. */
const files = (count: number): string[] => Array.from({ length: count }, (_, index) => `styles/${index}.css`)

describe('a batch is one line', () => {
  it.each([
    { name: 'one file', paths: ['a/header.html'], seconds: 0.018, line: 'imported 1 (header.html) 18 ms' },
    { name: 'three files', paths: ['a/header.html', 'a/footer.html', 'b.css'], seconds: 0.0034, line: 'imported 3 (header.html, footer.html, b.css) 3 ms' },
    { name: 'more', paths: files(1_200), seconds: 0.7, line: 'imported 1,200 (0.css, 1.css, 2.css, …) 700 ms' },
    { name: 'no time at all', paths: ['a.css'], seconds: 0, line: 'imported 1 (a.css) 1 ms' },
    { name: 'nearly a second', paths: ['a.css'], seconds: 0.9996, line: 'imported 1 (a.css) 1.0 s' },
    { name: 'seconds', paths: ['a.css'], seconds: 12.34, line: 'imported 1 (a.css) 12.3 s' },
    { name: 'one name twice', paths: ['en/index.html', 'de/index.html', 'de/about.html'], seconds: 0.01, line: 'imported 3 (en/index.html, de/index.html, about.html) 10 ms' },
    { name: 'its double is not named', paths: ['en/index.html', ...files(3), 'de/index.html'], seconds: 0.01, line: 'imported 5 (en/index.html, 0.css, 1.css, …) 10 ms' },
    { name: 'names that a terminal would obey', paths: ['a/\x1b[2J\n.css'], seconds: 0.01, line: 'imported 1 (^[[2J^J.css) 10 ms' },
  ])('$name', ({ paths, seconds, line }) => {
    expect(tell({ event: 'imported', paths, seconds })).toEqual([{ as: 'data', text: `14:02:11 ${line}` }])
  })

  it.each([
    { event: 'exported', paths: ['a.css'], line: 'exported 1 (a.css) 5 ms' },
    { event: 'deleted', paths: ['a.css'], line: 'deleted 1 row (a.css) 5 ms' },
    { event: 'removed', paths: ['a.css', 'b.css'], line: 'removed 2 files (a.css, b.css) 5 ms' },
  ] as const)('$event', ({ event, paths, line }) => {
    expect(tell({ event, paths, seconds: 0.005 })).toEqual([{ as: 'data', text: `14:02:11 ${line}` }])
  })

  it.each([
    { columns: 60, line: '14:02:11 imported 4 (header.html, footer.html, …) 18 ms' },
    { columns: 55, line: '14:02:11 imported 4 (header.html, …) 18 ms' },
    { columns: 40, line: '14:02:11 imported 4 (…eader.html) 18 ms' },
    { columns: 36, line: '14:02:11 imported 4 18 ms' },
    { columns: 10, line: '14:02:11 imported 4 18 ms' },
  ])('on a terminal of $columns columns', ({ columns, line }) => {
    const paths = ['a/header.html', 'a/footer.html', 'a/navigation.html', 'a/end.html']
    expect(tell({ event: 'imported', paths, seconds: 0.018 }, { columns })).toEqual([{ as: 'data', text: line }])
  })

  it('is as wide as the terminal at the most', () => {
    const names = ['a', 'bb.css', 'a-rather-long-name.stylesheet.css', 'x/same.css', 'y/same.css', '\x1b\x1b\x1b\x1b.css']
    for (let columns = 30; columns < 120; columns++) {
      for (let count = 1; count <= names.length; count++) {
        for (const start of [0, 1, 2, 3]) {
          const paths = names.slice(start).concat(names).slice(0, count)
          const [line] = tell({ event: 'exported', paths, seconds: 0.1 }, { columns })
          expect(line!.text.length).toBeLessThan(columns)
        }
      }
    }
  })
})

describe('what a person has to look at is told when quiet as well', () => {
  it.each<{ name: string; news: WatchNews; line: string }>([
    {
      name: 'a conflict, with the command that settles it',
      news: { event: 'conflict', path: 'a b.css', code: 'changed-on-both-sides', message: 'a b.css and its row both differ; neither was touched' },
      line: "conflict: a b.css and its row both differ; neither was touched. Decide with: rowtree resolve 'a b.css' --prefer merge (or store, tree)",
    },
    {
      name: 'an edit against a deletion, which no merge settles',
      news: { event: 'conflict', path: 'a.css', code: 'deleted-in-store', message: 'a.css was edited, but its row is gone' },
      line: 'conflict: a.css was edited, but its row is gone. Decide with: rowtree resolve a.css --prefer tree (or store)',
    },
    {
      name: 'a conflict that names its command',
      news: { event: 'conflict', path: 'a.css', code: 'merge-unclean', message: 'Cannot merge a.css: mend it, then: rowtree resolve a.css --prefer merge' },
      line: 'conflict: Cannot merge a.css: mend it, then: rowtree resolve a.css --prefer merge',
    },
    {
      name: 'a conflict that settles itself',
      news: { event: 'conflict', path: 'a.css', code: 'changed-meanwhile', message: 'a.css changed while it was exported' },
      line: 'conflict: a.css changed while it was exported',
    },
    {
      name: 'a hold',
      news: { event: 'held', path: 'a.css', code: 'file-emptied', message: 'Cannot import a.css: it is empty. Confirm with: rowtree resolve a.css --prefer tree' },
      line: 'hold: Cannot import a.css: it is empty. Confirm with: rowtree resolve a.css --prefer tree',
    },
    {
      name: 'a problem',
      news: { event: 'problem', path: '/srv/\x1b.sqlite', code: 'store-missing', message: 'Cannot open /srv/\x1b.sqlite: it is gone' },
      line: 'problem: Cannot open /srv/^[.sqlite: it is gone',
    },
    { name: 'its end', news: { event: 'recovered', path: '', code: 'store-missing', message: 'The store is there' }, line: 'recovered: The store is there' },
  ])('$name', ({ news, line }) => {
    expect(tell(news)).toEqual([{ as: 'attention', text: `14:02:11 ${line}` }])
  })
})

describe('the rest is told beside it', () => {
  it.each<{ name: string; news: WatchNews | Omit<Reloaded, 'time'>; line: string }>([
    { name: 'the beginning', news: { event: 'ready', files: 1_991 }, line: 'watching 1,991 files in ./board · Ctrl-C ends' },
    { name: 'one file', news: { event: 'ready', files: 1 }, line: 'watching 1 file in ./board · Ctrl-C ends' },
    { name: 'an untracked file', news: { event: 'untracked', paths: ['a/notes.txt'] }, line: '1 file fits no collection: a/notes.txt' },
    { name: 'many', news: { event: 'untracked', paths: files(5) }, line: '5 files fit no collection: styles/0.css, styles/1.css, styles/2.css, …' },
    {
      name: 'a deletion that waits for its flag',
      news: { event: 'pending', path: 'a.css', code: 'file-deleted', message: 'a.css is gone; its row stays until --delete' },
      line: 'deletion: a.css is gone; its row stays until --delete',
    },
    { name: 'other settings', news: { event: 'reloaded', path: '/srv/rowtree.yaml' }, line: '/srv/rowtree.yaml changed; watching by the new settings' },
  ])('$name', ({ news, line }) => {
    expect(tell(news)).toEqual([{ as: 'note', text: `14:02:11 ${line}` }])
  })

  it('unless it is of no consequence', () => {
    expect(tell({ event: 'rescan', reason: 'burst', found: 2 })).toEqual([])
    expect(tell({ event: 'stopped' })).toEqual([])
    expect(tell({ event: 'rescan', reason: 'burst', found: 2 }, { verbose: true })).toEqual([{ as: 'note', text: '14:02:11 looked at all files (burst): 2 to compare' }])
    expect(tell({ event: 'stopped' }, { verbose: true })).toEqual([{ as: 'note', text: '14:02:11 stopped' }])
  })
})

it('gives commands as they are typed here', () => {
  const typed = { program: 'npm start --', flags: '-C /srv ' }
  const lines = [
    tell({ event: 'conflict', path: 'a.css', code: 'changed-on-both-sides', message: 'Both differ' }, { typed }),
    tell({ event: 'held', path: 'a.css', code: 'file-emptied', message: 'It is empty: rowtree resolve a.css --prefer tree' }, { typed }),
  ]
  expect(lines.map(([line]) => line!.text)).toEqual([
    '14:02:11 conflict: Both differ. Decide with: npm start -- resolve -C /srv a.css --prefer merge (or store, tree)',
    '14:02:11 hold: It is empty: npm start -- resolve -C /srv a.css --prefer tree',
  ])
})

it('colours each line for its own stream, without counting colours as columns', () => {
  const style: Partial<NewsStyle> = {
    stdout: (of, text) => `<out ${String(of)} ${text}>`,
    stderr: (of, text) => `<err ${String(of)} ${text}>`,
    columns: 60,
  }
  expect(tell({ event: 'imported', paths: ['a/header.html', 'a/footer.html'], seconds: 0.018 }, style)).toEqual([
    { as: 'data', text: '<out dim 14:02:11> <out green imported 2> (header.html, footer.html) 18 ms' },
  ])
  expect(tell({ event: 'problem', path: 'a.css', code: 'write-failed', message: 'no' }, style)).toEqual([{ as: 'attention', text: '<err dim 14:02:11> <err red problem:> no' }])
})

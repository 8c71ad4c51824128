import { appendFileSync, closeSync, mkdirSync, openSync, renameSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { site } from '../support/site.ts'
import { samplePages } from '../support/tables.ts'
import { bodiesOf } from '../support/trail.ts'
import { has, lacking, runTool } from '../support/tools.ts'
import { saved, watchSite } from '../support/watched-site.ts'

const A = 'north/page-000000.html'
const B = 'south/page-000001.html'

/** Ways to write a file: the shell's command, where `$0` is the file and `$1` a draft that lies elsewhere; and what it needs. */
const WAYS: Readonly<Record<string, readonly [command: string, ...tools: string[]]>> = {
  'sed-i': [`sed -i s/lorem/LOREM/ "$0"`],
  'sed-many': [`for word in ipsum dolor sit amet; do sed -i "s/$word/-/" "$0"; done`],
  'perl-pi': [`perl -pi -e s/lorem/LOREM/ "$0"`, 'perl'],
  ed: [`printf '1i\\nfirst\\n.\\nw\\nq\\n' | ed -s "$0"`, 'ed'],
  patch: [`diff -u "$0" "$1" | patch -s "$0"`, 'patch'],
  cp: [`cp "$1" "$0"`],
  'cp-f': [`cp --remove-destination "$1" "$0"`],
  mv: [`mv "$1" "$0"`],
  ln: [`ln -f "$1" "$0"`],
  install: [`install -m 644 "$1" "$0"`],
  dd: [`dd if="$1" of="$0" bs=512 status=none`],
  tee: [`tee "$0" < "$1" > /dev/null`],
  cat: [`cat "$1" > "$0"`],
  rsync: [`rsync -a --ignore-times "$1" "$0"`, 'rsync'],
  'rsync-inplace': [`rsync -a --ignore-times --inplace "$1" "$0"`, 'rsync'],
  'python-w': [`python3 -c 'import sys; open(sys.argv[1], "w").write(open(sys.argv[2]).read())' "$0" "$1"`, 'python3'],
  'python-flushes': [`python3 -c 'import sys
with open(sys.argv[1], "w") as file:
    for line in open(sys.argv[2]):
        file.write(line)
        file.flush()' "$0" "$1"`, 'python3'],
  'shell-appends': [`: > "$0"; while read -r line; do echo "$line" >> "$0"; done < "$1"`],
  'gone-and-back': [`rm "$0"; cp "$1" "$0"`],
}
const usable = Object.entries(WAYS).filter(([, [, ...tools]]) => tools.every(has))
const needed = [...new Set(Object.values(WAYS).flatMap(([, ...tools]) => tools))]

const BODY = 'lorem ipsum dolor sit amet\n'.repeat(300)
const DRAFT = 'written elsewhere\n'.repeat(300)

describe('a file that a tool writes', () => {
  it(`becomes its row, whichever way it is written${lacking(...needed)}`, async () => {
    const pages = usable.map(([slug]) => ({ site: 'north', slug, body: BODY }))
    const { directory, root, arrival, trail, row, outcome } = await watchSite(await site([...pages, ...samplePages(6)]))
    const paths: string[] = []
    for (const [slug, [command]] of usable) {
      const path = `north/${slug}.html`
      const draft = join(directory, `${slug}.draft`)
      writeFileSync(draft, DRAFT)
      await runTool(directory, 'sh', ['-ec', command, join(root, path), draft])
      paths.push(path)
    }
    for (const path of paths) await arrival(path)
    for (const path of paths) expect([path, row(path) === BODY]).toEqual([path, false])
    expect(await outcome()).toEqual(saved(paths))
    // What is written by pieces may be taken by pieces, but nothing was taken that was never there.
    for (const { name, body } of trail()) expect([name, body === row(name) || DRAFT.startsWith(body!) || name === 'north/sed-many']).toEqual([name, true])
  })

  it('is touched, or gets other rights: nothing happens', async () => {
    const { root, outcome } = await watchSite(await site())
    await runTool(root, 'touch', [A])
    await runTool(root, 'chmod', ['600', A])
    expect(await outcome()).toEqual(saved([]))
  })

  it('is empty for long: it is held, and taken when it is written', async () => {
    const { root, row, events, trail, arrival, outcome } = await watchSite(await site())
    const before = row(A)
    const file = openSync(join(root, A), 'w')
    await eventually('the empty file is held', () => events.some(({ event }) => event === 'held'))
    expect([row(A), trail()]).toEqual([before, []])
    writeSync(file, 'the whole of it\n')
    closeSync(file)
    await arrival(A)
    expect(await outcome()).toEqual(saved([A], [`held ${A} file-emptied`]))
    expect(trail()).toEqual([{ name: 'north/page-000000', what: 'update', body: 'the whole of it\n' }])
  })

  it('is emptied and written anew with hardly a pause, many times', async () => {
    const { root, row, trail, arrival, outcome } = await watchSite(await site())
    for (let round = 1; round <= 200; round++) {
      writeFileSync(join(root, A), '')
      writeFileSync(join(root, A), `round ${round}\n`)
    }
    await arrival(A)
    expect(await outcome()).toEqual(saved([A]))
    expect([row(A), trail().at(-1)?.body]).toEqual(['round 200\n', 'round 200\n'])
  })

  it('is written by halves: the last one wins', async () => {
    const { root, row, trail, arrival, outcome } = await watchSite(await site())
    writeFileSync(join(root, A), 'one half\n')
    await arrival(A)
    appendFileSync(join(root, A), 'the other half\n')
    await arrival(A)
    expect(row(A)).toBe('one half\nthe other half\n')
    expect(await outcome()).toEqual(saved([A]))
    expect(trail()).toHaveLength(2)
  })

  it('is moved out of the way, and written anew a moment later: its row stays', async () => {
    const { root, trail, arrival, outcome } = await watchSite(await site())
    for (let round = 1; round <= 3; round++) {
      renameSync(join(root, A), join(root, `${A}~`))
      // When this one has arrived, the session knows that the other one is gone.
      writeFileSync(join(root, B), `another, round ${round}\n`)
      await arrival(B)
      writeFileSync(join(root, A), `round ${round}\n`)
      await arrival(A)
    }
    expect(await outcome()).toEqual(saved([A, B]))
    expect(trail()).toHaveLength(6)
  })

  it('is made by a program that writes little by little into a new directory', async () => {
    const { root, row, arrival, outcome } = await watchSite(await site())
    const path = 'west/new.html'
    mkdirSync(join(root, 'west'))
    await runTool(root, 'sh', ['-ec', 'for number in $(seq 300); do echo "line $number" >> "$0"; done', path])
    await arrival(path)
    expect(await outcome()).toEqual(saved([path]))
    expect(row(path)!.split('\n')).toHaveLength(301)
  })
})

describe.skipIf(!has('rsync'))(`a tree${lacking('rsync')}`, () => {
  it('becomes the copy of another one, with new times and with old ones', async () => {
    const { directory, root, store, session, trail, file, events } = await watchSite(await site(samplePages(60)))
    const script = `cp -a tree copy; cd copy; sed -i s/lorem/LOREM/ north/*; rm south/page-00000[1357].html; mkdir -p west; echo new > west/new.html`
    await runTool(directory, 'sh', ['-ec', script])
    await runTool(directory, 'rsync', ['-aI', '--delete', 'copy/', 'tree/'])
    await session.flush()
    const bodies = bodiesOf(store)
    expect(Object.keys(bodies)).toHaveLength(57)
    for (const [name, body] of Object.entries(bodies)) expect([name, body]).toEqual([name, file(`${name}.html`)])
    expect(new Set(trail().map(({ what, name }) => `${what} ${name.split('/')[0]}`))).toEqual(new Set(['update north', 'delete south', 'insert west']))
    expect(trail()).toHaveLength(35)

    await runTool(root, 'mv', ['west', 'east'])
    await session.flush()
    expect(trail().slice(35).map(({ what, name }) => `${what} ${name}`)).toEqual(['insert east/new', 'delete west/new'])
    expect(events.filter(({ event }) => event === 'held' || event === 'problem')).toEqual([])
  })
})

describe.skipIf(!has('git'))(`git${lacking('git')}`, () => {
  it('switches branches: files change, appear and vanish', async () => {
    const watched = await repository()
    const { root, store, row, session, trail, events } = await watchSite(watched)
    const main = bodiesOf(store)
    await git(root, 'checkout', 'other')
    await session.flush()
    const other = bodiesOf(store)
    const { 'north/page-000002': _, ...rest } = main
    expect(other).toEqual({ ...rest, 'north/page-000000': 'changed\n', 'south/page-000001': 'changed, too\n', 'east/new': 'new\n' })
    await git(root, 'checkout', 'main')
    await session.flush()
    expect(bodiesOf(store)).toEqual(main)
    // git removes a file before it writes it; its row never was gone.
    expect(trail().map(({ name, what }) => `${what} ${name}`).toSorted()).toEqual([
      'delete east/new', 'delete north/page-000002', 'insert east/new', 'insert north/page-000002',
      'update north/page-000000', 'update north/page-000000', 'update south/page-000001', 'update south/page-000001',
    ])
    expect(row(A)).toBe(watched.file(A))
    expect(events.filter(({ event }) => event === 'problem' || event === 'conflict' || event === 'held')).toEqual([])
  })

  it('switches branches, where nothing may be deleted', async () => {
    const { root, store, session, trail } = await watchSite(await repository(), { delete: false })
    const main = bodiesOf(store)
    await git(root, 'checkout', 'other')
    await session.flush()
    expect(bodiesOf(store)).toEqual({ ...main, 'north/page-000000': 'changed\n', 'south/page-000001': 'changed, too\n', 'east/new': 'new\n' })
    await git(root, 'checkout', 'main')
    await session.flush()
    expect(bodiesOf(store)).toEqual({ ...main, 'east/new': 'new\n' })
    expect(trail().filter(({ what }) => what === 'delete')).toEqual([])
  })

  it('stashes, resets and applies a patch', async () => {
    const { root, file, arrival, outcome, session } = await watchSite(await repository())
    const before = file(A)
    writeFileSync(join(root, A), 'stashed\n')
    await arrival(A)
    await git(root, 'stash')
    await arrival(A)
    expect(file(A)).toBe(before)
    await git(root, 'stash', 'pop')
    await arrival(A)
    expect(file(A)).toBe('stashed\n')
    await git(root, 'commit', '-am', 'Stashed')
    await git(root, 'reset', '--hard', 'HEAD~1')
    await session.flush()
    await git(root, 'cherry-pick', 'HEAD@{1}')
    await arrival(A)
    expect(await outcome()).toEqual(saved([A]))
  })
})

/** A site whose tree is a repository with two branches; `other` has two changed files, a new one, and lacks one. */
async function repository(): ReturnType<typeof site> {
  const one = await site()
  const { root } = one
  await git(root, 'init', '-b', 'main')
  await git(root, 'add', '.')
  await git(root, 'commit', '-m', 'All')
  await git(root, 'checkout', '-b', 'other')
  writeFileSync(join(root, A), 'changed\n')
  writeFileSync(join(root, B), 'changed, too\n')
  mkdirSync(join(root, 'east'))
  writeFileSync(join(root, 'east/new.html'), 'new\n')
  await git(root, 'rm', 'north/page-000002.html')
  await git(root, 'add', '.')
  await git(root, 'commit', '-m', 'Other')
  await git(root, 'checkout', 'main')
  return one
}

async function git(root: string, ...args: readonly string[]): Promise<void> {
  await runTool(root, 'git', ['-c', 'user.name=Nobody', '-c', 'user.email=nobody@localhost', '-c', 'advice.detachedHead=false', ...args])
}

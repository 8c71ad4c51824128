import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import { expect, it } from 'vitest'
import { TEMP_SUFFIX, tempName, tempPrefix } from '../../src/tree/temp.ts'
import { documentOf, filesBelow, project, type Project, stateOf } from '../support/project.ts'
import { temporaryDirectory } from '../support/temporary.ts'

/** A process id that nobody has any more. */
const DEAD = spawnSync(process.execPath, ['--version']).pid.toString(36)

/** A project with temps of a dead process (one of them two hours old), one of this process, and a person's own files. */
function litter(): Project {
  const littered = project()
  mkdirSync(littered.at('tree', 'a', 'b'), { recursive: true })
  for (const path of [`.rowtree-${DEAD}-1-0-0-0.tmp`, `a/.rowtree-${DEAD}-1-0-0-1.tmp`, `a/b/.rowtree-${DEAD}-1-0-0-2.tmp`]) {
    writeFileSync(littered.at('tree', path), 'half')
  }
  const old = Date.now() / 1_000 - 7_200
  utimesSync(littered.at('tree', 'a', 'b', `.rowtree-${DEAD}-1-0-0-2.tmp`), old, old)
  writeFileSync(littered.at('tree', 'a', tempName(tempPrefix(), 0, TEMP_SUFFIX)), 'ours')
  for (const path of ['page.tmp', '.rowtree-notes.tmp', 'a/.rowtree.yaml']) writeFileSync(littered.at('tree', path), 'mine')
  return littered
}

const OWN = tempName(tempPrefix(), 0, TEMP_SUFFIX).split('-').slice(0, 3).join('-')
const KEPT = ['.rowtree-notes.tmp', `a/${OWN}`, 'a/.rowtree.yaml', 'page.tmp'].toSorted()

function keptIn(tree: string): string[] {
  return filesBelow(tree).map((path) => (path.startsWith(`a/${OWN}-`) ? `a/${OWN}` : path))
}

it('removes what dead processes left and nothing else', async () => {
  const { run, tree } = litter()
  const done = await run(['sweep'])
  expect(done).toMatchObject({
    code: 0,
    stderr: '',
    stdout: '3 temp files removed · 1 left: their processes run, or they are too young\n',
  })
  expect(keptIn(tree)).toEqual(KEPT)
  expect((await run(['sweep'])).stdout).toMatch(/^0 temp files removed · 1 left/)
})

it('names what it removes with --verbose', async () => {
  const { run } = litter()
  const { stderr } = await run(['sweep', '-v'])
  expect(stderr.trim().split('\n').toSorted()).toEqual(
    [`.rowtree-${DEAD}-1-0-0-0.tmp`, `a/.rowtree-${DEAD}-1-0-0-1.tmp`, `a/b/.rowtree-${DEAD}-1-0-0-2.tmp`].toSorted(),
  )
})

it.each([
  { older: '1h', removed: 1 },
  { older: '90m', removed: 1 },
  { older: '3h', removed: 0 },
  { older: '1d', removed: 0 },
  { older: '0s', removed: 3 },
])('leaves temps younger than --older-than $older', async ({ older, removed }) => {
  const { run, tree } = litter()
  const { code, stdout } = await run(['sweep', '--older-than', older])
  expect(code).toBe(0)
  expect(stdout).toContain(`${removed} temp file${removed === 1 ? '' : 's'} removed · ${4 - removed} left`)
  expect(filesBelow(tree)).toHaveLength(KEPT.length + 3 - removed)
})

it('takes the age from ROWTREE_OLDER_THAN', async () => {
  const { run } = litter()
  expect((await run(['sweep'], { env: { ROWTREE_OLDER_THAN: '1h' } })).stdout).toContain('1 temp file removed · 3 left')
})

it('changes nothing in a dry run', async () => {
  const { run, directory } = litter()
  const before = stateOf(directory)
  expect((await run(['sweep', '--dry-run'])).stdout).toMatch(/^dry run: 3 temp files removed/)
  expect(stateOf(directory)).toEqual(before)
})

it('prints one JSON document', async () => {
  const { run, tree } = litter()
  const done = await run(['sweep', '--json', '-n'])
  expect(done).toMatchObject({ code: 0, stderr: '' })
  const document = documentOf(done)
  expect(Object.keys(document)).toEqual(['command', 'ok', 'dryRun', 'removed', 'left', 'problems'])
  expect(document).toMatchObject({ command: 'sweep', ok: true, dryRun: true, left: 1, problems: [] })
  expect(filesBelow(tree)).toEqual(expect.arrayContaining(document['removed'] as string[]))
  expect(documentOf(await run(['sweep', '--json']))).toEqual({ command: 'sweep', ok: true, removed: document['removed'], left: 1, problems: [] })
  expect(keptIn(tree)).toEqual(KEPT)
})

it('needs neither the database nor the tree', async () => {
  const { run, at, tree } = project()
  writeFileSync(at('site.sqlite'), 'no database')
  expect(await run(['sweep'])).toMatchObject({ code: 0, stdout: '0 temp files removed\n', stderr: '' })
  expect(() => filesBelow(tree)).toThrow('ENOENT')
  expect(readFileSync(at('site.sqlite'), 'utf8')).toBe('no database')
})

it('removes those in the state as well, by the same rule', async () => {
  const { run, at } = litter()
  mkdirSync(at('.rowtree', 'deep'), { recursive: true })
  const living = tempName(tempPrefix(), 0, TEMP_SUFFIX)
  const dead = `.rowtree-${DEAD}-1-0-0-0.tmp`
  for (const path of [dead, living, '.rowtree-notes.tmp', `deep/${dead}`]) writeFileSync(at('.rowtree', path), 'half')
  expect(documentOf(await run(['sweep', '--json', '-n']))).toMatchObject({ removed: expect.arrayContaining([`../.rowtree/${dead}`]) as string[], left: 2 })
  expect((await run(['sweep'])).stdout).toBe('4 temp files removed · 2 left: their processes run, or they are too young\n')
  expect(filesBelow(at('.rowtree'))).toEqual([living, '.rowtree-notes.tmp', `deep/${dead}`].toSorted())
})

it('does not follow a symlink out of the tree', async () => {
  const { run, tree, at } = litter()
  const outside = temporaryDirectory()
  const temp = `.rowtree-${DEAD}-1-0-0-0.tmp`
  writeFileSync(`${outside}/${temp}`, 'outside')
  symlinkSync(outside, at('tree', 'link'))
  symlinkSync(`${outside}/${temp}`, at('tree', `.rowtree-${DEAD}-1-0-0-9.tmp`))
  expect((await run(['sweep', '-q'])).code).toBe(0)
  expect(filesBelow(outside)).toEqual([temp])
  expect(filesBelow(tree)).toEqual(expect.arrayContaining(['link', `.rowtree-${DEAD}-1-0-0-9.tmp`]))
})

it('says that the tree is no directory', async () => {
  const { run, tree } = project()
  writeFileSync(tree, 'a file')
  expect(await run(['sweep'])).toMatchObject({ code: 78, stdout: '', stderr: expect.stringContaining(`Cannot use the tree ${tree}: it is not a directory`) })
})

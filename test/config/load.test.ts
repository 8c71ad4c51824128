import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadConfig, type LoadOptions } from '../../src/config.ts'
import { RowtreeError } from '../../src/errors.ts'
import { BOARD } from './samples.ts'

let root: string

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'rowtree-config-')))
  await mkdir(join(root, 'a/b'), { recursive: true })
})

afterEach(() => rm(root, { recursive: true }))

const load = (options: Partial<LoadOptions>): ReturnType<typeof loadConfig> => loadConfig({ cwd: root, env: {}, ...options })

/** What is said of a failure, with the test's directory as `~`. */
async function failure(options: Partial<LoadOptions>): Promise<Record<string, unknown>> {
  const error: unknown = await load(options).catch((thrown: unknown) => thrown)
  if (!(error instanceof RowtreeError)) throw error
  const { code, errno, path, message } = error
  return { code, errno, path: path?.replace(root, '~'), message: message.replaceAll(root, '~') }
}

test('finds the file in the directory itself', async () => {
  await writeFile(join(root, 'rowtree.yaml'), BOARD)
  const { file, directory, tree, state } = await load({})
  expect({ file, directory, tree, state }).toEqual({
    file: join(root, 'rowtree.yaml'),
    directory: root,
    tree: join(root, 'board'),
    state: join(root, '.rowtree'),
  })
})

test('finds the nearest file upwards; its directory is the base of paths', async () => {
  await writeFile(join(root, 'rowtree.yaml'), BOARD)
  expect((await load({ cwd: join(root, 'a/b') })).tree).toBe(join(root, 'board'))
  await writeFile(join(root, 'a/rowtree.yaml'), BOARD)
  expect((await load({ cwd: join(root, 'a/b') })).tree).toBe(join(root, 'a/board'))
  expect((await load({ cwd: join(root, 'a/b/not/there') })).tree).toBe(join(root, 'a/board'))
})

test('a named file wins, relative to cwd', async () => {
  await writeFile(join(root, 'rowtree.yaml'), BOARD)
  await writeFile(join(root, 'a/other.yml'), BOARD)
  expect((await load({ file: 'a/other.yml' })).file).toBe(join(root, 'a/other.yml'))
  expect((await load({ file: '../other.yml', cwd: join(root, 'a/b') })).tree).toBe(join(root, 'a/board'))
  expect((await load({ file: join(root, 'a/other.yml') })).directory).toBe(join(root, 'a'))
})

test('expands the environment it is given', async () => {
  await writeFile(join(root, 'rowtree.yaml'), `${BOARD}state: \${STATE}`)
  expect((await load({ env: { STATE: '/var/state' } })).state).toBe('/var/state')
})

test('names the file of a fault', async () => {
  await writeFile(join(root, 'rowtree.yaml'), `${BOARD}stat: x`)
  expect(await failure({ cwd: join(root, 'a') })).toEqual({
    code: 'config-invalid',
    path: '~/rowtree.yaml',
    message: 'Cannot read ~/rowtree.yaml:3:1: unknown key "stat"; did you mean "state"?',
  })
})

test('no file anywhere', async () => {
  expect(await failure({ cwd: join(root, 'a/b') })).toEqual({
    code: 'config-missing',
    path: '~/a/b',
    message: 'Cannot find rowtree.yaml: it is neither in ~/a/b nor above; name a file with --config',
  })
})

test.each(['nope.yaml', 'a/file/nope.yaml'])('no such named file: %s', async (file) => {
  await writeFile(join(root, 'a/file'), '')
  expect(await failure({ file })).toEqual({
    code: 'config-missing',
    errno: 'ENOENT',
    path: `~/${file}`,
    message: `Cannot read ~/${file}: there is no such file; name another with --config`,
  })
})

test.each(['mysql://me:hunter2@host/board', 'mysql:/me:hunter2@host/board', 'mysql:me:hunter2@host/board'])('the URL of a store by mistake, of which nothing is told: %s', async (file) => {
  expect(await failure({ file })).toEqual({
    code: 'config-missing',
    message: 'Cannot read a config from a URL: --config names a file; the URL of the store is in it, as store.url',
  })
})

test('a directory', async () => {
  expect(await failure({ file: 'a' })).toEqual({
    code: 'config-unreadable',
    errno: 'EISDIR',
    path: '~/a',
    message: 'Cannot read ~/a: it is a directory; name a file with --config',
  })
})

test('a file that cannot be read does not lead to one above it', async () => {
  await writeFile(join(root, 'rowtree.yaml'), BOARD)
  await symlink('rowtree.yaml', join(root, 'a/rowtree.yaml'))
  expect(await failure({ cwd: join(root, 'a') })).toEqual({
    code: 'config-unreadable',
    errno: 'ELOOP',
    path: '~/a/rowtree.yaml',
    message: 'Cannot read ~/a/rowtree.yaml: reading failed with ELOOP; name another file with --config',
  })
})

test('bytes that are not UTF-8', async () => {
  await writeFile(join(root, 'rowtree.yaml'), Uint8Array.of(0x74, 0xff, 0xfe))
  expect(await failure({})).toEqual({
    code: 'config-unreadable',
    path: '~/rowtree.yaml',
    message: 'Cannot read ~/rowtree.yaml: it is not UTF-8 text; save it as UTF-8',
  })
})

test('a byte order mark and CRLF, as some editors save', async () => {
  await writeFile(join(root, 'rowtree.yaml'), `\uFEFF${BOARD}guards: { maxDelete: 5% }\n`.replaceAll('\n', '\r\n'))
  expect(await load({})).toMatchObject({ tree: join(root, 'board'), guards: { maxDelete: { share: 0.05 } } })
})

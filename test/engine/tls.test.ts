import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { describe, expect, it } from 'vitest'
import { readTls } from '../../src/engine/tls.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { faultOf } from '../config/samples.ts'

const PEM = '-----BEGIN CERTIFICATE-----\nhunter2\n-----END CERTIFICATE-----\n'
const KEY = '# mine\r\n-----BEGIN RSA PRIVATE KEY-----\r\nhunter2\r\n-----END RSA PRIVATE KEY-----\r\n'

it('reads the files that are named, and no others', () => {
  const directory = temporaryDirectory()
  const [ca, key] = [join(directory, 'ca.pem'), join(directory, 'key.pem')]
  writeFileSync(ca, PEM)
  writeFileSync(key, KEY)
  expect(readTls({ ca, cert: ca, key, verify: true })).toEqual({ ca: PEM, cert: PEM, key: KEY, verify: true })
  expect(readTls({ verify: false })).toEqual({ verify: false })
})

describe('refuses', () => {
  it.each<[name: string, make: (path: string) => void, state: string]>([
    ['a file that is not there', () => {}, 'there is no such file; correct the path, which starts from the directory of the config'],
    ['a directory', (path) => mkdirSync(path), 'it is a directory; name a file'],
    ['a file of another kind', (path) => writeFileSync(path, 'hunter2'), 'it is not PEM; name a file with a line "-----BEGIN …-----"'],
    ['an empty file', (path) => writeFileSync(path, ''), 'it is not PEM; name a file with a line "-----BEGIN …-----"'],
  ])('%s, and says which setting names it', (_, make, state) => {
    const path = join(temporaryDirectory(), 'key.pem')
    make(path)
    const error = faultOf(() => readTls({ key: path, verify: true }))
    expect(error).toMatchObject({ code: 'config-unreadable', path, message: `Cannot read ${path}, which store.tls.key names: ${state}` })
    expect(String(error.cause)).not.toContain('hunter2')
  })

  it.skipIf(process.getuid?.() === 0)('a file that it may not read (needs another user than root)', () => {
    const path = join(temporaryDirectory(), 'ca.pem')
    writeFileSync(path, PEM)
    chmodSync(path, 0)
    expect(faultOf(() => readTls({ ca: path, verify: true }))).toMatchObject({ code: 'config-unreadable', errno: 'EACCES' })
  })
})

/**
 * Shows that the gate catches a writer that does its work twice: it has to fail in a copy of the sources in which that is so. `npm run bench:slowed`.
 * The sources themselves are not touched.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { SLOWDOWN } from './slowdown.ts'

const CHECKOUT = fileURLToPath(new URL('..', import.meta.url))
const PARTS = ['src', 'workers', 'bench', 'package.json', 'deno.json', 'tsconfig.json']

const place = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'rowtree-slowed-'))
try {
  for (const part of PARTS) cpSync(join(CHECKOUT, part), join(place, part), { recursive: true })
  symlinkSync(join(CHECKOUT, 'node_modules'), join(place, 'node_modules'))
  const path = join(place, SLOWDOWN.file)
  const text = readFileSync(path, 'utf8')
  if (text.split(SLOWDOWN.before).length !== 2) throw new Error(`Cannot slow ${SLOWDOWN.file} down: ${JSON.stringify(SLOWDOWN.before)} does not stand there exactly once; bring bench/slowdown.ts up to date`)
  writeFileSync(path, text.replace(SLOWDOWN.before, () => SLOWDOWN.work + SLOWDOWN.before))

  const { status, stdout, stderr } = spawnSync(process.execPath, [join(place, 'bench/gate.ts')], { encoding: 'utf8' })
  process.stdout.write(stdout.replaceAll(/^/gm, '  ').trimEnd())
  const caught = status === 1 && stdout.includes('✗ fail  processor time of an export,')
  process.stdout.write(caught ? '\nThe gate catches a writer that stages each file twice\n' : `\nThe gate does not catch a writer that stages each file twice ${stderr}\n`)
  process.exitCode = caught ? 0 : 1
} finally {
  rmSync(place, { recursive: true, force: true })
}

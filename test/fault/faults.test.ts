import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { project } from '../support/project.ts'
import { startActor } from '../support/faults/acting.ts'
import { CAN_INJECT, Faults } from '../support/faults/index.ts'

const pathOf = (index: number): string => `${index % 2 === 0 ? 'north' : 'south'}/page-00000${index}.html`

describe.skipIf(!CAN_INJECT)('a process whose system calls fail (needs Linux and a C compiler)', () => {
  it('counts the calls below a directory, also of SQLite', async () => {
    const { directory, tree } = project()
    const faults = new Faults()
    const actor = await startActor(faults.env)
    faults.arm({ root: directory })
    expect(await actor.tell({ do: 'operate', directory, operation: 'export', options: { workers: 0 } })).toMatchObject({ ok: true, value: { exported: 6 } })
    const log = faults.log()
    expect(log.length).toBe(faults.counts().seen)
    expect(log.filter(({ call, path }) => call === 'write' && path.includes('.tmp/page-'))).toHaveLength(6)
    for (const call of ['open', 'read', 'write', 'rename', 'mkdir', 'close', 'stat'] as const) expect(log.map((one) => one.call)).toContain(call)
    expect(log.map(({ path }) => path)).toEqual(expect.arrayContaining(['site.sqlite', '.rowtree/baseline.db', '.rowtree/baseline.db-journal']))
    expect(log.some(({ isStruck }) => isStruck)).toBe(false)
    faults.arm({ root: tree, calls: ['rename'] })
    await actor.tell({ do: 'operate', directory, operation: 'export' })
    expect(faults.log()).toEqual([])
  })

  it('fails one call with an error, as often as it is told', async () => {
    const { directory, tree } = project()
    const faults = new Faults()
    const actor = await startActor(faults.env)
    faults.arm({ root: tree, calls: ['write'], at: 3, fault: 'EIO' })
    expect(await actor.tell({ do: 'operate', directory, operation: 'export' })).toMatchObject({ ok: false, error: { code: 'io-error', errno: 'EIO' } })
    expect(faults.counts()).toEqual({ seen: 3, struck: 1 })
    expect(faults.log().map(({ isStruck }) => isStruck)).toEqual([false, false, true])
  })

  it('writes half', async () => {
    const { directory, tree } = project()
    const faults = new Faults()
    const actor = await startActor(faults.env)
    faults.arm({ root: tree, calls: ['write'], at: 1, fault: 'short' })
    // The other half follows.
    expect(await actor.tell({ do: 'operate', directory, operation: 'export' })).toMatchObject({ ok: true, value: { exported: 6 } })
    expect(faults.counts()).toEqual({ seen: 7, struck: 1 })
    expect(readFileSync(`${tree}/${pathOf(0)}`, 'utf8')).toMatch(/^<h1>0<\/h1>[^]*ipsum \n$/)
  })

  it.each(['kill-before', 'kill-after'] as const)('kills the process: %s', async (fault) => {
    const { directory, tree } = project()
    const faults = new Faults()
    const actor = await startActor(faults.env)
    faults.arm({ root: tree, calls: ['rename'], at: 1, fault })
    expect(await actor.tell({ do: 'operate', directory, operation: 'export' })).toBeUndefined()
    expect(await actor.ended).toBe('SIGKILL')
    expect(faults.counts()).toEqual({ seen: 1, struck: 1 })
  })
})

it('ends an actor at a milestone', async () => {
  const { directory } = project()
  const actor = await startActor()
  expect(await actor.tell({ do: 'die', at: 'staged', time: 1 })).toEqual({ ok: true })
  expect(await actor.tell({ do: 'operate', directory, operation: 'export' })).toBeUndefined()
  expect(await actor.ended).toBe('SIGKILL')
})

import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareReports, type Contract, judgeContract, readEarlier, RowtreeError } from '../../src/index.ts'
import { requireComparable } from '../../src/bench/comparison.ts'
import { excess } from '../../src/bench/contract.ts'
import { verdictWords } from '../../src/cli/bench/words.ts'
import { sampleReport } from './samples.ts'

const MB = 2 ** 20

describe('a contract', () => {
  it.each<[contract: Contract, met: boolean[], words: string[]]>([
    [{}, [], []],
    [{ minSpeedup: 1.5 }, [true], ['speedup 1.50 ×, at least 1.50 × is asked for']],
    [{ minSpeedup: 3 }, [false], ['speedup 1.50 ×, at least 3.00 × is asked for: 2.00 times too slow']],
    [{ maxLatencyMs: 300 }, [true], ['latency.p95 300 ms, at most 300 ms is asked for']],
    [{ maxLatencyMs: 200 }, [false], ['latency.p95 300 ms, at most 200 ms is asked for: 1.50 times too slow']],
    [{ maxRss: 128 * MB }, [true], ['fresh.rss 128 MB, at most 128 MB is asked for']],
    [{ maxRss: 100 * MB }, [false], ['fresh.rss 128 MB, at most 100 MB is asked for: 1.28 times too much']],
    [{ minSpeedup: 1, maxLatencyMs: 1, maxRss: 1 }, [true, false, false], []],
  ])('%j', (contract, met, words) => {
    const verdicts = judgeContract(sampleReport(), contract)
    expect(verdicts.map((verdict) => verdict.met)).toEqual(met)
    expect(verdicts.map(verdictWords).slice(0, words.length)).toEqual(words)
  })

  it('is not kept by what was not measured', () => {
    const { latency: _, fresh: __, ...rest } = sampleReport()
    const verdicts = judgeContract({ ...rest, ratios: [] }, { minSpeedup: 1, maxLatencyMs: 1e9, maxRss: 1e15 })
    expect(verdicts.map(({ met }) => met)).toEqual([false, false, false])
    expect(verdicts.map(verdictWords).join('\n').match(/there is no such figure/g)).toHaveLength(3)
  })

  it('is broken by more than all of it, and by nothing less', () => {
    const positive = fc.double({ min: 0.01, max: 100, noNaN: true })
    fc.assert(fc.property(positive, positive, (measured, limit) => {
      const [verdict] = judgeContract(sampleReport({ ratios: [{ name: 'speedup', value: measured, better: 'higher' }] }), { minSpeedup: limit })
      expect(verdict!.met).toBe(excess(verdict!) <= 1)
    }))
  })
})

/** Its document. */
function earlier(change: object = {}): string {
  return JSON.stringify({ command: 'bench', ok: true, ...sampleReport(), ...change })
}

/** The code of what reading it throws; that of a refusal where it is read. */
function codeOf(text: string): unknown {
  try {
    readEarlier(text, 'x.json')
    return 'usage'
  } catch (error) {
    return error instanceof RowtreeError ? error.code : error
  }
}

describe('an earlier report', () => {
  it('of the same is no regression', () => {
    const verdicts = compareReports(sampleReport(), readEarlier(earlier(), 'earlier.json'), 1)
    expect(verdicts).toHaveLength(6)
    expect(verdicts.every(({ met }) => met)).toBe(true)
  })

  it.each<[name: string, was: number, better: 'higher' | 'lower', most: number, met: boolean, words: string]>([
    ['speedup', 1.8, 'higher', 1.25, true, 'speedup 1.50 ×, was 1.80 ×: 1.20 times worse'],
    ['speedup', 3, 'higher', 1.25, false, 'speedup 1.50 ×, was 3.00 ×: 2.00 times worse, at most 1.25 is allowed'],
    ['speedup', 3, 'higher', 2, true, 'speedup 1.50 ×, was 3.00 ×: 2.00 times worse'],
    ['speedup', 0.75, 'higher', 1, true, 'speedup 1.50 ×, was 0.75 ×: 2.00 times better'],
    ['effort', 0.5, 'lower', 1.25, false, 'effort 1.00 ×, was 0.50 ×: 2.00 times worse, at most 1.25 is allowed'],
    ['latency', 1.25, 'lower', 1.25, true, 'latency 1.30 ×, was 1.25 ×: 1.04 times worse'],
  ])('whose %s was %d', (name, was, better, most, met, words) => {
    const ratios = [{ name: 'speedup', value: 1.5, better: 'higher' }, { name, value: was, better }].filter((ratio, index) => index === 1 || ratio.name !== name)
    const verdict = compareReports(sampleReport(), readEarlier(earlier({ ratios }), 'earlier.json'), most).find(({ figure }) => figure === name)!
    expect({ met: verdict.met, words: verdictWords(verdict) }).toEqual({ met, words })
  })

  it('is judged by ratios alone: its times may be anything', () => {
    const other = readEarlier(earlier({ work: [], latency: { p50: 1, p95: 1, p99: 1, samples: [] }, fresh: { rss: 1 } }), 'earlier.json')
    expect(compareReports(sampleReport(), other, 1).every(({ met }) => met)).toBe(true)
  })

  it.each<[title: string, text: string, said: string]>([
    ['nothing', '', 'it is no JSON document'],
    ['no JSON', 'report', 'it is no JSON document'],
    ['a list', '[]', 'it is no JSON document'],
    ['another command\'s document', '{"command":"doctor","ok":true}', 'it is no report of rowtree bench'],
    ['a later form', earlier({ format: 2 }), 'its format is 2, this rowtree reads 1'],
    ['one without a course', earlier({ course: undefined }), 'it does not say what was measured'],
    ['one with half a course', earlier({ course: { rows: 5 } }), 'it does not say what was measured'],
    ['one without ratios', earlier({ ratios: undefined }), 'it lacks the speedup'],
    ['one with other ratios', earlier({ ratios: [{ name: 'import', value: 1, better: 'higher' }] }), 'it lacks the speedup'],
    ['a ratio of nothing', earlier({ ratios: [{ name: 'speedup', value: 0, better: 'higher' }] }), 'it lacks the speedup, or a ratio is no number above 0'],
    ['a ratio that is text', earlier({ ratios: [{ name: 'speedup', value: '1.5', better: 'higher' }] }), 'it lacks the speedup, or a ratio is no number above 0'],
    ['a ratio that is null', earlier({ ratios: [null] }), 'it lacks the speedup, or a ratio is no number above 0'],
  ])('that is %s is refused', (_, text, said) => {
    expect(() => readEarlier(text, 'x.json')).toThrow(RowtreeError)
    expect(() => readEarlier(text, 'x.json')).toThrow(`Cannot compare with x.json: ${said}`)
  })

  it('that is any document at all is read or refused, and nothing else', () => {
    fc.assert(fc.property(fc.json(), (text) => void expect(codeOf(text)).toBe('usage')))
  })

  it.each<[change: object, remedy: string]>([
    [{ rows: 5 }, 'it was measured with rows 5, not 1000; run it with --rows 5, or measure it anew'],
    [{ size: 5 }, 'run it with --size 5,'],
    [{ fsync: 'file' }, 'set export.fsync: file,'],
    [{ settle: 50 }, 'set watch.settle: 50ms,'],
    [{ workers: 2 }, 'set export.workers: 2,'],
  ])('of another course is refused: %j', (change, remedy) => {
    const { course } = sampleReport()
    const other = readEarlier(earlier({ course: { ...course, ...change } }), 'x.json')
    expect(() => requireComparable(course, other, 'x.json')).toThrow(remedy)
  })

  it('of more rounds and saves can be compared', () => {
    const { course } = sampleReport()
    expect(() => requireComparable(course, readEarlier(earlier({ course: { ...course, rounds: 9, saves: 0 } }), 'x.json'), 'x.json')).not.toThrow()
  })
})

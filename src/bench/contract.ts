import type { BenchReport, Contract, Verdict } from '../bench.ts'

/** Whether a report keeps to a contract, setting by setting. What was not measured is not met. */
export function judgeContract({ ratios, latency, fresh }: Pick<BenchReport, 'ratios' | 'latency' | 'fresh'>, { minSpeedup, maxLatencyMs, maxRss }: Contract): Verdict[] {
  const verdicts: Verdict[] = []
  if (minSpeedup !== undefined) {
    const measured = ratios.find(({ name }) => name === 'speedup')?.value ?? Number.NaN
    verdicts.push({ name: 'minSpeedup', figure: 'speedup', measured, limit: minSpeedup, better: 'higher', met: measured >= minSpeedup })
  }
  if (maxLatencyMs !== undefined) {
    const measured = latency?.p95 ?? Number.NaN
    verdicts.push({ name: 'maxLatencyMs', figure: 'latency.p95', measured, limit: maxLatencyMs, better: 'lower', met: measured <= maxLatencyMs })
  }
  if (maxRss !== undefined) {
    const measured = fresh?.rss ?? Number.NaN
    verdicts.push({ name: 'maxRss', figure: 'fresh.rss', measured, limit: maxRss, better: 'lower', met: measured <= maxRss })
  }
  return verdicts
}

/** How many times worse a figure is than it has to be; less than 1 where it is better. */
export function excess({ measured, limit, better }: Pick<Verdict, 'measured' | 'limit' | 'better'>): number {
  return better === 'higher' ? limit / measured : measured / limit
}

import { type Engine, loadConfig, openEngine } from '../../src/index.ts'

/** Does something with an engine that is opened for it, by the `rowtree.yaml` of a directory. */
export async function withEngine<T>(directory: string, work: (engine: Engine) => Promise<T>): Promise<T> {
  const engine = await openEngine(await loadConfig({ cwd: directory, env: {} }))
  try {
    return await work(engine)
  } finally {
    await engine.close()
  }
}

import { type Config, type Engine, loadConfig, openEngine } from '../../src/index.ts'

/** Does something with an engine that is opened for it, by the `rowtree.yaml` of a directory. */
export async function withEngine<T>(directory: string, work: (engine: Engine) => Promise<T>): Promise<T> {
  return await withConfig(await loadConfig({ cwd: directory, env: {} }), work)
}

/** The same by a config. */
export async function withConfig<T>(config: Config, work: (engine: Engine) => Promise<T>): Promise<T> {
  const engine = await openEngine(config)
  try {
    return await work(engine)
  } finally {
    await engine.close()
  }
}

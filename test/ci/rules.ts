import { parseDocument } from 'yaml'
import type { Checkout } from './checkout.ts'
import { faultsOfShell } from './shell.ts'

type Fields = Readonly<Record<string, unknown>>

/** Where a file stands decides how strict the rules are. */
export interface Strictness {
  /** Other people's actions by the hash of a commit, with the version beside it; elsewhere a version is enough. */
  readonly pinned: boolean
}

const WORKFLOW = ['name', 'on', 'permissions', 'concurrency', 'defaults', 'env', 'jobs']
const JOB = ['name', 'needs', 'if', 'runs-on', 'timeout-minutes', 'strategy', 'services', 'env', 'steps']
const STEP = ['id', 'name', 'if', 'uses', 'with', 'run', 'shell', 'working-directory', 'env']
const ACTION = ['name', 'description', 'inputs', 'outputs', 'runs']

/** Contexts of expressions that anybody needs here. */
const CONTEXTS = new Set(['github', 'runner', 'matrix', 'inputs', 'steps', 'secrets'])

/** Ours, as other repositories name it. */
const OURS = /^OWNER\/rowtree\/(\.github\/actions\/[\w-]+)@v\d+$/
const HASHED = /^[\w-]+\/[\w./-]+@[0-9a-f]{40}$/
const VERSIONED = /^[\w-]+\/[\w./-]+@v\d+$/

/** All that is wrong with a workflow or an action, one line each. */
export function faultsOf(text: string, checkout: Checkout, strictness: Strictness = { pinned: true }): string[] {
  const document = parseDocument(text, { uniqueKeys: true, strict: true })
  const broken = [...document.errors, ...document.warnings].map(({ message }) => message)
  if (broken.length > 0) return broken
  const top = document.toJS() as Fields
  const faults = 'runs' in top ? faultsOfAction(top, checkout) : faultsOfWorkflow(top, checkout)
  return [...faults, ...faultsOfUses(text, strictness)]
}

function faultsOfWorkflow(top: Fields, checkout: Checkout): string[] {
  const faults = unknown('the workflow', top, WORKFLOW)
  for (const key of ['name', 'on', 'permissions', 'jobs']) if (!(key in top)) faults.push(`the workflow has no ${key}`)
  // What a job may do with the repository is said, and is no more than reading.
  if (JSON.stringify(top['permissions']) !== '{"contents":"read"}') faults.push('permissions are more than reading contents')
  const shell = ((top['defaults'] as Fields | undefined)?.['run'] as Fields | undefined)?.['shell']
  for (const [name, job] of entries(top['jobs'])) {
    faults.push(...unknown(name, job, JOB))
    for (const key of ['runs-on', 'timeout-minutes', 'steps']) if (!(key in job)) faults.push(`${name} has no ${key}`)
    const matrix = Object.keys(((job['strategy'] as Fields | undefined)?.['matrix'] as Fields | undefined) ?? {})
    const isElsewhere = /windows/.test(JSON.stringify([job['runs-on'], job['strategy']]))
    if (isElsewhere && shell !== 'bash') faults.push(`${name}: Windows has another shell`)
    if (isElsewhere && job['services']) faults.push(`${name}: services are for Linux only`)
    faults.push(...faultsOfSteps(name, job, checkout, { matrix: new Set(matrix) }))
  }
  faults.push(...expressionsIn({ ...top, jobs: undefined }).flatMap((one) => faultsOfExpression('the workflow', one, {})))
  return faults
}

function faultsOfAction(top: Fields, checkout: Checkout): string[] {
  const faults = unknown('the action', top, ACTION)
  for (const key of ['name', 'description']) if (!(key in top)) faults.push(`the action has no ${key}`)
  const inputs = entries(top['inputs'])
  for (const [name, input] of inputs) if (!input['description']) faults.push(`nobody knows what ${name} is`)
  const used = new Set(expressionsIn(top).flatMap((one) => [...one.matchAll(/inputs\.([\w-]+)/g)].map(([, name]) => name!)))
  for (const [name] of inputs) if (!used.has(name)) faults.push(`nobody uses ${name}`)
  const runs = top['runs'] as Fields
  if (runs['using'] !== 'composite') faults.push('the action is not made of steps')
  for (const step of steps(runs)) if ('run' in step && step['shell'] !== 'bash') faults.push('a step of an action names its shell')
  return [...faults, ...faultsOfSteps('runs', { ...runs, outputs: top['outputs'] }, checkout, { inputs: new Set(inputs.map(([name]) => name)) })]
}

/** What expressions may refer to. */
interface Names {
  readonly matrix?: ReadonlySet<string>
  readonly inputs?: ReadonlySet<string>
  readonly steps?: ReadonlySet<string>
}

function faultsOfSteps(place: string, job: Fields, checkout: Checkout, names: Names): string[] {
  const faults: string[] = []
  for (const step of steps(job)) {
    faults.push(...unknown(place, step, STEP))
    if ('uses' in step === 'run' in step) faults.push(`${place}: a step either uses or runs`)
    if (typeof step['run'] === 'string') {
      // Whatever stands in an expression would become code; variables do not.
      if (step['run'].includes('${{')) faults.push(`${place}: an expression in a script`)
      faults.push(...faultsOfShell(step['run'], checkout).map((fault) => `${place}: ${fault}`))
    }
    if (typeof step['uses'] === 'string') faults.push(...faultsOfInputs(step['uses'], (step['with'] ?? {}) as Fields, checkout).map((fault) => `${place}: ${fault}`))
  }
  const ids = new Set(steps(job).flatMap(({ id }) => (typeof id === 'string' ? [id] : [])))
  return [...faults, ...expressionsIn(job).flatMap((one) => faultsOfExpression(place, one, { ...names, steps: ids }))]
}

/** Ours are known; what others take is theirs to tell. */
function faultsOfInputs(uses: string, given: Fields, { inputs }: Checkout): string[] {
  const path = uses.startsWith('./') ? uses.slice(2) : OURS.exec(uses)?.[1]
  if (path === undefined) return []
  const known = inputs.get(path)
  if (!known) return [`there is no action ${path}`]
  const strange = Object.keys(given).filter((name) => !known.has(name)).map((name) => `${path} takes no ${name}`)
  return [...strange, ...[...known].filter(([name, required]) => required && !(name in given)).map(([name]) => `${path} needs ${name}`)]
}

function faultsOfUses(text: string, { pinned }: Strictness): string[] {
  const lines = [...text.matchAll(/\buses: (\S+)(.*)$/gm)].filter(([, uses]) => !uses!.startsWith('./'))
  return lines.flatMap(([, uses, comment]) => {
    if (HASHED.test(uses!)) return /^ # v\d+\.\d+\.\d+$/.test(comment!) ? [] : [`${uses} does not tell its version`]
    return pinned || !(VERSIONED.test(uses!) || OURS.test(uses!)) ? [`${uses} is not pinned`] : []
  })
}

/** Every expression, those of conditions too, which need no braces. */
function expressionsIn(value: unknown, key = ''): string[] {
  if (typeof value === 'string') return key === 'if' ? [value] : [...value.matchAll(/\$\{\{(.*?)\}\}/g)].map(([, one]) => one!)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, one]) => expressionsIn(one, name))
}

function faultsOfExpression(place: string, expression: string, names: Names): string[] {
  const faults: string[] = []
  const code = expression.replaceAll(/'[^']*'/g, "''")
  for (const [, context, name] of code.matchAll(/(?<![\w.-])([a-z]\w*)\.([\w-]+)/g)) {
    if (!CONTEXTS.has(context!)) faults.push(`${place}: nobody knows ${context}`)
    else if (context === 'matrix' || context === 'inputs' || context === 'steps') {
      if (!names[context]?.has(name!)) faults.push(`${place}: there is no ${context}.${name}`)
    }
  }
  return faults
}

function unknown(place: string, fields: Fields, known: readonly string[]): string[] {
  return Object.keys(fields).filter((key) => !known.includes(key)).map((key) => `${place}: nobody knows ${key}`)
}

function entries(value: unknown): [string, Fields][] {
  return Object.entries((value ?? {}) as Record<string, Fields>)
}

function steps(job: Fields): readonly Fields[] {
  return Array.isArray(job['steps']) ? (job['steps'] as Fields[]) : []
}

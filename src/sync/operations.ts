import type { Baseline, Operation } from '../baseline/baseline.ts'
import { RowtreeError } from '../errors.ts'

/** Operations that are looked through for the last one: older ones are named by their number. */
const LOOKED_AT = 1_000

/**
 * The operation with this number, or the last one that is not taken back yet. An undo is taken back only by its number.
 *
 * @throws `RowtreeError` `undo-unknown`
 */
export function operationToUndo(baseline: Baseline, id: number | undefined): Operation {
  const { operations, byId, isUndone } = lookBack(baseline)
  if (id === undefined) {
    const last = operations.find((operation) => operation.command !== 'undo' && !isUndone(operation))
    if (last) return last
    throw unknown('history holds no operation that is not taken back yet. An undo is taken back by its number, which rowtree undo --list shows')
  }
  const named = byId.get(id)
  if (!named) throw unknown(`history holds no operation ${id}; rowtree undo --list shows them`)
  if (isUndone(named)) throw unknown(`operation ${id} is taken back already`)
  return named
}

/** The last operation before that one which is not taken back yet, and is no undo. */
export function operationBefore(baseline: Baseline, { id }: Operation): Operation | undefined {
  const { operations, isUndone } = lookBack(baseline)
  return operations.find((operation) => operation.id < id && operation.command !== 'undo' && !isUndone(operation))
}

/** The operations of history, newest first, and which of them are taken back. */
interface Past {
  readonly operations: readonly Operation[]
  readonly byId: ReadonlyMap<number, Operation>
  isUndone(operation: Operation): boolean
}

function lookBack(baseline: Baseline): Past {
  const operations = baseline.operations(LOOKED_AT)
  const byId = new Map(operations.map((operation) => [operation.id, operation]))
  // An undo that was taken back itself undoes nothing.
  const isUndone = ({ undoneBy }: Operation): boolean => {
    if (undoneBy === undefined) return false
    const undo = byId.get(undoneBy)
    return undo === undefined || !isUndone(undo)
  }
  return { operations, byId, isUndone }
}

function unknown(state: string): RowtreeError {
  return new RowtreeError('undo-unknown', `Cannot undo: ${state}`)
}

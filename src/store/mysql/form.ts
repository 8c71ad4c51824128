import type { Column } from '../column.ts'
import { typeOf, type Type } from './type.ts'

/** Why a text is not what the column would give back for it; `undefined` where it is, or the database has to tell. */
export function formFault(column: Column, text: string): string | undefined {
  const type = typeOf(column)
  if (type.name === 'enum') return type.members.includes(text) || text === '' ? undefined : `holds one of ${listed(type)}, and its value is none of them`
  if (type.name === 'set') return setFault(type, text)
  const example = exampleOf(type)
  return example === undefined || patternOf(type).test(text) ? undefined : `holds texts such as ${example}. Write its value like that`
}

/** Whether a text can be that of a value in the column: others must not be compared with it, because the database complains. */
export function isForm(column: Column, text: string): boolean {
  return formFault(column, text) === undefined
}

function setFault(type: Type, text: string): string | undefined {
  const chosen = text === '' ? [] : text.split(',')
  if (chosen.every((one) => type.members.includes(one)) && type.members.filter((one) => chosen.includes(one)).join() === text) return undefined
  return `holds some of ${listed(type)}, in this order and with commas between them`
}

function listed({ members }: Type): string {
  return members.map((member) => JSON.stringify(member)).join(', ')
}

function exampleOf(type: Type): string | undefined {
  const point = fractionOf(type) === 0 ? '' : `.${'123456'.slice(0, fractionOf(type))}`
  switch (type.name) {
    case 'date': return '2026-01-31'
    case 'datetime':
    case 'timestamp': return `2026-01-31 23:59:59${point}`
    case 'time': return `23:59:59${point}`
    case 'uuid': return '123e4567-e89b-12d3-a456-426655440000'
    default: return undefined
  }
}

function patternOf(type: Type): RegExp {
  const point = fractionOf(type) === 0 ? '' : `\\.\\d{${fractionOf(type)}}`
  if (type.name === 'date') return /^\d{4}-\d\d-\d\d$/
  if (type.name === 'time') return new RegExp(`^-?(?:\\d\\d|[1-8]\\d\\d):[0-5]\\d:[0-5]\\d${point}$`)
  if (type.name === 'uuid') return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
  return new RegExp(`^\\d{4}-\\d\\d-\\d\\d [0-2]\\d:[0-5]\\d:[0-5]\\d${point}$`)
}

function fractionOf({ sizes }: Type): number {
  return sizes[0] ?? 0
}

import type { FieldError } from '../../api'

/** Stands for a value that messages leave out. Upstream: field.OmitValueType. */
export const omitted = Symbol('omitted')

/**
 * Collects what is wrong with an object, field by field, in the words of Kubernetes.
 * Paths are texts: `spec.containers[0].image`, `data[bad key]`. Upstream: apimachinery/pkg/util/validation/field.
 */
export class FieldErrors {
  readonly list: FieldError[] = []

  get any(): boolean {
    return this.list.length > 0
  }

  required(field: string, detail = ''): void {
    this.#add('FieldValueRequired', field, 'Required value', detail)
  }

  /** `omitted` for a value that is better not shown. */
  invalid(field: string, value: unknown, detail: string): void {
    this.#add('FieldValueInvalid', field, value === omitted ? 'Invalid value' : `Invalid value: ${valueText(value)}`, detail)
  }

  typeInvalid(field: string, value: unknown, detail: string): void {
    this.#add('FieldValueTypeInvalid', field, `Invalid value: ${valueText(value)}`, detail)
  }

  notSupported(field: string, value: unknown, supported: readonly string[]): void {
    const detail = supported.length === 0 ? '' : `supported values: ${supported.map((choice) => JSON.stringify(choice)).join(', ')}`
    this.#add('FieldValueNotSupported', field, `Unsupported value: ${valueText(value)}`, detail)
  }

  forbidden(field: string, detail: string): void {
    this.#add('FieldValueForbidden', field, 'Forbidden', detail)
  }

  duplicate(field: string, value: unknown, detail = ''): void {
    this.#add('FieldValueDuplicate', field, `Duplicate value: ${valueText(value)}`, detail)
  }

  notFound(field: string, value: unknown): void {
    this.#add('FieldValueNotFound', field, `Not found: ${valueText(value)}`, '')
  }

  tooLong(field: string, maxLength: number, unit: 'bytes' | 'characters' = 'bytes'): void {
    this.#add('FieldValueTooLong', field, 'Too long', `may not be more than ${maxLength} ${unit}`)
  }

  tooMany(field: string, actual: number, max: number): void {
    this.#add('FieldValueTooMany', field, `Too many: ${actual}`, `must have at most ${max} item${max === 1 ? '' : 's'}`)
  }

  internal(field: string, detail: string): void {
    this.#add('InternalError', field, 'Internal error', detail)
  }

  #add(reason: string, field: string, head: string, detail: string): void {
    this.list.push({ reason, field, message: detail === '' ? head : `${head}: ${detail}` })
  }
}

/** A value as an error message shows it: texts quoted, structures as JSON. */
export function valueText(value: unknown): string {
  if (value === undefined || value === null) return 'null'
  if (typeof value === 'string') return quoted(value)
  return JSON.stringify(value, sortedMaps)
}

/** Go prints maps in order of their keys; here the maps are those whose members are all texts. */
function sortedMaps(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const members = Object.entries(value)
  if (members.length < 2 || !members.every(([, member]) => typeof member === 'string')) return value
  return Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Go's %q: printable characters stay, everything else is escaped. */
export function quoted(text: string): string {
  return JSON.stringify(text).replace(/[\u007f-\u00a0\u00ad\u2028\u2029\ufeff]/g, (character) => {
    const code = character.charCodeAt(0)
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
  }).replace(/\\u00([01][0-9a-f])/g, (_whole, hex: string) => `\\x${hex}`)
}

/** One error as a line: path and text. */
export function errorText(error: FieldError): string {
  return error.field === '' ? error.message : `${error.field}: ${error.message}`
}

/** Several as Kubernetes joins them; equal lines once. Upstream: field.ErrorList.ToAggregate. */
export function errorsText(errors: readonly FieldError[]): string {
  const lines = [...new Set(errors.map(errorText))]
  return lines.length === 1 ? (lines[0] as string) : `[${lines.join(', ')}]`
}

/** Strict reading of a configuration: what is not a field, or not of the field's type, is refused with its path. */

export interface ConfigurationIssue {
  /** "profiles[0].plugins.score.enabled[1].weight"; "" for the whole. */
  readonly field: string
  /** In upstream's words, the field's path included. */
  readonly message: string
}

/** A configuration that is refused. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError'
  readonly issues: readonly ConfigurationIssue[]

  constructor(issues: readonly ConfigurationIssue[]) {
    super(issues.length === 1 ? (issues[0]?.message ?? '') : `[${issues.map(({ message }) => message).join(', ')}]`)
    this.issues = issues
  }
}

export type Schema =
  | { readonly type: 'int32' | 'int64' | 'float' | 'string' | 'bool' | 'any' | 'duration' }
  | { readonly type: 'list'; readonly of: Schema }
  | { readonly type: 'map'; readonly of: Schema }
  | { readonly type: 'object'; readonly name: string; readonly fields: Readonly<Record<string, Schema>> }

export const int32: Schema = { type: 'int32' }
export const int64: Schema = { type: 'int64' }
export const float: Schema = { type: 'float' }
export const string: Schema = { type: 'string' }
export const bool: Schema = { type: 'bool' }
export const any: Schema = { type: 'any' }
export const duration: Schema = { type: 'duration' }
export const list = (of: Schema): Schema => ({ type: 'list', of })
export const map = (of: Schema): Schema => ({ type: 'map', of })
export const object = (name: string, fields: Readonly<Record<string, Schema>>): Schema => ({ type: 'object', name, fields })

const limits = { int32: 2 ** 31 - 1, int64: Number.MAX_SAFE_INTEGER } as const

/** Issues of a value against a schema; null and absent values have none: defaults take their place. Upstream: strict decoding, sigs.k8s.io/json. */
export function check(value: unknown, schema: Schema, path: string, owner: string, issues: ConfigurationIssue[]): void {
  if (value === undefined || value === null) return
  const wrong = (goType: string): void => {
    issues.push({ field: path, message: `json: cannot unmarshal ${jsonKind(value)} into Go struct field ${owner} of type ${goType}` })
  }
  switch (schema.type) {
    case 'any': return
    case 'string':
      if (typeof value !== 'string') wrong('string')
      return
    case 'bool':
      if (typeof value !== 'boolean') wrong('bool')
      return
    case 'float':
      if (typeof value !== 'number' || !Number.isFinite(value)) wrong('float32')
      return
    case 'int32': case 'int64':
      if (typeof value !== 'number' || !Number.isInteger(value) || Math.abs(value) > limits[schema.type]) wrong(schema.type)
      return
    case 'duration':
      if (typeof value !== 'string' || secondsOf(value) === undefined) {
        issues.push({ field: path, message: `${path}: time: invalid duration ${JSON.stringify(value)}` })
      }
      return
    case 'list':
      if (!Array.isArray(value)) wrong('[]slice')
      else value.forEach((item, i) => { check(item, schema.of, `${path}[${i}]`, owner, issues) })
      return
    case 'map':
      if (!isObject(value)) wrong('map[string]interface {}')
      else for (const key of Object.keys(value)) check(value[key], schema.of, `${path}.${key}`, owner, issues)
      return
    case 'object':
      if (!isObject(value)) {
        wrong(`v1.${schema.name}`)
        return
      }
      for (const key of Object.keys(value)) {
        const field = schema.fields[key]
        const at = path === '' ? key : `${path}.${key}`
        if (!Object.hasOwn(schema.fields, key) || field === undefined) issues.push({ field: at, message: `strict decoding error: unknown field "${at}"` })
        else check(value[key], field, at, `${schema.name}.${key}`, issues)
      }
  }
}

export function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function jsonKind(value: unknown): string {
  return Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value
}

const units: Record<string, number> = { h: 3600, m: 60, s: 1, ms: 1e-3, us: 1e-6, 'µs': 1e-6, ns: 1e-9 }

/** Seconds of a Go duration ("1m30s", "10s", "0"); undefined when it is none. */
export function secondsOf(text: string): number | undefined {
  if (text === '0') return 0
  const match = /^([+-]?)((?:[0-9]+(?:\.[0-9]*)?(?:h|ms|us|µs|ns|m|s))+)$/.exec(text)
  if (match === null) return undefined
  let seconds = 0
  for (const [, amount, unit] of (match[2] as string).matchAll(/([0-9]+(?:\.[0-9]*)?)(h|ms|us|µs|ns|m|s)/g)) seconds += Number(amount) * (units[unit as string] as number)
  return match[1] === '-' ? -seconds : seconds
}

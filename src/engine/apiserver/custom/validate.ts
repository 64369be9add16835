import { canonicalJson, deepEqual } from '../../../base'
import { getKey, isFields } from '../draft'
import type { FieldErrors } from '../field-errors'
import { isEmbedded, isIntOrString, itemsOf, memberOf, memberPath, sameKeys, type JsonSchema } from './schema'
import { keepsFormat } from './formats'

// What is wrong with a custom object, in the words of kube-openapi/pkg/validation and apiextensions-apiserver/pkg/apiserver/validation.

type Reason = 'required' | 'enum' | 'tooLong' | 'tooMany' | 'type' | 'invalid' | 'composite'

interface Problem {
  readonly reason: Reason
  readonly path: string
  readonly message: string
  readonly value?: unknown
  readonly max?: number
  readonly choices?: readonly unknown[]
}

interface Result {
  readonly problems: Problem[]
  /** How much of the value was looked at with success: tells which of several schemas comes closest. */
  matches: number
}

const merge = (into: Result, from: Result): void => {
  into.problems.push(...from.problems)
  into.matches += from.matches
}

/**
 * Judges a value by its schema. `path` is empty for a whole object. Of a change, what is as it was in `old` is not judged again.
 * Upstream: CRDValidationRatcheting.
 */
export function validateBySchema(value: unknown, schema: JsonSchema, errors: FieldErrors, path = '', old?: unknown): void {
  const result = judge(value, schema, path, old)
  for (const problem of result.problems) {
    const at = problem.path.replace(/^\./, '')
    switch (problem.reason) {
      case 'required': errors.required(at); break
      case 'enum': errors.notSupported(at, problem.value, (problem.choices ?? []).map((choice) => (typeof choice === 'string' ? choice : canonicalJson(choice)))); break
      case 'tooLong': errors.tooLong(at, problem.max ?? -1); break
      case 'tooMany': errors.tooMany(at, problem.value as number, problem.max ?? -1); break
      case 'type': errors.typeInvalid(at === '' ? '<nil>' : at, problem.value ?? '', problem.message); break
      case 'invalid': errors.invalid(at === '' ? '<nil>' : at, problem.value ?? '', problem.message); break
      // What several schemas say together has no place of its own.
      case 'composite': errors.invalid('<nil>', '', problem.message); break
    }
  }
}

/** Whether a value keeps a schema. */
function keeps(value: unknown, schema: JsonSchema, path: string): Result & { readonly ok: boolean } {
  const result = judge(value, schema, path)
  return { ...result, ok: result.problems.length === 0 }
}

function typeName(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  return typeof value === 'object' ? 'object' : typeof value
}

/** kube-openapi says "spec.x in body should …". */
const within = (path: string): string => `${path.replace(/^\./, '')} in body`

function typeProblem(value: unknown, schema: JsonSchema, path: string): Problem | undefined {
  const types = isIntOrString(schema) ? ['integer', 'string'] : schema.type === undefined || schema.type === '' ? [] : [schema.type]
  const wrong = (wanted: string, got: string): Problem => ({ reason: 'type', path, value: got, message: `${within(path)} must be of type ${wanted}: ${JSON.stringify(got)}` })
  if (value === null) return types.length > 0 && schema.nullable !== true ? wrong(types.join(','), 'null') : undefined
  if (types.length === 0) return undefined
  const got = typeName(value)
  const fits = types.includes(got) || (got === 'integer' && types.includes('number'))
  if (fits) return undefined
  const isText = typeof value === 'string' || Array.isArray(value)
  const isNumeric = types.includes('number') || types.includes('integer')
  const format = schema.format ?? ''
  if (format !== '' && !isText) return wrong(format, got === 'integer' ? 'int64' : got === 'number' ? 'double' : '')
  if (format !== '' && isText && !isNumeric) return typeof value === 'string' ? undefined : wrong(types.join(','), got)
  return wrong(types.join(','), got)
}

function judge(value: unknown, schema: JsonSchema, path: string, old?: unknown): Result {
  const result: Result = { problems: [], matches: 1 }
  const say = (reason: Reason, message: string, more: Partial<Problem> = {}): void => { result.problems.push({ reason, path, message, value, ...more }) }
  const wrongType = typeProblem(value, schema, path)
  if (wrongType !== undefined) result.problems.push(wrongType)
  const checkEnum = (): void => {
    const choices = schema.enum as readonly unknown[] | undefined
    if (choices !== undefined && choices.length > 0 && !choices.some((choice) => deepEqual(choice, value))) say('enum', '', { choices })
  }
  if (value === null) {
    checkEnum()
    return result
  }
  combined(value, schema, path, result)
  if (typeof value === 'string') {
    const length = [...value].length
    if (schema.maxLength !== undefined && length > schema.maxLength) say('tooLong', '', { max: schema.maxLength })
    if (schema.minLength !== undefined && length < schema.minLength) say('invalid', `${within(path)} should be at least ${schema.minLength} chars long`)
    if (schema.pattern !== undefined && schema.pattern !== '' && patternOf(schema.pattern)?.test(value) === false) say('invalid', `${within(path)} should match '${schema.pattern}'`)
    if (schema.format !== undefined && !keepsFormat(schema.format, value) && !isIntOrString(schema)) say('type', `${within(path)} must be of type ${schema.format}: ${JSON.stringify(value)}`)
  } else if (typeof value === 'number') numeric(value, schema, path, result, say)
  else if (Array.isArray(value)) {
    const items = itemsOf(schema)
    const before = schema['x-kubernetes-list-type'] === 'map' && Array.isArray(old) ? old as unknown[] : undefined
    if (items !== undefined) {
      value.forEach((item, i) => {
        const like = before?.find((other) => sameKeys(other, item, schema['x-kubernetes-list-map-keys'] ?? []))
        if (like === undefined || !deepEqual(like, item)) merge(result, judge(item, items, `${path}[${i}]`, like))
      })
    }
    if (schema.minItems !== undefined && value.length < schema.minItems) say('invalid', `${within(path)} should have at least ${schema.minItems} items`, { value: value.length })
    if (schema.maxItems !== undefined && value.length > schema.maxItems) say('tooMany', '', { value: value.length, max: schema.maxItems })
  }
  checkEnum()
  if (isFields(value)) members(value, schema, path, result, say, isFields(old) ? old : undefined)
  return result
}

function numeric(value: number, schema: JsonSchema, path: string, result: Result, say: (reason: Reason, message: string) => void): void {
  const { multipleOf, maximum, minimum } = schema
  if (multipleOf !== undefined && !Number.isInteger(value / multipleOf)) say('invalid', `${within(path)} should be a multiple of ${multipleOf}`)
  if (maximum !== undefined && (schema.exclusiveMaximum === true ? value >= maximum : value > maximum)) {
    say('invalid', `${within(path)} should be less than ${schema.exclusiveMaximum === true ? '' : 'or equal to '}${maximum}`)
  }
  if (minimum !== undefined && (schema.exclusiveMinimum === true ? value <= minimum : value < minimum)) {
    say('invalid', `${within(path)} should be greater than ${schema.exclusiveMinimum === true ? '' : 'or equal to '}${minimum}`)
  }
  if (schema.format === 'int32' && Number.isInteger(value) && (value > 2_147_483_647 || value < -2_147_483_648)) {
    result.problems.push({ reason: 'composite', path, message: `Checked value must be of type ${schema.type ?? 'integer'} with format int32 in ${path.replace(/^\./, '')}` })
  }
}

function members(value: Readonly<Record<string, unknown>>, schema: JsonSchema, path: string, result: Result, say: (reason: Reason, message: string, more?: Partial<Problem>) => void, old: Readonly<Record<string, unknown>> | undefined): void {
  const keys = Object.keys(value)
  if (schema.minProperties !== undefined && keys.length < schema.minProperties) {
    say('invalid', `${within(path)} should have at least ${schema.minProperties} properties`)
    return
  }
  if (schema.maxProperties !== undefined && keys.length > schema.maxProperties) {
    say('tooMany', '', { value: keys.length, max: schema.maxProperties })
    return
  }
  for (const key of keys.sort()) {
    const below = memberOf(schema, key)
    const before = old === undefined ? undefined : getKey(old as Record<string, unknown>, key)
    if (below !== undefined && (before === undefined || !deepEqual(before, value[key]))) merge(result, judge(value[key], below, `${path}.${key}`, before))
  }
  for (const key of schema.required ?? []) if (getKey(value as Record<string, unknown>, key) === undefined) result.problems.push({ reason: 'required', path: `${path}.${key}`, message: '' })
}

/** anyOf, oneOf, allOf, not. Of several that fail, the one that fits best says why. Upstream: schemaPropsValidator. */
function combined(value: unknown, schema: JsonSchema, path: string, result: Result): void {
  const shown = JSON.stringify(path.replace(/^\./, ''))
  const note = (message: string): void => { result.problems.push({ reason: 'composite', path, message }) }
  if (schema.anyOf !== undefined && schema.anyOf.length > 0) {
    let best: Result | undefined
    let found = false
    for (const one of schema.anyOf) {
      const judged = keeps(value, one, path)
      if (judged.ok) {
        best = undefined
        found = true
        break
      }
      if (best === undefined || judged.matches > best.matches) best = judged
    }
    if (!found) note(`${shown} must validate at least one schema (anyOf)`)
    if (best !== undefined) merge(result, best)
  }
  if (schema.oneOf !== undefined && schema.oneOf.length > 0) {
    let best: Result | undefined
    let first: Result | undefined
    let valid = 0
    for (const one of schema.oneOf) {
      const judged = keeps(value, one, path)
      if (judged.ok) {
        valid++
        best = undefined
        first ??= judged
      } else if (valid === 0 && (best === undefined || judged.matches > best.matches)) best = judged
    }
    if (valid !== 1) {
      note(`${shown} must validate one and only one schema (oneOf). ${valid === 0 ? 'Found none valid' : `Found ${valid} valid alternatives`}`)
      if (best !== undefined) merge(result, best)
    } else if (first !== undefined) merge(result, first)
  }
  if (schema.allOf !== undefined && schema.allOf.length > 0) {
    let valid = 0
    for (const one of schema.allOf) {
      const judged = keeps(value, one, path)
      if (judged.ok) valid++
      merge(result, judged)
    }
    if (valid !== schema.allOf.length) note(`${shown} must validate all the schemas (allOf)${valid === 0 ? '. None validated' : ''}`)
  }
  if (schema.not !== undefined && keeps(value, schema.not, path).ok) note(`${shown} must not validate the schema (not)`)
}

const patterns = new Map<string, RegExp | undefined>()

/** Go's regular expression as one of this language; `undefined` when it is none here. A memo of constant texts. */
export function patternOf(pattern: string): RegExp | undefined {
  if (!patterns.has(pattern)) {
    if (patterns.size > 1_000) patterns.clear()
    patterns.set(pattern, compiled(pattern))
  }
  return patterns.get(pattern)
}

function compiled(pattern: string): RegExp | undefined {
  let source = pattern.replace(/\\A/g, '^').replace(/\\z/g, '$').replace(/\(\?P</g, '(?<')
    .replace(/\[\[:alpha:\]\]/g, '[A-Za-z]').replace(/\[\[:digit:\]\]/g, '[0-9]').replace(/\[\[:alnum:\]\]/g, '[A-Za-z0-9]').replace(/\[\[:space:\]\]/g, '[\\t\\n\\v\\f\\r ]')
  const flags = /^\(\?([is]+)\)/.exec(source)
  if (flags !== null) source = source.slice(flags[0].length)
  for (const unicode of ['u', '']) {
    try {
      return new RegExp(source, `${flags?.[1] ?? ''}${unicode}`)
    } catch {
      // The stricter reading refuses escapes that Go allows.
    }
  }
  return undefined
}

/** Items of sets and maps that are there twice. Upstream: schema/listtype. */
export function validateLists(value: unknown, schema: JsonSchema, path: string, errors: FieldErrors): void {
  if (Array.isArray(value)) {
    const items = itemsOf(schema)
    const type = schema['x-kubernetes-list-type']
    if (type === 'set' || type === 'map') {
      const keys = schema['x-kubernetes-list-map-keys'] ?? []
      const seen = new Set<string>()
      value.forEach((item: unknown, i) => {
        const told: unknown = type === 'set' ? item : Object.fromEntries(keys.flatMap((key) => {
          const member = isFields(item) ? getKey(item, key) : undefined
          return member === undefined ? [] : [[key, member]]
        }))
        const text = canonicalJson(told)
        if (seen.has(text)) errors.duplicate(`${path}[${i}]`, told)
        seen.add(text)
      })
    }
    if (items !== undefined) value.forEach((item, i) => { validateLists(item, items, `${path}[${i}]`, errors) })
    return
  }
  if (!isFields(value)) return
  for (const key of Object.keys(value).sort()) {
    const below = memberOf(schema, key)
    if (below !== undefined) validateLists(value[key], below, memberPath(path, key, schema), errors)
  }
}

/** Objects inside the object say what they are. Upstream: schema/objectmeta, Validate. */
export function validateEmbedded(value: unknown, schema: JsonSchema, path: string, errors: FieldErrors, root = true): void {
  if (Array.isArray(value)) {
    const items = itemsOf(schema)
    if (items !== undefined) value.forEach((item, i) => { validateEmbedded(item, items, `${path}[${i}]`, errors, false) })
    return
  }
  if (!isFields(value)) return
  if (!root && isEmbedded(schema)) {
    for (const key of ['apiVersion', 'kind']) {
      const text = getKey(value, key)
      if (text === undefined || text === '') errors.required(`${path}.${key}`, 'must not be empty')
      else if (typeof text !== 'string') errors.typeInvalid(`${path}.${key}`, text, 'must be a string')
    }
  }
  for (const key of Object.keys(value).sort()) {
    const below = memberOf(schema, key)
    if (below !== undefined && !(root && key === 'metadata')) validateEmbedded(value[key], below, path === '' ? key : `${path}.${key}`, errors, false)
  }
}

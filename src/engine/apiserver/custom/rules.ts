import { deepEqual } from '../../../base'
import type { ValidationRule } from '../../../api'
import { getKey, isFields } from '../draft'
import { omitted, type FieldErrors } from '../field-errors'
import { CelCostError, CelError, celProgram, optionalOf, type CelBudget, type CelProgram } from './cel'
import { itemsOf, memberOf, memberPath, sameKeys, valuesOf, type JsonSchema } from './schema'

// The rules that definitions bring along (x-kubernetes-validations). Upstream: apiextensions-apiserver/pkg/apiserver/schema/cel/validation.go.

/** Steps all rules of an object may take together. */
const costMax = 1_000_000
/** What keeps rules from being asked at all. Upstream: hasBlockingErr. */
const blocking = new Set(['FieldValueRequired', 'FieldValueTooLong', 'FieldValueTooMany', 'FieldValueTypeInvalid', 'FieldValueNotSupported'])

const memo = new WeakMap<JsonSchema, boolean>()

/** Whether a schema has rules, at any depth. */
function hasRules(schema: JsonSchema): boolean {
  let found = memo.get(schema)
  if (found === undefined) {
    const values = valuesOf(schema)
    const items = itemsOf(schema)
    found = (schema['x-kubernetes-validations']?.length ?? 0) > 0 || Object.values(schema.properties ?? {}).some(hasRules) || (values !== undefined && values !== true && hasRules(values)) || (items !== undefined && hasRules(items))
    memo.set(schema, found)
  }
  return found
}

/** Asks an object's rules, of a change also those that compare with what was. */
export function validateRules(value: unknown, schema: JsonSchema, errors: FieldErrors, old?: unknown): void {
  if (!hasRules(schema)) return
  if (errors.list.some((error) => blocking.has(error.reason))) {
    errors.invalid('<nil>', null, 'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation')
    return
  }
  const budget: CelBudget = { steps: costMax }
  try {
    check(value, schema, '', errors, old, budget)
  } catch (error) {
    if (!(error instanceof CelCostError)) throw error
    errors.invalid('<nil>', omitted, 'validation failed due to running out of cost budget, no further validation rules will be run')
  }
}

function check(value: unknown, schema: JsonSchema, path: string, errors: FieldErrors, old: unknown, budget: CelBudget): void {
  if (!hasRules(schema) || value === null) return
  for (const rule of schema['x-kubernetes-validations'] ?? []) ask(rule, value, schema, path, errors, old, budget)
  if (Array.isArray(value)) {
    const items = itemsOf(schema)
    if (items === undefined) return
    const keys = schema['x-kubernetes-list-map-keys'] ?? []
    value.forEach((item: unknown, i) => {
      // Only items that tell who they are can be found again in what was.
      const before: unknown = keys.length === 0 || !Array.isArray(old) ? undefined : (old as unknown[]).find((other) => sameKeys(other, item, keys))
      check(item, items, `${path}[${i}]`, errors, before, budget)
    })
    return
  }
  if (!isFields(value)) return
  for (const key of Object.keys(value).sort()) {
    const below = memberOf(schema, key)
    if (below !== undefined) check(value[key], below, memberPath(path, key, schema), errors, isFields(old) ? getKey(old, key) : undefined, budget)
  }
}

function ask(rule: ValidationRule, value: unknown, schema: JsonSchema, path: string, errors: FieldErrors, old: unknown, budget: CelBudget): void {
  const program = celProgram(rule.rule)
  // A rule that cannot be read is refused with its definition; one that is there all the same says so.
  if ('problem' in program) {
    errors.invalid(path === '' ? '<nil>' : path, schema.type ?? '', `rule compile error: compilation failed: ${program.problem}`)
    return
  }
  const compares = program.uses('oldSelf')
  if (compares && old === undefined && rule.optionalOldSelf !== true) return
  // What is as it was is not judged again, unless the rule is about change itself.
  if (!compares && old !== undefined && deepEqual(old, value)) return
  const variables = { self: value, ...(compares ? { oldSelf: rule.optionalOldSelf === true ? optionalOf(old) : old } : {}) }
  const at = pathOf(path, rule.fieldPath)
  try {
    const verdict = program.run(variables, budget)
    if (verdict === true) return
    say(rule, messageOf(rule, variables, budget), at, value, schema, errors)
  } catch (error) {
    if (!(error instanceof CelError)) throw error
    errors.invalid(at, schema.type ?? '', `${error.message} evaluating rule: ${given(rule)}`)
  }
}

function pathOf(path: string, fieldPath: string | undefined): string {
  const more = fieldPath ?? ''
  const whole = more === '' ? path : `${path}${path === '' ? more.replace(/^\./, '') : more}`
  return whole === '' ? '<nil>' : whole
}

const given = (rule: ValidationRule): string => ((rule.message ?? '') === '' ? rule.rule : rule.message as string).trim()

function messageOf(rule: ValidationRule, variables: Parameters<CelProgram['run']>[0], budget: CelBudget): string {
  if ((rule.messageExpression ?? '') !== '') {
    const program = celProgram(rule.messageExpression as string)
    try {
      const text = 'problem' in program ? undefined : program.run(variables, budget)
      if (typeof text === 'string' && text.trim() !== '' && !text.includes('\n')) return text.trim()
    } catch (error) {
      if (!(error instanceof CelError)) throw error
    }
  }
  return (rule.message ?? '') === '' ? `failed rule: ${rule.rule.trim()}` : (rule.message as string).trim()
}

function say(rule: ValidationRule, message: string, at: string, value: unknown, schema: JsonSchema, errors: FieldErrors): void {
  switch (rule.reason) {
    case 'FieldValueForbidden': errors.forbidden(at, message); break
    case 'FieldValueRequired': errors.required(at, message); break
    case 'FieldValueDuplicate': errors.duplicate(at, value, message); break
    default: errors.invalid(at, schema.type ?? '', message)
  }
}

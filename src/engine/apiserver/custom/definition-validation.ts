import type { CustomResourceColumnDefinition, CustomResourceDefinition, CustomResourceDefinitionNames, CustomResourceDefinitionSpec, CustomResourceDefinitionVersion, CustomResourceSubresources, SelectableField, ValidationRule, WebhookConversion } from '../../../api'
import { deepEqual } from '../../../base'
import { isFields } from '../draft'
import { FieldErrors } from '../field-errors'
import { byteLength, dns1035Label, dnsSubdomain } from '../names'
import { immutable } from '../object-meta'
import { celProgram } from './cel'
import { conditionOf } from './conditions'
import { isKnownFormat } from './formats'
import { shape } from './prune'
import { isEmbedded, isIntOrString, itemsOf, memberOf, preservesUnknown, propertyOf, valuesOf, type JsonSchema } from './schema'
import { patternOf, validateBySchema } from './validate'

// What is wrong with a CustomResourceDefinition. Upstream: apiextensions-apiserver/pkg/apis/apiextensions/validation, pkg/apiserver/schema/validation.go.

const approval = 'api-approved.kubernetes.io'

export function validateDefinition(definition: CustomResourceDefinition, errors: FieldErrors, old?: CustomResourceDefinition): void {
  const { spec, metadata } = definition
  const wanted = `${spec.names.plural}.${spec.group}`
  if (metadata.name !== wanted) errors.invalid('metadata.name', metadata.name ?? '', 'must be spec.names.plural+"."+spec.group')
  validateSpec(spec, errors)
  if (old !== undefined) validateStaying(definition, old, errors)
  // What was let in without an approval may go on without it.
  if (isProtectedGroup(spec.group) && (old === undefined || approvalOf(old) !== approvalOf(definition))) {
    const value = metadata.annotations?.[approval]
    const at = `metadata.annotations[${approval}]`
    if (value === undefined) errors.required(at, `protected groups must have approval annotation ${JSON.stringify(approval)}, see https://github.com/kubernetes/enhancements/pull/1111`)
    else if (approvalOf(definition) === 'invalid') {
      errors.invalid(at, value, 'protected groups must have approval annotation "api-approved.kubernetes.io" with either a URL or a reason starting with "unapproved", see https://github.com/kubernetes/enhancements/pull/1111')
    }
  }
  if (spec.preserveUnknownFields === true) errors.invalid('spec.preserveUnknownFields', true, 'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead')
}

function approvalOf({ metadata }: CustomResourceDefinition): 'missing' | 'approved' | 'bypassed' | 'invalid' {
  const value = metadata.annotations?.[approval]
  if (value === undefined) return 'missing'
  if (value.startsWith('unapproved')) return 'bypassed'
  return /^https?:\/\/.+/.test(value) ? 'approved' : 'invalid'
}

export function validateDefinitionUpdate(definition: CustomResourceDefinition, old: CustomResourceDefinition, errors: FieldErrors): void {
  validateDefinition(definition, errors, old)
}

/** What an update must leave. */
function validateStaying(definition: CustomResourceDefinition, old: CustomResourceDefinition, errors: FieldErrors): void {
  const { spec } = definition
  if (conditionOf(old, 'Established')?.status === 'True') {
    immutable('spec.scope', spec.scope, old.spec.scope, errors)
    immutable('spec.names.kind', spec.names.kind, old.spec.names.kind, errors)
  }
  immutable('spec.group', spec.group, old.spec.group, errors)
  immutable('spec.names.plural', spec.names.plural, old.spec.names.plural, errors)
  const stored = old.status?.storedVersions ?? []
  stored.forEach((name, i) => {
    if (!spec.versions.some((version) => version.name === name)) errors.invalid(`status.storedVersions[${i}]`, name, 'missing from spec.versions; v1 was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in v1 and removes v1 from status.storedVersions'.replaceAll('v1', name))
  })
}

/** Formats in a definition's schemas that nobody knows: they are kept, and mean nothing. */
export function unrecognizedFormats({ spec }: CustomResourceDefinition): string[] {
  const found: string[] = []
  const visit = (schema: JsonSchema): void => {
    if (schema.format !== undefined && schema.format !== '' && !isKnownFormat(schema.format) && !found.includes(schema.format)) found.push(schema.format)
    const [items, values] = [itemsOf(schema), valuesOf(schema)]
    if (items !== undefined) visit(items)
    if (values !== undefined && values !== true) visit(values)
    for (const below of Object.values(schema.properties ?? {})) visit(below)
    for (const junctor of ['allOf', 'anyOf', 'oneOf'] as const) schema[junctor]?.forEach(visit)
    if (schema.not !== undefined) visit(schema.not)
  }
  for (const version of spec.versions ?? []) if (version.schema?.openAPIV3Schema !== undefined) visit(version.schema.openAPIV3Schema)
  return found
}

/** Groups of Kubernetes' own. Upstream: apihelpers.IsProtectedCommunityGroup. */
function isProtectedGroup(group: string): boolean {
  return group === 'k8s.io' || group === 'kubernetes.io' || group.endsWith('.k8s.io') || group.endsWith('.kubernetes.io')
}

function validateSpec(spec: CustomResourceDefinitionSpec, errors: FieldErrors): void {
  if (spec.group === '') errors.required('spec.group')
  else {
    const problems = dnsSubdomain(spec.group)
    if (problems.length > 0) errors.invalid('spec.group', spec.group, problems.join(','))
    else if (!spec.group.includes('.')) errors.invalid('spec.group', spec.group, 'should be a domain with at least one dot')
  }
  if (spec.scope === '') errors.required('spec.scope')
  else if (spec.scope !== 'Cluster' && spec.scope !== 'Namespaced') errors.notSupported('spec.scope', spec.scope, ['Cluster', 'Namespaced'])
  const versions = spec.versions ?? []
  const common = commonOf(versions)
  versions.forEach((version, i) => { if (version.schema?.openAPIV3Schema === undefined) errors.required(`spec.versions[${i}].schema.openAPIV3Schema`, 'schemas are required') })
  versions.forEach((version, i) => { validateVersion(version, common, `spec.versions[${i}]`, errors) })
  if (new Set(versions.map((version) => version.name)).size !== versions.length) errors.invalid('spec.versions', internalVersions(versions, common), 'must contain unique version names')
  if (versions.filter((version) => version.storage).length !== 1) errors.invalid('spec.versions', internalVersions(versions, common), 'must have exactly one version marked as storage version')
  const { names } = spec
  for (const field of ['plural', 'singular', 'kind', 'listKind'] as const) if ((names[field] ?? '') === '') errors.required(`spec.names.${field}`)
  validateNames(names, 'spec.names', errors)
  const [first] = versions
  if (first !== undefined) validateShape(first, common, 'spec', 'validation', errors)
  const strategy = spec.conversion?.strategy
  if (strategy !== undefined && strategy !== 'None' && strategy !== 'Webhook') {
    if (strategy === '') errors.required('spec.conversion.strategy')
    else errors.notSupported('spec.conversion.strategy', strategy, ['None', 'Webhook'])
  }
  if (strategy === 'Webhook') validateWebhook(spec.conversion?.webhook, errors)
  else if (strategy !== undefined) {
    const said = 'should not be set when strategy is not set to Webhook'
    if (spec.conversion?.webhook?.clientConfig !== undefined) errors.forbidden('spec.conversion.webhookClientConfig', said)
    if ((spec.conversion?.webhook?.conversionReviewVersions ?? []).length > 0) errors.forbidden('spec.conversion.conversionReviewVersions', said)
  }
}

/** The paths are the internal type's. Upstream: validateCustomResourceConversion. */
function validateWebhook(webhook: WebhookConversion | undefined, errors: FieldErrors): void {
  const client = webhook?.clientConfig
  const at = 'spec.conversion.webhookClientConfig'
  if (client === undefined) errors.required(at, 'required when strategy is set to Webhook')
  else if ((client.url === undefined) === (client.service === undefined)) errors.required(at, 'exactly one of url or service is required')
  else if (client.service !== undefined) {
    if (client.service.name === '') errors.required(`${at}.service.name`, 'service name is required')
    if (client.service.namespace === '') errors.required(`${at}.service.namespace`, 'service namespace is required')
  } else if (client.url?.startsWith('https://') !== true) errors.invalid(`${at}.url`, client.url, "'https' is the only allowed URL scheme; desired format: https://host[/path]")
  const reviews = webhook?.conversionReviewVersions ?? []
  const field = 'spec.conversion.conversionReviewVersions'
  if (reviews.length === 0) {
    errors.required(field)
    return
  }
  reviews.forEach((version, i) => {
    if (reviews.indexOf(version) !== i) errors.invalid(`${field}[${i}]`, version, 'duplicate version')
    else for (const problem of dns1035Label(version)) errors.invalid(`${field}[${i}]`, version, problem)
  })
  if (!reviews.includes('v1') && !reviews.includes('v1beta1')) errors.invalid(field, reviews, 'must include at least one of v1, v1beta1')
}

function validateNames(names: CustomResourceDefinitionNames, path: string, errors: FieldErrors): void {
  const check = (field: string, text: string | undefined, before = ''): void => {
    if (text === undefined || text === '') return
    const problems = dns1035Label(before === '' ? text : text.toLowerCase())
    if (problems.length > 0) errors.invalid(`${path}.${field}`, text, before + problems.join(','))
  }
  const mixed = 'may have mixed case, but should otherwise match: '
  check('plural', names.plural)
  check('singular', names.singular)
  check('kind', names.kind, mixed)
  check('listKind', names.listKind, mixed)
  names.shortNames?.forEach((name, i) => { for (const problem of joined(name)) errors.invalid(`${path}.shortNames[${i}]`, name, problem) })
  if (names.kind !== '' && names.kind === names.listKind) errors.invalid(`${path}.listKind`, names.listKind, 'kind and listKind may not be the same')
  names.categories?.forEach((name, i) => { for (const problem of joined(name)) errors.invalid(`${path}.categories[${i}]`, name, problem) })
}

function joined(name: string): string[] {
  const problems = dns1035Label(name)
  return problems.length > 0 ? [problems.join(',')] : []
}

/** What all versions say alike: the internal type holds it once, at the top, and so its errors are named there. */
interface Common {
  readonly schema: boolean
  readonly subresources: boolean
  readonly columns: boolean
  readonly selectable: boolean
}

/** Upstream: Convert_v1_CustomResourceDefinitionSpec_To_apiextensions_CustomResourceDefinitionSpec. */
function commonOf(versions: readonly CustomResourceDefinitionVersion[]): Common {
  const alike = (value: (version: CustomResourceDefinitionVersion) => unknown): boolean => versions.every((version) => deepEqual(value(version), value(versions[0] as CustomResourceDefinitionVersion)))
  const schema = alike((version) => version.schema ?? null)
  return {
    schema, subresources: alike((version) => version.subresources ?? null), columns: alike((version) => version.additionalPrinterColumns ?? []),
    selectable: schema && alike((version) => version.selectableFields ?? []),
  }
}

/** Versions as upstream's internal type prints, without what stands at the top. */
function internalVersions(versions: readonly CustomResourceDefinitionVersion[], common: Common): object[] {
  return versions.map((version) => ({
    Name: version.name, Served: version.served, Storage: version.storage, Deprecated: version.deprecated ?? false, DeprecationWarning: version.deprecationWarning ?? null,
    Schema: common.schema ? null : version.schema ?? null, Subresources: common.subresources ? null : version.subresources ?? null,
    AdditionalPrinterColumns: common.columns ? null : version.additionalPrinterColumns ?? null, SelectableFields: common.selectable ? null : version.selectableFields ?? null,
  }))
}

function validateVersion(version: CustomResourceDefinitionVersion, common: Common, path: string, errors: FieldErrors): void {
  const problems = dns1035Label(version.name)
  if (problems.length > 0) errors.invalid(`${path}.name`, version.name, problems.join(','))
  const warning = version.deprecationWarning
  if (warning !== undefined) {
    const at = `${path}.deprecationWarning`
    if (version.deprecated !== true) errors.invalid(at, warning, 'can only be set for deprecated versions')
    else {
      if (byteLength(warning) > 256) errors.invalid(at, warning, 'must be <= 256 characters long')
      if (warning === '') errors.invalid(at, warning, 'must not be an empty string')
      const index = warning.search(/[^\P{C}]|[\u2028\u2029]/u)
      if (index >= 0) errors.invalid(at, warning, `must only contain printable UTF-8 characters; non-printable character found at index ${byteLength(warning.slice(0, index))}`)
    }
  }
  validateShape(version, { schema: !common.schema, subresources: !common.subresources, columns: !common.columns, selectable: !common.selectable }, path, 'schema', errors)
}

/** The parts of a version that `which` names, with `path` before them. */
function validateShape(version: CustomResourceDefinitionVersion, which: Common, path: string, schemaField: 'schema' | 'validation', errors: FieldErrors): void {
  const schema = version.schema?.openAPIV3Schema
  if (which.schema && schema !== undefined) validateSchema(schema, `${path}.${schemaField}.openAPIV3Schema`, errors)
  if (which.subresources && version.subresources !== undefined) validateSubresources(version.subresources, `${path}.subresources`, errors)
  if (which.columns) version.additionalPrinterColumns?.forEach((column, i) => { validateColumn(column, `${path}.additionalPrinterColumns[${i}]`, errors) })
  const selectable = version.selectableFields ?? []
  if (which.selectable && selectable.length > 0) {
    // Upstream's words, though the first of them say the contrary of what is meant.
    if (!which.schema || schema === undefined) errors.invalid(`${path}.selectableFields`, '', schemaField === 'schema' ? 'selectableFields may only be set when version.schema.openAPIV3Schema is not included' : 'selectableFields may only be set when validations.schema is included')
    else validateSelectable(selectable, schema, `${path}.selectableFields`, errors)
  }
}

function validateSelectable(fields: readonly SelectableField[], schema: JsonSchema, path: string, errors: FieldErrors): void {
  const seen = new Set<string>()
  fields.forEach(({ jsonPath }, i) => {
    const at = `${path}[${i}].jsonPath`
    if (jsonPath === '') {
      errors.required(at)
      return
    }
    const found = fieldAt(jsonPath, schema, false)
    if ('problem' in found) {
      errors.invalid(at, jsonPath, `is an invalid path: ${found.problem}`)
      return
    }
    if (found.path[0] === 'metadata') errors.invalid(at, jsonPath, 'must not point to fields in metadata')
    if (!['string', 'boolean', 'integer'].includes(found.schema.type ?? '')) errors.invalid(at, jsonPath, 'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.')
    const key = JSON.stringify(found.path)
    if (seen.has(key)) errors.duplicate(at, jsonPath)
    seen.add(key)
  })
  if (seen.size > 8) errors.tooMany(path, seen.size, 8)
}

/** Follows `.a.b` and, where it is allowed, `['c']`. Upstream: schema/cel.ValidFieldPath. */
function fieldAt(jsonPath: string, schema: JsonSchema, withBrackets: boolean): { readonly path: readonly string[]; readonly schema: JsonSchema } | { readonly problem: string } {
  const tokens = jsonPath.match(/'(?:[^'\\]|\\.)*'|[.[\]]|[^.[\]']+|'/gu) ?? []
  const path: string[] = []
  let at = schema
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] as string
    if (token !== '.' && token !== '[') return { problem: `expected [ or . but got: ${token}` }
    if (token === '[' && !withBrackets) return { problem: 'array notation is not allowed' }
    let name = tokens[++i]
    if (name === undefined) return { problem: 'unexpected end of JSON path' }
    if (token === '[') {
      if (!/^'.*'$/su.test(name)) return { problem: `expected single quoted string but got ${name}` }
      name = name.slice(1, -1).replace(/\\(.)/gsu, '$1')
    }
    const below = at.properties === undefined ? memberOf(at, name) : propertyOf(at, name)
    if (below === undefined) return { problem: 'does not refer to a valid field' }
    path.push(name)
    at = below
    if (token === '[') {
      const end = tokens[++i]
      if (end === undefined) return { problem: 'unexpected end of JSON path' }
      if (end !== ']') return { problem: `expected ] but got ${end}` }
    }
  }
  return { path, schema: at }
}

const columnTypes = ['boolean', 'date', 'integer', 'number', 'string']
const columnFormats = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password']

function validateColumn(column: CustomResourceColumnDefinition, path: string, errors: FieldErrors): void {
  if (column.name === '') errors.required(`${path}.name`)
  if (column.type === '') errors.required(`${path}.type`, `must be one of ${columnTypes.join(',')}`)
  else if (!columnTypes.includes(column.type)) errors.invalid(`${path}.type`, column.type, `must be one of ${columnTypes.join(',')}`)
  if (column.format !== undefined && !columnFormats.includes(column.format)) errors.invalid(`${path}.format`, column.format, `must be one of ${columnFormats.join(',')}`)
  // The internal type's name of the field; a path that cannot be read is no error, it ends the columns (columns.ts).
  if (column.jsonPath === '') errors.required(`${path}.JSONPath`)
  else simplePath(column.jsonPath, `${path}.JSONPath`, errors)
}

/** Upstream: validateSimpleJSONPath. Whether the path may be judged further. */
function simplePath(jsonPath: string, path: string, errors: FieldErrors): boolean {
  if (jsonPath.startsWith('.')) return true
  errors.invalid(path, jsonPath, 'must be a simple json path starting with .')
  return false
}

function validateSubresources({ scale }: CustomResourceSubresources, path: string, errors: FieldErrors): void {
  if (scale === undefined) return
  const check = (field: string, value: string, roots: readonly string[], what: string): void => {
    const at = `${path}.scale.${field}`
    if (simplePath(value, at, errors) && !roots.some((root) => value.startsWith(root))) errors.invalid(at, value, `should be a json path ${what}`)
  }
  if (scale.specReplicasPath === '') errors.required(`${path}.scale.specReplicasPath`)
  else check('specReplicasPath', scale.specReplicasPath, ['.spec.'], 'under .spec')
  if (scale.statusReplicasPath === '') errors.required(`${path}.scale.statusReplicasPath`)
  else check('statusReplicasPath', scale.statusReplicasPath, ['.status.'], 'under .status')
  if (scale.labelSelectorPath !== undefined && scale.labelSelectorPath !== '') check('labelSelectorPath', scale.labelSelectorPath, ['.spec.', '.status.'], 'under either .spec or .status')
}

const types = ['array', 'boolean', 'integer', 'number', 'object', 'string']

/** One schema: that it is structural, what it may say at all, and then its defaults and rules. */
export function validateSchema(schema: JsonSchema, path: string, errors: FieldErrors): void {
  if (schema.nullable === true) errors.forbidden(`${path}.nullable`, 'nullable cannot be true at the root')
  const before = errors.list.length
  structural(schema, path, errors, 'root')
  if (errors.list.length === before) defaults(schema, path, errors)
  const isSound = errors.list.length === before
  const rules = new FieldErrors()
  walk(schema, path, { errors, rules, isRoot: true, isMeta: false, isSound })
  errors.list.push(...rules.list)
}

function defaults(schema: JsonSchema, path: string, errors: FieldErrors): void {
  if (schema.default !== undefined) validateDefault(schema, path, errors)
  for (const [key, below] of Object.entries(schema.properties ?? {})) defaults(below, `${path}.properties[${key}]`, errors)
  const [items, values] = [itemsOf(schema), valuesOf(schema)]
  if (items !== undefined) defaults(items, `${path}.items`, errors)
  if (values !== undefined && values !== true) defaults(values, `${path}.additionalProperties`, errors)
}

interface Walk {
  readonly errors: FieldErrors
  /** What is wrong with rules comes after all else. */
  readonly rules: FieldErrors
  readonly isRoot: boolean
  readonly isMeta: boolean
  /** Rules are only read where the schema around them can be. */
  readonly isSound: boolean
  /** Why no default may stand here. */
  readonly noDefault?: string
  /** The list whose items cannot be found again in the old object. */
  readonly lost?: string
}

/** Upstream: ValidateCustomResourceDefinitionOpenAPISchema. */
function walk(schema: JsonSchema, path: string, on: Walk): void {
  const { errors, isMeta } = on
  const before = errors.list.length
  const under: Walk = { ...on, isRoot: false }
  if (schema.type !== undefined && schema.type !== '' && !types.includes(schema.type)) errors.notSupported(`${path}.type`, schema.type, types)
  if (schema.default !== undefined && on.noDefault !== undefined) errors.forbidden(`${path}.default`, `must not be set ${on.noDefault}`)
  const unsupported = (field: 'id' | 'additionalItems' | 'patternProperties' | 'definitions' | 'dependencies' | '$ref' | '$schema'): void => {
    const value: unknown = schema[field]
    if (value !== undefined && value !== '' && !(isFields(value) && (field === 'patternProperties' || field === 'definitions') && Object.keys(value).length === 0)) errors.forbidden(`${path}.${field}`, `${field} is not supported`)
  }
  for (const field of ['id', 'additionalItems', 'patternProperties', 'definitions', 'dependencies', '$ref', '$schema'] as const) unsupported(field)
  if (schema.type === 'null') errors.forbidden(`${path}.type`, 'type cannot be set to null, use nullable as an alternative')
  const items: unknown = schema.items
  if (Array.isArray(items)) errors.forbidden(`${path}.items`, 'items must be a schema object and not an array')
  if (isMeta && isEmbedded(schema)) errors.forbidden(`${path}.x-kubernetes-embedded-resource`, 'must not be used inside of resource meta')
  if (schema.uniqueItems === true) errors.forbidden(`${path}.uniqueItems`, 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic')
  const additional: unknown = schema.additionalProperties
  if (additional !== undefined) {
    if (additional === false) errors.forbidden(`${path}.additionalProperties`, 'additionalProperties cannot be set to false')
    if (schema.properties !== undefined && Object.keys(schema.properties).length > 0 && additional !== true) errors.forbidden(`${path}.additionalProperties`, 'additionalProperties and properties are mutual exclusive')
    if (isFields(additional)) walk(additional as JsonSchema, `${path}.additionalProperties`, isMeta ? { ...under, noDefault: 'inside additionalProperties applying to object metadata' } : under)
  }
  for (const [key, below] of Object.entries(schema.properties ?? {})) {
    const isOwn = (on.isRoot || isEmbedded(schema)) && ['metadata', 'kind', 'apiVersion'].includes(key)
    walk(below, `${path}.properties[${key}]`, isOwn ? { ...under, isMeta: true, ...(on.isRoot ? { noDefault: `in top-level ${key}` } : {}) } : under)
  }
  // Rules inside of these are not read.
  const inside: Walk = { ...under, isSound: false }
  if (schema.not !== undefined) walk(schema.not, `${path}.not`, inside)
  for (const junctor of ['allOf', 'oneOf', 'anyOf'] as const) schema[junctor]?.forEach((below, i) => { walk(below, `${path}.${junctor}[${i}]`, inside) })
  if (isFields(items)) walk(items as JsonSchema, `${path}.items`, schema['x-kubernetes-list-type'] === 'map' || on.lost !== undefined ? under : { ...under, lost: path })
  if (schema.pattern !== undefined && schema.pattern !== '' && patternOf(schema.pattern) === undefined) errors.invalid(`${path}.pattern`, schema.pattern, 'must be a valid regular expression, but isn\'t: error parsing regexp')
  const mapType = schema['x-kubernetes-map-type']
  if (mapType !== undefined) {
    typed(schema, 'object', 'must be object if x-kubernetes-map-type is specified', path, errors)
    if (mapType !== 'atomic' && mapType !== 'granular') errors.notSupported(`${path}.x-kubernetes-map-type`, mapType, ['atomic', 'granular'])
  }
  lists(schema, path, errors)
  schema['x-kubernetes-validations']?.forEach((rule, i) => { validateRuleText(rule, schema, `${path}.x-kubernetes-validations[${i}]`, errors) })
  if (on.isSound && errors.list.length === before) schema['x-kubernetes-validations']?.forEach((rule, i) => { validateRuleProgram(rule, `${path}.x-kubernetes-validations[${i}]`, on) })
}

function typed(schema: JsonSchema, type: string, detail: string, path: string, errors: FieldErrors): void {
  if (schema.type === undefined || schema.type === '') errors.required(`${path}.type`, detail)
  else if (schema.type !== type) errors.invalid(`${path}.type`, schema.type, detail)
}

function validateRuleText(rule: ValidationRule, schema: JsonSchema, at: string, errors: FieldErrors): void {
  const { message = '', messageExpression = '', fieldPath = '' } = rule
  const text = message.trim()
  if (rule.rule.trim() === '') errors.required(`${at}.rule`, 'rule is not specified')
  else if (message !== '' && text === '') errors.invalid(`${at}.message`, message, 'message must be non-empty if specified')
  else if (/[\r\n]/.test(text)) errors.invalid(`${at}.message`, message, 'message must not contain line breaks')
  else if (/[\r\n]/.test(rule.rule.trim()) && text === '') errors.required(`${at}.message`, 'message must be specified if rule contains line breaks')
  if (messageExpression !== '' && messageExpression.trim() === '') errors.required(`${at}.messageExpression`, 'messageExpression must be non-empty if specified')
  if (rule.reason !== undefined && !ruleReasons.includes(rule.reason)) errors.notSupported(`${at}.reason`, rule.reason, ruleReasons)
  if (fieldPath === '') return
  if (fieldPath.trim() === '') errors.invalid(`${at}.fieldPath`, fieldPath, 'fieldPath must be non-empty if specified')
  if (/[\r\n]/.test(fieldPath)) errors.invalid(`${at}.fieldPath`, fieldPath, 'fieldPath must not contain line breaks')
  if ('problem' in fieldAt(fieldPath, schema, true)) errors.invalid(`${at}.fieldPath`, fieldPath, 'fieldPath must be a valid path')
}

function validateRuleProgram(rule: ValidationRule, at: string, { rules, lost }: Walk): void {
  const program = celProgram(rule.rule)
  if ('problem' in program) rules.invalid(`${at}.rule`, internalRule(rule), `compilation failed: ${program.problem}`)
  if ((rule.messageExpression ?? '') !== '') {
    const message = celProgram(rule.messageExpression as string)
    if ('problem' in message) rules.invalid(`${at}.messageExpression`, internalRule(rule), `messageExpression compilation failed: ${message.problem}`)
  }
  if (/\boldSelf\b/.test(rule.rule)) {
    if (lost !== undefined) rules.invalid(`${at}.rule`, rule.rule, `oldSelf cannot be used on the uncorrelatable portion of the schema within ${lost}`)
  } else if (rule.optionalOldSelf !== undefined) rules.invalid(`${at}.optionalOldSelf`, rule.optionalOldSelf, 'may not be set if oldSelf is not used in rule')
}

const ruleReasons = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired']

/** A rule as upstream's internal type prints. */
const internalRule = (rule: ValidationRule): object => ({
  Rule: rule.rule, Message: rule.message ?? '', MessageExpression: rule.messageExpression ?? '', Reason: rule.reason ?? null, FieldPath: rule.fieldPath ?? '', OptionalOldSelf: rule.optionalOldSelf ?? null,
})

function lists(schema: JsonSchema, path: string, errors: FieldErrors): void {
  const type = schema['x-kubernetes-list-type']
  const keys = schema['x-kubernetes-list-map-keys'] ?? []
  const items = itemsOf(schema)
  if (type !== undefined) {
    if (schema.type !== 'array') typed(schema, 'array', 'must be array if x-kubernetes-list-type is specified', path, errors)
    else if (type === 'set' && items !== undefined) {
      const [itemList, itemMap] = [items['x-kubernetes-list-type'], items['x-kubernetes-map-type']]
      const detail = 'must be atomic as item of a list with x-kubernetes-list-type=set'
      if (items.type === 'array' && itemList !== undefined && itemList !== 'atomic') errors.invalid(`${path}.items.x-kubernetes-list-type`, itemList, detail)
      if (items.type === 'object' && itemMap !== 'atomic') errors.invalid(`${path}.items.x-kubernetes-map-type`, itemList ?? null, detail)
    }
    if (!['atomic', 'set', 'map'].includes(type)) errors.notSupported(`${path}.x-kubernetes-list-type`, type, ['atomic', 'set', 'map'])
  }
  if (keys.length > 0 && type !== 'map') {
    const detail = 'must be map if x-kubernetes-list-map-keys is non-empty'
    if (type === undefined) errors.required(`${path}.x-kubernetes-list-type`, detail)
    else errors.invalid(`${path}.x-kubernetes-list-type`, type, detail)
  }
  if (type === 'map') {
    if (keys.length === 0) errors.required(`${path}.x-kubernetes-list-map-keys`, 'must not be empty if x-kubernetes-list-type is map')
    if (items === undefined) errors.required(`${path}.items`, 'must have a schema if x-kubernetes-list-type is map')
    else if (items.type !== 'object') errors.invalid(`${path}.items.type`, items.type ?? '', 'must be object if parent array\'s x-kubernetes-list-type is map')
    else {
      keys.forEach((key, i) => {
        const below = propertyOf(items, key)
        if (below === undefined) errors.invalid(`${path}.x-kubernetes-list-map-keys`, keys, 'entries must all be names of item properties')
        // Upstream shows the item's type here, not the key's.
        else if (below.type === 'array' || below.type === 'object') errors.invalid(`${path}.items.properties[${key}].type`, items.type, "must be a scalar type if parent array's x-kubernetes-list-type is map")
        if (keys.indexOf(key) !== i) errors.invalid(`${path}.x-kubernetes-list-map-keys`, keys, 'must not contain duplicate entries')
      })
    }
  }
  if (items === undefined || (type !== 'set' && type !== 'map')) return
  if (items.nullable === true) errors.forbidden(`${path}.items.nullable`, `cannot be nullable when x-kubernetes-list-type is ${type}`)
  if (type === 'set') return
  for (const key of keys) {
    const below = propertyOf(items, key)
    if (below === undefined) continue
    if (below.default === undefined && items.required?.includes(key) !== true) {
      errors.required(`${path}.items.properties[${key}].default`, 'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property')
    }
    if (below.nullable === true) errors.forbidden(`${path}.items.properties[${key}].nullable`, 'this property is in x-kubernetes-list-map-keys, so it cannot be nullable')
  }
}

/** A default is a value of the schema, with nothing that would be dropped. Upstream: schema/defaulting/validation.go. */
function validateDefault(schema: JsonSchema, path: string, errors: FieldErrors): void {
  const value: unknown = schema.default
  if (isFields(value) && !isEmbedded(schema)) {
    const shaped = shape({ value }, { type: 'object', properties: { value: schema } })
    if (shaped.unknown.length > 0) {
      errors.invalid(`${path}.default`, value, 'must not have unknown fields')
      return
    }
  }
  const before = errors.list.length
  validateBySchema(value, schema, errors, `${path}.default`)
  // What is wrong inside is said of the place inside.
  for (let i = before; i < errors.list.length; i++) {
    const error = errors.list[i]
    if (error !== undefined && error.field === '<nil>') errors.list[i] = { ...error, field: `${path}.default` }
  }
}

/** Every value has one type. Upstream: schema.ValidateStructural. */
function structural(schema: JsonSchema, path: string, errors: FieldErrors, place: 'root' | 'field' | 'item'): void {
  const type = schema.type ?? ''
  if (place === 'root') {
    if (type === '') errors.required(`${path}.type`, 'must not be empty at the root')
    else if (type !== 'object') errors.invalid(`${path}.type`, type, 'must be object at the root')
    if (isEmbedded(schema)) errors.forbidden(`${path}.x-kubernetes-embedded-resource`, 'must not be true at the root')
    if (schema.default !== undefined) errors.forbidden(`${path}.default`, 'must not be set at the root')
    const metadata = schema.properties?.['metadata']
    if (metadata !== undefined) {
      for (const key of Object.keys(metadata.properties ?? {})) if (key !== 'name' && key !== 'generateName') errors.forbidden(`${path}.properties[metadata]`, 'must not specify anything other than name and generateName, but metadata is implicitly specified')
    }
  } else if (type === '' && !isIntOrString(schema) && !preservesUnknown(schema)) {
    errors.required(`${path}.type`, place === 'item' ? 'must not be empty for specified array items' : 'must not be empty for specified object fields')
  }
  if (isIntOrString(schema) && type !== '') errors.invalid(`${path}.type`, type, 'must be empty if x-kubernetes-int-or-string is true')
  if (isEmbedded(schema)) {
    if (type !== 'object') errors.invalid(`${path}.type`, type, 'must be object if x-kubernetes-embedded-resource is true')
    if ((schema.properties === undefined || Object.keys(schema.properties).length === 0) && !preservesUnknown(schema)) errors.required(`${path}.properties`, 'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields')
  }
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) errors.invalid(`${path}.x-kubernetes-preserve-unknown-fields`, false, 'must be true or undefined')
  if (type === 'array' && schema.items === undefined) errors.required(`${path}.items`, 'must be specified')
  const items = itemsOf(schema)
  if (items !== undefined) structural(items, `${path}.items`, errors, 'item')
  for (const [key, below] of Object.entries(schema.properties ?? {})) structural(below, `${path}.properties[${key}]`, errors, 'field')
  const values = valuesOf(schema)
  if (values !== undefined && values !== true) structural(values, `${path}.additionalProperties`, errors, 'field')
  for (const junctor of ['allOf', 'anyOf', 'oneOf'] as const) schema[junctor]?.forEach((below, i) => { nested(below, schema, `${path}.${junctor}[${i}]`, errors) })
  if (schema.not !== undefined) nested(schema.not, schema, `${path}.not`, errors)
}

/** Inside of allOf and the like only values are judged; what they are is said outside. Upstream: validateNestedValueValidation. */
function nested(schema: JsonSchema, outer: JsonSchema, path: string, errors: FieldErrors): void {
  const intOrString = isIntOrString(outer)
  for (const field of ['description', 'default', 'nullable', 'title'] as const) {
    const value: unknown = schema[field]
    if (value !== undefined && value !== '' && value !== false) errors.forbidden(`${path}.${field}`, field === 'nullable' ? 'must be false to be structural' : field === 'default' ? 'must be undefined to be structural' : 'must be empty to be structural')
  }
  if (schema.type !== undefined && schema.type !== '' && !intOrString) errors.forbidden(`${path}.type`, 'must be empty to be structural')
  if (valuesOf(schema) !== undefined) errors.forbidden(`${path}.additionalProperties`, 'must be undefined to be structural')
  for (const field of ['x-kubernetes-preserve-unknown-fields', 'x-kubernetes-embedded-resource', 'x-kubernetes-int-or-string'] as const) {
    if (schema[field] === true) errors.forbidden(`${path}.${field}`, 'must be false to be structural')
  }
  const items = itemsOf(schema)
  if (items !== undefined) {
    const other = itemsOf(outer)
    if (other === undefined) errors.required(`${path.replace(/\.(allOf|anyOf|oneOf)\[\d+\].*$|\.not.*$/, '')}.items`, `because it is defined in ${path}.items`)
    else nested(items, other, `${path}.items`, errors)
  }
  for (const [key, below] of Object.entries(schema.properties ?? {})) {
    const isMeta = key === 'metadata' || key === 'apiVersion' || key === 'kind'
    const like = memberOf(outer, key)
    if (like === undefined && !isMeta && valuesOf(outer) !== true) errors.required(`${path.replace(/\.(allOf|anyOf|oneOf)\[\d+\].*$|\.not.*$/, '')}.properties[${key}]`, `because it is defined in ${path}.properties[${key}]`)
    else if (like !== undefined) nested(below, like, `${path}.properties[${key}]`, errors)
  }
  for (const junctor of ['allOf', 'anyOf', 'oneOf'] as const) schema[junctor]?.forEach((below, i) => { nested(below, outer, `${path}.${junctor}[${i}]`, errors) })
  if (schema.not !== undefined) nested(schema.not, outer, `${path}.not`, errors)
}

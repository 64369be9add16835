import type { CustomResourceColumnDefinition, CustomResourceDefinition, CustomResourceDefinitionNames, CustomResourceDefinitionSpec, CustomResourceDefinitionVersion, CustomResourceSubresources, ValidationRule } from '../../../api'
import { isFields } from '../draft'
import type { FieldErrors } from '../field-errors'
import { dns1035Label, dnsSubdomain } from '../names'
import { immutable } from '../object-meta'
import { celProgram } from './cel'
import { conditionOf } from './conditions'
import { isKnownFormat } from './formats'
import { parseJsonPath } from './json-path'
import { shape } from './prune'
import { isEmbedded, isIntOrString, itemsOf, preservesUnknown, valuesOf, type JsonSchema } from './schema'
import { patternOf, validateBySchema } from './validate'

// What is wrong with a CustomResourceDefinition. Upstream: apiextensions-apiserver/pkg/apis/apiextensions/validation, pkg/apiserver/schema/validation.go.

const approval = 'api-approved.kubernetes.io'

export function validateDefinition(definition: CustomResourceDefinition, errors: FieldErrors): void {
  const { spec, metadata } = definition
  const wanted = `${spec.names.plural}.${spec.group}`
  if (metadata.name !== wanted) errors.invalid('metadata.name', metadata.name ?? '', 'must be spec.names.plural+"."+spec.group')
  validateSpec(spec, errors)
  if (isProtectedGroup(spec.group)) {
    const value = metadata.annotations?.[approval]
    const at = `metadata.annotations[${approval}]`
    if (value === undefined) errors.required(at, `protected groups must have approval annotation ${JSON.stringify(approval)}, see https://github.com/kubernetes/enhancements/pull/1111`)
    else if (!value.startsWith('unapproved') && !/^https?:\/\/.+/.test(value)) {
      errors.invalid(at, value, 'protected groups must have approval annotation "api-approved.kubernetes.io" with either a URL or a reason starting with "unapproved", see https://github.com/kubernetes/enhancements/pull/1111')
    }
  }
}

export function validateDefinitionUpdate(definition: CustomResourceDefinition, old: CustomResourceDefinition, errors: FieldErrors): void {
  validateDefinition(definition, errors)
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
  if (spec.preserveUnknownFields === true) errors.invalid('spec.preserveUnknownFields', true, 'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead')
  const versions = spec.versions ?? []
  versions.forEach((version, i) => { validateVersion(version, `spec.versions[${i}]`, errors) })
  if (new Set(versions.map((version) => version.name)).size !== versions.length) errors.invalid('spec.versions', versions, 'must contain unique version names')
  if (versions.filter((version) => version.storage).length !== 1) errors.invalid('spec.versions', versions, 'must have exactly one version marked as storage version')
  const { names } = spec
  for (const field of ['plural', 'singular', 'kind', 'listKind'] as const) if ((names[field] ?? '') === '') errors.required(`spec.names.${field}`)
  validateNames(names, 'spec.names', errors)
  const strategy = spec.conversion?.strategy
  if (strategy !== undefined && strategy !== 'None' && strategy !== 'Webhook') {
    if (strategy === '') errors.required('spec.conversion.strategy')
    else errors.notSupported('spec.conversion.strategy', strategy, ['None', 'Webhook'])
  }
  if (strategy === 'None' && spec.conversion?.webhook !== undefined) errors.forbidden('spec.conversion.webhook', 'should not be set when strategy is not set to Webhook')
  if (strategy === 'Webhook' && spec.conversion?.webhook?.clientConfig === undefined) errors.required('spec.conversion.webhookClientConfig', 'required when strategy is set to Webhook')
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

function validateVersion(version: CustomResourceDefinitionVersion, path: string, errors: FieldErrors): void {
  const problems = dns1035Label(version.name)
  if (problems.length > 0) errors.invalid(`${path}.name`, version.name, problems.join(','))
  if (version.deprecationWarning !== undefined) {
    if (version.deprecated !== true) errors.invalid(`${path}.deprecationWarning`, version.deprecationWarning, 'can only be set for deprecated versions')
    else if (version.deprecationWarning.length > 256) errors.tooLong(`${path}.deprecationWarning`, 256)
    else if (version.deprecationWarning === '') errors.invalid(`${path}.deprecationWarning`, '', 'must not be an empty string')
  }
  const schema = version.schema?.openAPIV3Schema
  if (schema === undefined) errors.required(`${path}.schema.openAPIV3Schema`, 'schemas are required')
  else validateSchema(schema, `${path}.schema.openAPIV3Schema`, errors)
  if (version.subresources !== undefined) validateSubresources(version.subresources, `${path}.subresources`, errors)
  version.additionalPrinterColumns?.forEach((column, i) => { validateColumn(column, `${path}.additionalPrinterColumns[${i}]`, errors) })
  const selectable = version.selectableFields ?? []
  if (selectable.length > 8) errors.tooMany(`${path}.selectableFields`, selectable.length, 8)
  const seen = new Set<string>()
  selectable.forEach(({ jsonPath }, i) => {
    const at = `${path}.selectableFields[${i}].jsonPath`
    if (jsonPath === '') errors.required(at)
    else {
      if (!jsonPath.startsWith('.')) errors.invalid(at, jsonPath, 'must be a simple json path starting with .')
      else if (jsonPath.startsWith('.metadata.') || jsonPath === '.metadata') errors.invalid(at, jsonPath, 'must not point to fields in metadata')
      else {
        const type = schemaAt(schema, jsonPath.slice(1).split('.'))?.type
        if (type === undefined) errors.invalid(at, jsonPath, 'is an invalid path: does not refer to a valid field')
        else if (!['string', 'boolean', 'integer'].includes(type)) errors.invalid(at, jsonPath, `must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.`)
      }
      if (seen.has(jsonPath)) errors.duplicate(at, jsonPath)
      seen.add(jsonPath)
    }
  })
}

function schemaAt(schema: JsonSchema | undefined, path: readonly string[]): JsonSchema | undefined {
  let at = schema
  for (const name of path) at = at?.properties === undefined || !Object.hasOwn(at.properties, name) ? undefined : at.properties[name]
  return at
}

const columnTypes = ['integer', 'number', 'string', 'boolean', 'date']
const columnFormats = ['int32', 'int64', 'float', 'double', 'byte', 'date', 'date-time', 'password']

function validateColumn(column: CustomResourceColumnDefinition, path: string, errors: FieldErrors): void {
  if (column.name === '') errors.required(`${path}.name`)
  if (column.type === '') errors.required(`${path}.type`, `must be one of ${columnTypes.join(',')}`)
  else if (!columnTypes.includes(column.type)) errors.invalid(`${path}.type`, column.type, `must be one of ${columnTypes.join(',')}`)
  if (column.format !== undefined && !columnFormats.includes(column.format)) errors.invalid(`${path}.format`, column.format, `must be one of ${columnFormats.join(',')}`)
  if (column.jsonPath === '') errors.required(`${path}.jsonPath`)
  else validatePath(column.jsonPath, `${path}.jsonPath`, errors)
}

function validatePath(jsonPath: string, path: string, errors: FieldErrors): void {
  const parsed = parseJsonPath(jsonPath)
  if ('problem' in parsed) errors.invalid(path, jsonPath, `is an invalid JSON path: ${parsed.problem}`)
}

function validateSubresources({ scale }: CustomResourceSubresources, path: string, errors: FieldErrors): void {
  if (scale === undefined) return
  const check = (field: string, value: string, roots: readonly string[], what: string): void => {
    const at = `${path}.scale.${field}`
    if (!/^(\.[A-Za-z_][\w-]*)+$/.test(value) || value.length === 0) errors.invalid(at, value, `should be a json path ${what}`)
    else if (!roots.some((root) => value.startsWith(root))) errors.invalid(at, value, `should be a json path ${what}`)
  }
  if (scale.specReplicasPath === '') errors.required(`${path}.scale.specReplicasPath`)
  else check('specReplicasPath', scale.specReplicasPath, ['.spec.'], 'under .spec')
  if (scale.statusReplicasPath === '') errors.required(`${path}.scale.statusReplicasPath`)
  else check('statusReplicasPath', scale.statusReplicasPath, ['.status.'], 'under .status')
  if (scale.labelSelectorPath !== undefined && scale.labelSelectorPath !== '') check('labelSelectorPath', scale.labelSelectorPath, ['.spec.', '.status.'], 'under either .spec or .status')
}

const types = ['array', 'boolean', 'integer', 'number', 'object', 'string']

/** One schema: what it may say at all, and that it is structural. */
export function validateSchema(schema: JsonSchema, path: string, errors: FieldErrors): void {
  if (schema.nullable === true) errors.forbidden(`${path}.nullable`, 'nullable cannot be true at the root')
  walk(schema, path, errors, true)
  structural(schema, path, errors, 'root')
}

function walk(schema: JsonSchema, path: string, errors: FieldErrors, isRoot: boolean): void {
  if (schema.uniqueItems === true) errors.forbidden(`${path}.uniqueItems`, 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic')
  const additional: unknown = schema.additionalProperties
  if (additional !== undefined) {
    if (additional === false) errors.forbidden(`${path}.additionalProperties`, 'additionalProperties cannot be set to false')
    if (schema.properties !== undefined && Object.keys(schema.properties).length > 0 && (additional !== true)) errors.forbidden(`${path}.additionalProperties`, 'additionalProperties and properties are mutual exclusive')
    if (isFields(additional)) walk(additional as JsonSchema, `${path}.additionalProperties`, errors, false)
  }
  for (const [key, below] of Object.entries(schema.properties ?? {})) walk(below, `${path}.properties[${key}]`, errors, false)
  if (schema.patternProperties !== undefined && Object.keys(schema.patternProperties).length > 0) errors.forbidden(`${path}.patternProperties`, 'patternProperties is not supported')
  if (schema.additionalItems !== undefined) errors.forbidden(`${path}.additionalItems`, 'additionalItems is not supported')
  if (schema.dependencies !== undefined) errors.forbidden(`${path}.dependencies`, 'dependencies is not supported')
  if (schema.definitions !== undefined) errors.forbidden(`${path}.definitions`, 'definitions is not supported')
  if (schema.id !== undefined) errors.forbidden(`${path}.id`, 'id is not supported')
  if (schema.$ref !== undefined) errors.forbidden(`${path}.$ref`, '$ref is not supported')
  if (schema.$schema !== undefined) errors.forbidden(`${path}.$schema`, '$schema is not supported')
  for (const junctor of ['allOf', 'oneOf', 'anyOf'] as const) schema[junctor]?.forEach((below, i) => { walk(below, `${path}.${junctor}[${i}]`, errors, false) })
  if (schema.not !== undefined) walk(schema.not, `${path}.not`, errors, false)
  const items: unknown = schema.items
  if (Array.isArray(items)) errors.forbidden(`${path}.items`, 'items must be a schema object and not an array')
  else if (isFields(items)) walk(items as JsonSchema, `${path}.items`, errors, false)
  if (schema.type === 'null') errors.forbidden(`${path}.type`, 'type cannot be set to null, use nullable as an alternative')
  else if (schema.type !== undefined && schema.type !== '' && !types.includes(schema.type)) errors.notSupported(`${path}.type`, schema.type, types)
  if (schema.pattern !== undefined && schema.pattern !== '' && patternOf(schema.pattern) === undefined) errors.invalid(`${path}.pattern`, schema.pattern, 'must be a valid regular expression, but isn\'t: error parsing regexp')
  lists(schema, path, errors)
  if (schema['x-kubernetes-map-type'] !== undefined) {
    const mapType = schema['x-kubernetes-map-type']
    if (schema.type !== 'object') errors.invalid(`${path}.type`, schema.type ?? '', 'must be object if x-kubernetes-map-type is specified')
    if (mapType !== 'atomic' && mapType !== 'granular') errors.notSupported(`${path}.x-kubernetes-map-type`, mapType, ['atomic', 'granular'])
  }
  if (schema.default !== undefined && !isRoot) validateDefault(schema, path, errors)
  schema['x-kubernetes-validations']?.forEach((rule, i) => {
    const at = `${path}.x-kubernetes-validations[${i}]`
    if (rule.rule.trim() === '') errors.required(`${at}.rule`, 'rule is not specified')
    else {
      const program = celProgram(rule.rule)
      if ('problem' in program) errors.invalid(`${at}.rule`, internalRule(rule), `compilation failed: ${program.problem}`)
    }
    if ((rule.messageExpression ?? '') !== '') {
      const program = celProgram(rule.messageExpression as string)
      if ('problem' in program) errors.invalid(`${at}.messageExpression`, internalRule(rule), `messageExpression compilation failed: ${program.problem}`)
    }
    if (rule.reason !== undefined && !ruleReasons.includes(rule.reason)) errors.notSupported(`${at}.reason`, rule.reason, ruleReasons)
    if (rule.message !== undefined && rule.message !== '' && /[\r\n]/.test(rule.message)) errors.invalid(`${at}.message`, rule.message, 'message must not contain line breaks')
    if (rule.rule.includes('\n') && (rule.message ?? '') === '' && (rule.messageExpression ?? '') === '') errors.required(`${at}.message`, 'message must be specified if rule contains line breaks')
  })
}

const ruleReasons = ['FieldValueRequired', 'FieldValueInvalid', 'FieldValueForbidden', 'FieldValueDuplicate']

/** A rule as upstream's internal type prints. */
const internalRule = (rule: ValidationRule): object => ({
  Rule: rule.rule, Message: rule.message ?? '', MessageExpression: rule.messageExpression ?? '', Reason: rule.reason ?? null, FieldPath: rule.fieldPath ?? '', OptionalOldSelf: rule.optionalOldSelf ?? null,
})

function lists(schema: JsonSchema, path: string, errors: FieldErrors): void {
  const type = schema['x-kubernetes-list-type']
  const keys = schema['x-kubernetes-list-map-keys'] ?? []
  if (type !== undefined) {
    if (schema.type !== 'array') {
      if (schema.type === undefined || schema.type === '') errors.required(`${path}.type`, `must be array if x-kubernetes-list-type is ${type}`)
      else errors.invalid(`${path}.type`, schema.type, `must be array if x-kubernetes-list-type is ${type}`)
    }
    if (!['atomic', 'set', 'map'].includes(type)) errors.notSupported(`${path}.x-kubernetes-list-type`, type, ['atomic', 'set', 'map'])
  }
  if (type === 'map') {
    if (keys.length === 0) errors.required(`${path}.x-kubernetes-list-map-keys`, "must not be empty if x-kubernetes-list-type is map")
    const items = itemsOf(schema)
    if (items === undefined) errors.required(`${path}.items`, 'must have a schema if x-kubernetes-list-type is map')
    else {
      if (items.type !== 'object') errors.invalid(`${path}.items.type`, items.type ?? '', 'must be object if parent array\'s x-kubernetes-list-type is map')
      keys.forEach((key, i) => {
        const below = items.properties !== undefined && Object.hasOwn(items.properties, key) ? items.properties[key] : undefined
        if (below === undefined) errors.invalid(`${path}.x-kubernetes-list-map-keys[${i}]`, key, 'entries must all be names of item properties')
        else if (below.type === 'array' || below.type === 'object') errors.invalid(`${path}.items.properties[${key}].type`, below.type, "must be a scalar type if parent array's x-kubernetes-list-type is map")
        if (below !== undefined && below.default === undefined && items.required?.includes(key) !== true) {
          errors.required(`${path}.items.properties[${key}].default`, 'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property')
        }
      })
      if (new Set(keys).size !== keys.length) errors.invalid(`${path}.x-kubernetes-list-map-keys`, keys, 'must not contain duplicate entries')
    }
  } else if (keys.length > 0) errors.forbidden(`${path}.x-kubernetes-list-map-keys`, 'must not be set if x-kubernetes-list-type is not map')
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
    const other = outer.properties !== undefined && Object.hasOwn(outer.properties, key) ? outer.properties[key] : undefined
    const values = valuesOf(outer)
    const isMeta = key === 'metadata' || key === 'apiVersion' || key === 'kind'
    const like = other ?? (values === true ? undefined : values)
    if (like === undefined && !isMeta && values !== true) errors.required(`${path.replace(/\.(allOf|anyOf|oneOf)\[\d+\].*$|\.not.*$/, '')}.properties[${key}]`, `because it is defined in ${path}.properties[${key}]`)
    else if (like !== undefined) nested(below, like, `${path}.properties[${key}]`, errors)
  }
  for (const junctor of ['allOf', 'anyOf', 'oneOf'] as const) schema[junctor]?.forEach((below, i) => { nested(below, outer, `${path}.${junctor}[${i}]`, errors) })
  if (schema.not !== undefined) nested(schema.not, outer, `${path}.not`, errors)
}

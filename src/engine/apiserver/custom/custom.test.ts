import { describe, expect, test } from 'vitest'
import type { ApiObject, ApiResponse, CustomResourceDefinition, Status } from '../../../api'
import { TestServer } from '../testing/server'

type Json = Record<string, unknown>

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const crontabs = '/apis/stable.example.com/v1/namespaces/default/crontabs'

/** The CronTab of the documentation, with more to it. */
function cronTab(change: (spec: Json) => void = () => undefined): Json {
  const spec: Json = {
    group: 'stable.example.com', scope: 'Namespaced', names: { plural: 'crontabs', singular: 'crontab', kind: 'CronTab', shortNames: ['ct'], categories: ['all'] },
    versions: [{
      name: 'v1', served: true, storage: true,
      schema: {
        openAPIV3Schema: {
          type: 'object',
          properties: {
            spec: {
              type: 'object', required: ['image'],
              properties: {
                cronSpec: { type: 'string', pattern: '^(\\d+|\\*)(/\\d+)?(\\s+(\\d+|\\*)(/\\d+)?){4}$', default: '5 0 * * *' }, image: { type: 'string', minLength: 1, maxLength: 20 },
                replicas: { type: 'integer', minimum: 1, maximum: 10, default: 1 }, port: { 'x-kubernetes-int-or-string': true }, mode: { type: 'string', enum: ['fast', 'slow'] },
                tags: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
                steps: { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'], items: { type: 'object', required: ['name'], properties: { name: { type: 'string' }, run: { type: 'string' } } } },
                free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }, labels: { type: 'object', additionalProperties: { type: 'string' } }, when: { type: 'string', format: 'date-time' },
                note: { type: 'string', nullable: true },
              },
            },
            status: { type: 'object', properties: { replicas: { type: 'integer' }, labelSelector: { type: 'string' } } },
          },
        },
      },
      subresources: { status: {}, scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas', labelSelectorPath: '.status.labelSelector' } },
      selectableFields: [{ jsonPath: '.spec.mode' }],
      additionalPrinterColumns: [
        { name: 'Spec', type: 'string', description: 'The cron spec', jsonPath: '.spec.cronSpec' }, { name: 'Replicas', type: 'integer', jsonPath: '.spec.replicas' },
        { name: 'Image', type: 'string', jsonPath: '.spec.image', priority: 1 }, { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
      ],
    }],
  }
  change(spec)
  return { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'crontabs.stable.example.com' }, spec }
}

const one = (spec: Json = { image: 'x' }, more: Json = {}): Json => ({ apiVersion: 'stable.example.com/v1', kind: 'CronTab', metadata: { name: 'a', ...more }, spec })

class Custom extends TestServer {
  wait(ms = 1_000): void {
    this.simulation.run({ until: this.simulation.now + ms })
  }

  define(definition: Json = cronTab()): void {
    const answer = this.ask('POST', definitions, definition)
    expect(answer.status, JSON.stringify(answer.body)).toBe(201)
    this.wait()
  }

  good(method: Parameters<TestServer['ask']>[0], path: string, body?: unknown, type?: string): ApiObject & Json {
    const answer = this.ask(method, path, body, type)
    expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300)
    return answer.body as ApiObject & Json
  }

  table(path: string): { readonly columnDefinitions: readonly Json[]; readonly rows: readonly { readonly cells: readonly unknown[] }[] } {
    return this.apiserver.request({ method: 'GET', path, userAgent: 'tester', headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' } }).body as never
  }
}

const messageOf = (answer: ApiResponse): string => (answer.body as Status).message ?? ''
const causesOf = (answer: ApiResponse): string[] => ((answer.body as Status).details?.causes ?? []).map((cause) => `${cause.field}: ${cause.message}`)

describe('a definition (S20, S36)', () => {
  test('is given names and conditions, and serves its kind', () => {
    const server = new Custom()
    expect(server.ask('GET', crontabs).status).toBe(404)
    const created = server.good('POST', definitions, cronTab()) as unknown as CustomResourceDefinition
    expect(created.status).toEqual({ acceptedNames: { kind: '', plural: '' }, storedVersions: ['v1'] })
    expect(created.spec.names.listKind).toBe('CronTabList')
    expect(created.spec.conversion).toEqual({ strategy: 'None' })
    const definition = server.good('GET', `${definitions}/crontabs.stable.example.com`) as unknown as CustomResourceDefinition
    expect(definition.status?.conditions?.map(({ type, status, reason, message }) => [type, status, reason, message])).toEqual([
      ['NamesAccepted', 'True', 'NoConflicts', 'no conflicts found'], ['Established', 'True', 'InitialNamesAccepted', 'the initial names have been accepted'],
    ])
    expect(definition.status?.acceptedNames).toEqual({ plural: 'crontabs', singular: 'crontab', kind: 'CronTab', listKind: 'CronTabList', shortNames: ['ct'], categories: ['all'] })
    expect(server.good('GET', crontabs)).toMatchObject({ kind: 'CronTabList', apiVersion: 'stable.example.com/v1', items: [] })
    const list = server.good('GET', '/apis/stable.example.com/v1') as unknown as { readonly resources: readonly Json[] }
    expect(list.resources.map((resource) => [resource['name'], resource['kind'], resource['shortNames']])).toEqual([
      ['crontabs', 'CronTab', ['ct']], ['crontabs/scale', 'Scale', undefined], ['crontabs/status', 'CronTab', undefined],
    ])
  })

  test('waits when its names are taken', () => {
    const server = new Custom()
    server.define()
    const other = cronTab((spec) => { spec['names'] = { plural: 'others', singular: 'other', kind: 'CronTab', shortNames: ['ct'] } })
    server.define({ ...other, metadata: { name: 'others.stable.example.com' } })
    const definition = server.good('GET', `${definitions}/others.stable.example.com`) as unknown as CustomResourceDefinition
    expect(definition.status?.conditions?.map(({ type, status, reason, message }) => [type, status, reason, message])).toEqual([
      ['NamesAccepted', 'False', 'ListKindConflict', '"CronTabList" is already in use'], ['Established', 'False', 'NotAccepted', 'not all names are accepted'],
    ])
    expect(server.ask('GET', '/apis/stable.example.com/v1/others').status).toBe(404)
    // Once the other is gone, the names are free.
    server.good('DELETE', `${definitions}/crontabs.stable.example.com`)
    server.wait(20_000)
    expect(server.ask('GET', '/apis/stable.example.com/v1/others').status).toBe(200)
  })

  test.each<readonly [string, (spec: Json) => void, readonly string[]]>([
    ['no dot in the group', (spec) => { spec['group'] = 'stable' }, ['metadata.name: Invalid value: "crontabs.stable.example.com": must be spec.names.plural+"."+spec.group', 'spec.group: Invalid value: "stable": should be a domain with at least one dot']],
    ['no scope', (spec) => { delete spec['scope'] }, ['spec.scope: Required value']],
    ['another scope', (spec) => { spec['scope'] = 'Global' }, ['spec.scope: Unsupported value: "Global": supported values: "Cluster", "Namespaced"']],
    ['no schema', (spec) => { delete (spec['versions'] as Json[])[0]?.['schema'] ; delete (spec['versions'] as Json[])[0]?.['selectableFields'] }, ['spec.versions[0].schema.openAPIV3Schema: Required value: schemas are required']],
    ['no structure', (spec) => { (spec['versions'] as Json[])[0] = { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { properties: { spec: { properties: { a: {} } } } } } } }, [
      'spec.validation.openAPIV3Schema.type: Required value: must not be empty at the root', 'spec.validation.openAPIV3Schema.properties[spec].type: Required value: must not be empty for specified object fields',
      'spec.validation.openAPIV3Schema.properties[spec].properties[a].type: Required value: must not be empty for specified object fields',
    ]],
    ['a kind in small letters with a space', (spec) => { spec['names'] = { plural: 'crontabs', kind: 'cron tab' } }, [
      'spec.names.singular: Invalid value: "cron tab": a DNS-1035 label must consist of lower case alphanumeric characters or \'-\', start with an alphabetic character, and end with an alphanumeric character (e.g. \'my-name\',  or \'abc-123\', regex used for validation is \'[a-z]([-a-z0-9]*[a-z0-9])?\')',
      'spec.names.kind: Invalid value: "cron tab": may have mixed case, but should otherwise match: a DNS-1035 label must consist of lower case alphanumeric characters or \'-\', start with an alphabetic character, and end with an alphanumeric character (e.g. \'my-name\',  or \'abc-123\', regex used for validation is \'[a-z]([-a-z0-9]*[a-z0-9])?\')',
      'spec.names.listKind: Invalid value: "cron tabList": may have mixed case, but should otherwise match: a DNS-1035 label must consist of lower case alphanumeric characters or \'-\', start with an alphabetic character, and end with an alphanumeric character (e.g. \'my-name\',  or \'abc-123\', regex used for validation is \'[a-z]([-a-z0-9]*[a-z0-9])?\')',
    ]],
    ['versions that differ', (spec) => {
      const schema = { type: 'object', properties: { a: {} } }
      spec['versions'] = [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }, { name: 'v2', served: true, storage: false, schema: { openAPIV3Schema: { type: 'object' } }, additionalPrinterColumns: [{ name: 'A', type: 'text', jsonPath: 'spec.a' }] }]
    }, [
      'spec.versions[0].schema.openAPIV3Schema.properties[a].type: Required value: must not be empty for specified object fields',
      'spec.versions[1].additionalPrinterColumns[0].type: Invalid value: "text": must be one of boolean,date,integer,number,string',
      'spec.versions[1].additionalPrinterColumns[0].JSONPath: Invalid value: "spec.a": must be a simple json path starting with .',
    ]],
    ['no storage version', (spec) => { spec['versions'] = [{ name: 'v1', served: true, storage: false, schema: { openAPIV3Schema: { type: 'object' } } }] }, [
      'spec.versions: Invalid value: [{"Name":"v1","Served":true,"Storage":false,"Deprecated":false,"DeprecationWarning":null,"Schema":null,"Subresources":null,"AdditionalPrinterColumns":null,"SelectableFields":null}]: must have exactly one version marked as storage version',
    ]],
    ['paths to nowhere', (spec) => {
      spec['versions'] = [{
        name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties: { a: { type: 'string' } } } } } },
        subresources: { scale: { specReplicasPath: '.status.a', statusReplicasPath: 'status.a', labelSelectorPath: '.other.a' } },
        selectableFields: [{ jsonPath: 'spec.a' }, { jsonPath: '.spec' }, { jsonPath: '.spec.b' }, { jsonPath: '.spec.a' }, { jsonPath: '.spec.a' }, { jsonPath: ".spec['a']" }],
      }]
    }, [
      'spec.subresources.scale.specReplicasPath: Invalid value: ".status.a": should be a json path under .spec', 'spec.subresources.scale.statusReplicasPath: Invalid value: "status.a": must be a simple json path starting with .',
      'spec.subresources.scale.labelSelectorPath: Invalid value: ".other.a": should be a json path under either .spec or .status',
      'spec.selectableFields[0].jsonPath: Invalid value: "spec.a": is an invalid path: expected [ or . but got: spec',
      'spec.selectableFields[1].jsonPath: Invalid value: ".spec": must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.',
      'spec.selectableFields[2].jsonPath: Invalid value: ".spec.b": is an invalid path: does not refer to a valid field', 'spec.selectableFields[4].jsonPath: Duplicate value: ".spec.a"',
      'spec.selectableFields[5].jsonPath: Invalid value: ".spec[\'a\']": is an invalid path: array notation is not allowed',
    ]],
    ['lists that are none', (spec) => {
      spec['versions'] = [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', properties: {
        a: { type: 'array', 'x-kubernetes-list-type': 'map', items: { type: 'object', properties: { k: { type: 'string' } } } },
        b: { type: 'array', 'x-kubernetes-list-map-keys': ['k'], items: { type: 'object', properties: { k: { type: 'string' } } } },
        c: { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['k', 'l'], items: { type: 'object', properties: { k: { type: 'string' } } } },
        d: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'object', nullable: true } },
        e: { type: 'string', 'x-kubernetes-list-type': 'atomic' },
      } } } }]
    }, [
      'spec.validation.openAPIV3Schema.properties[a].x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map',
      'spec.validation.openAPIV3Schema.properties[b].x-kubernetes-list-type: Required value: must be map if x-kubernetes-list-map-keys is non-empty',
      'spec.validation.openAPIV3Schema.properties[c].x-kubernetes-list-map-keys: Invalid value: ["k","l"]: entries must all be names of item properties',
      'spec.validation.openAPIV3Schema.properties[c].items.properties[k].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property',
      'spec.validation.openAPIV3Schema.properties[d].items.x-kubernetes-map-type: Invalid value: null: must be atomic as item of a list with x-kubernetes-list-type=set',
      'spec.validation.openAPIV3Schema.properties[d].items.nullable: Forbidden: cannot be nullable when x-kubernetes-list-type is set',
      'spec.validation.openAPIV3Schema.properties[e].type: Invalid value: "string": must be array if x-kubernetes-list-type is specified',
    ]],
    ['rules that cannot be read', (spec) => {
      const rules = [{ rule: '' }, { rule: 'self ==\n1' }, { rule: 'true', message: ' ', reason: 'Bad', fieldPath: '.b' }]
      spec['versions'] = [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', properties: { a: { type: 'object', properties: { c: { type: 'string' } }, 'x-kubernetes-validations': rules } } } } }]
    }, [
      'spec.validation.openAPIV3Schema.properties[a].x-kubernetes-validations[0].rule: Required value: rule is not specified',
      'spec.validation.openAPIV3Schema.properties[a].x-kubernetes-validations[1].message: Required value: message must be specified if rule contains line breaks',
      'spec.validation.openAPIV3Schema.properties[a].x-kubernetes-validations[2].message: Invalid value: " ": message must be non-empty if specified',
      'spec.validation.openAPIV3Schema.properties[a].x-kubernetes-validations[2].reason: Unsupported value: "Bad": supported values: "FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"',
      'spec.validation.openAPIV3Schema.properties[a].x-kubernetes-validations[2].fieldPath: Invalid value: ".b": fieldPath must be a valid path',
    ]],
    ['rules that look back where they cannot', (spec) => {
      const rule = { rule: 'self == oldSelf' }
      spec['versions'] = [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', properties: { a: { type: 'array', maxItems: 3, items: { type: 'string', 'x-kubernetes-validations': [rule] } }, b: { type: 'string', 'x-kubernetes-validations': [rule, { rule: 'true', optionalOldSelf: true }] } } } } }]
    }, [
      'spec.validation.openAPIV3Schema.properties[a].items.x-kubernetes-validations[0].rule: Invalid value: "self == oldSelf": oldSelf cannot be used on the uncorrelatable portion of the schema within spec.validation.openAPIV3Schema.properties[a]',
      'spec.validation.openAPIV3Schema.properties[b].x-kubernetes-validations[1].optionalOldSelf: Invalid value: true: may not be set if oldSelf is not used in rule',
    ]],
    ['a webhook of nowhere', (spec) => { spec['conversion'] = { strategy: 'Webhook', webhook: { clientConfig: {}, conversionReviewVersions: ['v2'] } } }, [
      'spec.conversion.webhookClientConfig: Required value: exactly one of url or service is required', 'spec.conversion.conversionReviewVersions: Invalid value: ["v2"]: must include at least one of v1, v1beta1',
    ]],
  ])('is refused: %s', (_name, change, causes) => {
    const server = new Custom()
    const answer = server.ask('POST', definitions, cronTab(change))
    expect(answer.status).toBe(422)
    expect(causesOf(answer)).toEqual(causes)
  })

  test('is warned of formats that nobody knows, once', () => {
    const server = new Custom()
    const answer = server.ask('POST', definitions, cronTab((spec) => { (spec['versions'] as Json[])[0] = { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties: { a: { type: 'string', format: 'colour' }, b: { type: 'string', format: 'colour' }, c: { type: 'integer', format: 'int32' } } } } } } } }))
    expect(answer.headers['warning']).toBe('299 - "unrecognized format \\"colour\\""')
    expect(server.ask('PATCH', `${definitions}/crontabs.stable.example.com`, { metadata: { labels: { a: 'b' } } }, 'application/merge-patch+json').headers['warning']).toBeUndefined()
  })

  test('keeps its scope and names once it is established', () => {
    const server = new Custom()
    server.define()
    const live = server.good('GET', `${definitions}/crontabs.stable.example.com`)
    const answer = server.ask('PUT', `${definitions}/crontabs.stable.example.com`, { ...live, spec: { ...live['spec'] as Json, scope: 'Cluster' } })
    expect(causesOf(answer)).toEqual(['spec.scope: Invalid value: "Cluster": field is immutable'])
  })

  test('takes its objects with it, and waits for those that finalizers hold', () => {
    const server = new Custom()
    server.define()
    server.good('POST', crontabs, one())
    server.good('POST', crontabs, one({ image: 'y' }, { name: 'b', finalizers: ['example.com/wait'] }))
    const deleted = server.good('DELETE', `${definitions}/crontabs.stable.example.com`)
    expect(deleted.metadata.finalizers).toEqual(['customresourcecleanup.apiextensions.k8s.io'])
    expect(server.ask('POST', crontabs, one({ image: 'z' }, { name: 'c' }))).toMatchObject({ status: 405, body: { message: 'create not allowed while custom resource definition is terminating' } })
    server.wait(12_000)
    expect((server.good('GET', crontabs)['items'] as ApiObject[]).map((item) => item.metadata.name)).toEqual(['b'])
    server.good('PATCH', `${crontabs}/b`, { metadata: { finalizers: null } }, 'application/merge-patch+json')
    server.wait(12_000)
    expect(server.ask('GET', `${definitions}/crontabs.stable.example.com`).status).toBe(404)
    expect(server.ask('GET', crontabs).status).toBe(404)
  })
})

describe('an object of a defined kind (S21)', () => {
  test('gets defaults, loses what nobody defined, and counts generations', () => {
    const server = new Custom()
    server.define()
    const created = server.good('POST', crontabs, { ...one({ image: 'x', nope: 1, free: { a: { b: [1, null] } }, labels: { a: 'b' }, note: null, mode: null }), status: { replicas: 9 } })
    expect(created['spec']).toEqual({ cronSpec: '5 0 * * *', image: 'x', replicas: 1, free: { a: { b: [1, null] } }, labels: { a: 'b' }, note: null })
    expect(created['status']).toBeUndefined()
    expect(created.metadata.generation).toBe(1)
    const labelled = server.good('PATCH', `${crontabs}/a`, { metadata: { labels: { x: 'y' } } }, 'application/merge-patch+json')
    expect(labelled.metadata.generation).toBe(1)
    const changed = server.good('PATCH', `${crontabs}/a`, { spec: { replicas: 2 }, status: { replicas: 5 } }, 'application/merge-patch+json')
    expect(changed.metadata.generation).toBe(2)
    expect(changed['status']).toBeUndefined()
    const status = server.good('PATCH', `${crontabs}/a/status`, { metadata: { labels: { x: 'z' } }, spec: { replicas: 7 }, status: { replicas: 2 } }, 'application/merge-patch+json')
    expect(status.metadata.generation).toBe(2)
    expect(status.metadata.labels).toEqual({ x: 'y' })
    expect(status['spec']).toMatchObject({ replicas: 2 })
    expect(status['status']).toEqual({ replicas: 2 })
  })

  test('says which fields are unknown when it is asked to be strict', () => {
    const server = new Custom()
    server.define()
    const answer = server.apiserver.request({ method: 'POST', path: crontabs, query: { fieldValidation: 'Strict' }, userAgent: 'tester', body: one({ image: 'x', nope: 1, steps: [{ name: 'a', walk: 1 }] }) })
    expect(messageOf(answer)).toBe('CronTab in version "v1" cannot be handled as a CronTab: strict decoding error: unknown field "spec.nope", unknown field "spec.steps[0].walk"')
    const warned = server.ask('POST', crontabs, one({ image: 'x', nope: 1 }))
    expect(warned.headers['warning']).toBe('299 - "unknown field \\"spec.nope\\""')
  })

  test('is judged by the schema, in the words of the real server', () => {
    const server = new Custom()
    server.define()
    const answer = server.ask('POST', crontabs, one({ cronSpec: '* *', image: 5, replicas: 0, mode: 'odd', port: true, tags: ['a', 'a'], steps: [{ name: 'a' }, { name: 'a' }], labels: { a: 1 }, when: 'noon' }))
    expect(answer.status).toBe(422)
    expect(messageOf(answer)).toMatch(/^CronTab\.stable\.example\.com "a" is invalid: \[/)
    expect(causesOf(answer)).toEqual([
      'spec.cronSpec: Invalid value: "* *": spec.cronSpec in body should match \'^(\\d+|\\*)(/\\d+)?(\\s+(\\d+|\\*)(/\\d+)?){4}$\'',
      'spec.image: Invalid value: "integer": spec.image in body must be of type string: "integer"',
      'spec.labels.a: Invalid value: "integer": spec.labels.a in body must be of type string: "integer"',
      'spec.mode: Unsupported value: "odd": supported values: "fast", "slow"',
      'spec.port: Invalid value: "boolean": spec.port in body must be of type integer,string: "boolean"',
      'spec.replicas: Invalid value: 0: spec.replicas in body should be greater than or equal to 1',
      'spec.when: Invalid value: "noon": spec.when in body must be of type date-time: "noon"',
      'spec.steps[1]: Duplicate value: {"name":"a"}',
      'spec.tags[1]: Duplicate value: "a"',
    ])
    expect(causesOf(server.ask('POST', crontabs, one({})))).toEqual(['spec.image: Required value'])
    expect(causesOf(server.ask('POST', crontabs, { ...one(), spec: 'x' }))).toEqual(['spec: Invalid value: "string": spec in body must be of type object: "string"'])
    expect(causesOf(server.ask('POST', crontabs, one({ image: 'x'.repeat(21) })))).toEqual(['spec.image: Too long: may not be more than 20 bytes'])
  })

  test('is patched by merge, JSON patch and apply, but not strategically', () => {
    const server = new Custom()
    server.define()
    server.good('POST', crontabs, one({ image: 'x', steps: [{ name: 'a', run: '1' }] }))
    expect(server.ask('PATCH', `${crontabs}/a`, { spec: { replicas: 2 } }, 'application/strategic-merge-patch+json').status).toBe(415)
    expect(server.good('PATCH', `${crontabs}/a`, [{ op: 'replace', path: '/spec/replicas', value: 3 }], 'application/json-patch+json')['spec']).toMatchObject({ replicas: 3 })
    const apply = (manager: string, config: Json, force = false): ApiResponse => server.apiserver.request({
      method: 'PATCH', path: `${crontabs}/a`, query: { fieldManager: manager, ...(force ? { force: 'true' } : {}) }, headers: { 'content-type': 'application/apply-patch+yaml' }, userAgent: 'tester', body: config,
    })
    const applied = apply('me', one({ image: 'x', steps: [{ name: 'b', run: '2' }], free: { deep: { er: 1 } } }))
    expect(applied.status).toBe(200)
    expect((applied.body as Json)['spec']).toMatchObject({ steps: [{ name: 'a', run: '1' }, { name: 'b', run: '2' }] })
    const mine = (applied.body as ApiObject).metadata.managedFields?.find((entry) => entry.manager === 'me')
    expect(mine?.fieldsV1).toEqual({ 'f:spec': { 'f:free': { 'f:deep': { 'f:er': {} } }, 'f:image': {}, 'f:steps': { 'k:{"name":"b"}': { '.': {}, 'f:name': {}, 'f:run': {} } } } })
    expect(messageOf(apply('you', one({ image: 'other' })))).toBe('Apply failed with 2 conflicts: conflicts with "me":\n- .spec.image\nconflicts with "tester" using stable.example.com/v1:\n- .spec.image')
    // What one no longer applies goes, when nobody else has it.
    expect((apply('me', one({ image: 'x' })).body as Json)['spec']).toMatchObject({ steps: [{ name: 'a', run: '1' }] })
    expect(messageOf(apply('me', one({ image: 'x', nope: 1 })))).toBe('failed to create typed patch object (/a; stable.example.com/v1, Kind=CronTab): .spec.nope: field not declared in schema')
  })

  test('has a scale, and columns', () => {
    const server = new Custom()
    server.define()
    server.good('POST', crontabs, one())
    expect(server.good('GET', `${crontabs}/a/scale`)).toMatchObject({ kind: 'Scale', apiVersion: 'autoscaling/v1', spec: { replicas: 1 }, status: { replicas: 0 } })
    server.good('PATCH', `${crontabs}/a/scale`, { spec: { replicas: 4 } }, 'application/merge-patch+json')
    expect(server.good('GET', `${crontabs}/a`)['spec']).toMatchObject({ replicas: 4 })
    const table = server.table(crontabs)
    expect(table.columnDefinitions.map(({ name, type, format, priority }) => [name, type, format, priority])).toEqual([
      ['Name', 'string', 'name', 0], ['Spec', 'string', '', 0], ['Replicas', 'integer', '', 0], ['Image', 'string', '', 1], ['Age', 'date', '', 0],
    ])
    expect(table.rows.map(({ cells }) => cells)).toEqual([['a', '5 0 * * *', 4, 'x', '0s']])
  })

  test('is found by its selectable fields and no others', () => {
    const server = new Custom()
    server.define()
    for (const [name, mode] of [['a', 'fast'], ['b', 'slow'], ['c', undefined]] as const) server.good('POST', crontabs, one({ image: 'x', ...(mode === undefined ? {} : { mode }) }, { name }))
    const names = (selector: string): unknown => (server.good('GET', `${crontabs}?fieldSelector=${encodeURIComponent(selector)}`)['items'] as ApiObject[]).map((item) => item.metadata.name)
    expect(names('spec.mode=fast')).toEqual(['a'])
    expect(names('spec.mode!=fast')).toEqual(['b', 'c'])
    expect(messageOf(server.ask('GET', `${crontabs}?fieldSelector=spec.image%3Dx`))).toBe('field label not supported: spec.image')
  })

  test('is watched, and the watch ends when the definition changes', () => {
    const server = new Custom()
    server.define()
    const { id } = server.apiserver.watch({ method: 'GET', path: crontabs, query: { watch: 'true', resourceVersion: String(server.etcd.revision) }, userAgent: 'tester' }, 'watcher')
    server.good('POST', crontabs, one())
    server.good('DELETE', `${crontabs}/a`)
    server.wait()
    expect(server.told.filter((body) => body['watch'] === id).flatMap((body) => (body['events'] as { type: string }[]).map((event) => event.type))).toEqual(['ADDED', 'DELETED'])
    server.good('PATCH', `${definitions}/crontabs.stable.example.com`, { spec: { names: { categories: null } } }, 'application/merge-patch+json')
    server.wait()
    expect(server.told.at(-1)).toMatchObject({ watch: id, closed: true })
  })

  test('is there after a restore', () => {
    const server = new Custom()
    server.define()
    server.good('POST', crontabs, one())
    const saved = JSON.parse(JSON.stringify(server.simulation.checkpoint())) as ReturnType<typeof server.simulation.checkpoint>
    const again = new Custom()
    again.simulation.restore(saved)
    expect(again.good('GET', `${crontabs}/a`)['spec']).toEqual({ cronSpec: '5 0 * * *', image: 'x', replicas: 1 })
  })
})

describe('rules in CEL (S28)', () => {
  const withRule = (rule: Json): Json => cronTab((spec) => {
    const schema = ((spec['versions'] as Json[])[0]?.['schema'] as { readonly openAPIV3Schema: { readonly properties: { readonly spec: Json } } }).openAPIV3Schema.properties.spec
    schema['x-kubernetes-validations'] = [rule]
  })

  test('are read when the definition is made', () => {
    const server = new Custom()
    expect(causesOf(server.ask('POST', definitions, withRule({ rule: 'self.replicas <' })))[0]).toMatch(/^spec\.validation\.openAPIV3Schema\.properties\[spec\]\.x-kubernetes-validations\[0\]\.rule: Invalid value: \{"Rule":"self\.replicas <",.*\}: compilation failed: ERROR: <input>:1:16: Syntax error: mismatched input '<EOF>'/)
  })

  test('are asked of objects, once everything else is right', () => {
    const server = new Custom()
    server.define(withRule({ rule: 'self.replicas < 5 || self.mode == "slow"', message: 'many are slow' }))
    expect(causesOf(server.ask('POST', crontabs, one({ image: 'x', replicas: 6, mode: 'fast' })))).toEqual(['spec: Invalid value: "object": many are slow'])
    expect(causesOf(server.ask('POST', crontabs, one({ replicas: 6, mode: 'fast' })))).toEqual([
      'spec.image: Required value', '<nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
    ])
    server.good('POST', crontabs, one({ image: 'x', replicas: 6, mode: 'slow' }))
  })
})

describe('versions (S22)', () => {
  const two = (): Json => cronTab((spec) => {
    const v1 = (spec['versions'] as Json[])[0] as Json
    spec['versions'] = [v1, {
      name: 'v1beta1', served: true, storage: false, deprecated: true,
      schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties: { image: { type: 'string' }, old: { type: 'string' } } } } } },
      additionalPrinterColumns: [{ name: 'Image', type: 'string', jsonPath: '.spec.image' }],
    }]
  })
  const older = crontabs.replace('/v1/', '/v1beta1/')

  test('show the same objects, each by its own schema', () => {
    const server = new Custom()
    server.define(two())
    server.good('POST', crontabs, one({ image: 'x', replicas: 3 }))
    const answer = server.ask('GET', `${older}/a`)
    expect(answer.headers['warning']).toBe('299 - "stable.example.com/v1beta1 CronTab is deprecated"')
    expect(answer.body).toMatchObject({ apiVersion: 'stable.example.com/v1beta1', spec: { image: 'x' } })
    expect(server.table(older).rows[0]?.cells).toEqual(['a', 'x'])
    expect(causesOf(server.ask('POST', older, { apiVersion: 'stable.example.com/v1beta1', kind: 'CronTab', metadata: { name: 'b' }, spec: { image: 5 } }))).toEqual(['spec.image: Invalid value: "integer": spec.image in body must be of type string: "integer"'])
    expect(messageOf(server.ask('POST', older, one()))).toBe('the API version in the data (stable.example.com/v1) does not match the expected API version (stable.example.com/v1beta1)')
    const group = server.good('GET', '/apis/stable.example.com') as unknown as Json
    expect(group).toMatchObject({ name: 'stable.example.com', versions: [{ version: 'v1' }, { version: 'v1beta1' }], preferredVersion: { version: 'v1' } })
  })
})

import { beforeAll, expect, test } from 'vitest'
import type { ApiObject } from '../../api'
import { Cluster } from '../../engine'
import { Session } from '../store'
import { FakeHost } from '../testing/fake-host'
import { customKinds, kindsOf, learnCustomKinds } from './custom'
import { readText } from './check'
import { factsAt, fieldFixes, suggestAt } from './suggest'
import { tryApply } from './trial'

const definition = (plural: string, kind: string, group = 'example.com'): object => ({
  apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: `${plural}.${group}` },
  spec: {
    group, scope: 'Namespaced', names: { plural, kind },
    versions: [{
      name: 'v1', served: true, storage: true,
      schema: {
        openAPIV3Schema: {
          type: 'object', required: ['spec'],
          properties: {
            spec: {
              type: 'object', required: ['size'],
              properties: {
                size: { type: 'integer', format: 'int32', description: 'How large it is.', default: 3 },
                mood: { type: 'string', enum: ['Calm', 'Wild'] },
                port: { 'x-kubernetes-int-or-string': true },
                parts: { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'], items: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } } },
                labels: { type: 'object', additionalProperties: { type: 'string' } },
                free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
              },
            },
          },
        },
      },
    }],
  },
})

const cluster = new Cluster({ seed: 3 })

function ask(method: 'GET' | 'POST', path: string, body?: object): { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: unknown } {
  const { status, body: answer } = cluster.apiserver.request({ method, path, userAgent: 'kubectl', ...(body ? { body: body as unknown as ApiObject } : {}) }) as { readonly status: number; readonly body: unknown }
  return { status, headers: {}, body: answer }
}

function wait(ms: number): void {
  cluster.simulation.run({ until: cluster.simulation.now + ms })
}

const host = new FakeHost({
  read: ({ path }) => ask('GET', path) as never, save: () => { throw new Error('nothing is saved here') },
  apply: ({ objects }) => objects.map((object) => ({ what: `${object.kind.toLowerCase()}/${object.metadata.name ?? ''}`, outcome: 'configured' as const, object })),
})
const session = new Session({ startHost: () => host })
const widget: ApiObject = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' } }
const head = 'apiVersion: example.com/v1\nkind: Widget\n'

/** Labels that are offered at the end of a text. */
function offered(text: string): readonly string[] {
  const lines = text.split('\n')
  return suggestAt(text, lines.length, (lines.at(-1) ?? '').length + 1).items.map(({ label }) => label)
}

beforeAll(async () => {
  wait(5_000)
  expect(ask('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition('widgets', 'Widget')).status).toBe(201)
  wait(5_000)
  await learnCustomKinds(session, [widget])
})

test('the fields, values and words of a definition are offered as Kubernetes\' own are', () => {
  expect(customKinds()).toEqual([{ apiVersion: 'example.com/v1', kind: 'Widget' }])
  expect(offered('kind: Widget\napiVersion: ')).toEqual(['example.com/v1'])
  expect(offered(head)).toEqual(['spec', 'metadata'])
  expect(offered(`${head}metadata:\n  `)).toContain('labels')
  expect(offered(`${head}spec:\n  `)).toEqual(['size', 'mood', 'port', 'parts', 'labels', 'free'])
  expect(offered(`${head}spec:\n  mood: `)).toEqual(['Calm', 'Wild'])
  expect(offered(`${head}spec:\n  parts:\n  - `)).toEqual(['name'])
  expect(factsAt(`${head}spec:\n  size: 1`, 4, 4)).toMatchObject({ path: 'spec.size', type: 'int32', required: true, preset: '3', described: { text: 'How large it is.' } })
  expect(factsAt(`${head}spec:\n  parts: []`, 4, 4)).toMatchObject({ type: '[Parts]', keys: ['name'] })
  expect(factsAt(`${head}spec:\n  port: 1`, 4, 4)?.type).toBe('intOrString')
  expect(factsAt(`${head}spec:\n  labels: {}`, 4, 4)?.type).toBe('{string}')
  expect(fieldFixes('example.com/v1', 'Widget', 'spec.moood')).toEqual(['mood'])
})

test('what is known is not asked again, an unknown kind asks only for the index, and a new definition is learnt', async () => {
  const before = host.count('read')
  await learnCustomKinds(session, [widget, { apiVersion: 'v1', kind: 'Pod', metadata: {} }])
  expect(host.count('read')).toBe(before)
  const gadget: ApiObject = { apiVersion: 'example.org/v1', kind: 'Gadget', metadata: {} }
  await learnCustomKinds(session, [gadget])
  await learnCustomKinds(session, [{ ...gadget, kind: 'Gadge' }])
  expect(host.asked.slice(-2).map(({ take }) => take)).toEqual([{ path: '/openapi/v3' }, { path: '/openapi/v3' }])
  expect(host.count('read')).toBe(before + 2)
  ask('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition('gadgets', 'Gadget', 'example.org'))
  wait(5_000)
  await learnCustomKinds(session, [gadget])
  expect(customKinds().map(({ kind }) => kind)).toEqual(['Widget', 'Gadget'])
})

test('a dry run of a custom resource stands beside what is stored of it', async () => {
  expect(ask('POST', '/apis/example.com/v1/namespaces/default/widgets', { ...widget, spec: { size: 3 } }).status).toBe(201)
  const trial = await tryApply(session, readText(`${head}metadata:\n  name: w\nspec:\n  size: 5\n`, 'w.yaml').documents)
  expect(trial?.results[0]?.live?.metadata.name).toBe('w')
  expect(trial?.results[0]?.changes).toContainEqual({ path: 'spec.size', from: 3, to: 5 })
})

test('Kubernetes\' own kinds and lists are not taken for custom ones', () => {
  const of = (group: string, version: string, kind: string): object => ({ 'x-kubernetes-group-version-kind': [{ group, version, kind }], properties: {} })
  expect([...kindsOf({ a: of('', 'v1', 'Pod'), b: of('apps', 'v1', 'Deployment'), c: { ...of('x.io', 'v1', 'YList'), properties: { items: {} } }, d: of('x.io', 'v1', 'Y') }).keys()]).toEqual(['x.io/v1/Y'])
})

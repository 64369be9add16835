import { expect, test } from 'vitest'
import type { ApiList, ApiRequest, ApiResponse, Status } from '../../api'
import { TestServer } from './testing/server'

const configMaps = '/api/v1/namespaces/default/configmaps'

class Server extends TestServer {
  send(method: ApiRequest['method'], path: string, more: { readonly body?: unknown; readonly query?: Readonly<Record<string, string>>; readonly type?: string } = {}): ApiResponse {
    const { body, query, type } = more
    return this.apiserver.request({ method, path, userAgent: 'tester', ...(body === undefined ? {} : { body }), ...(query === undefined ? {} : { query }), ...(type === undefined ? {} : { headers: { 'content-type': type } }) })
  }

  fill(...names: readonly string[]): this {
    for (const name of names) this.send('POST', configMaps, { body: { metadata: { name, labels: { name } } } })
    return this
  }

  names(query?: Readonly<Record<string, string>>): (string | undefined)[] {
    return (this.send('GET', configMaps, query === undefined ? {} : { query }).body as ApiList).items.map((item) => item.metadata.name)
  }
}

const messageOf = (answer: ApiResponse): string => (answer.body as Status).message ?? ''

test('a collection is deleted as it is listed: by selector, up to a limit, or only for show (S13)', () => {
  const server = new Server().fill('a', 'b', 'c', 'd')
  const hash = server.stateHash()
  const shown = server.send('DELETE', configMaps, { query: { dryRun: 'All', labelSelector: 'name in (a,b)' } })
  expect((shown.body as ApiList).items.map((item) => item.metadata.name)).toEqual(['a', 'b'])
  expect(server.stateHash()).toBe(hash)
  server.send('DELETE', configMaps, { query: { labelSelector: 'name in (a,b)', limit: '1' } })
  expect(server.names()).toEqual(['b', 'c', 'd'])
  server.send('DELETE', configMaps, { query: { fieldSelector: 'metadata.name=d' } })
  expect(server.names()).toEqual(['b', 'c'])
  expect(server.send('DELETE', configMaps, { query: { labelSelector: 'a in (' } }).status).toBe(400)
  expect(server.send('DELETE', '/api/v1/configmaps').status).toBe(405)
  expect(server.names()).toEqual(['b', 'c'])
})

test('a token of a page whose history is gone comes back as one for the rest as it is now (S12)', () => {
  const server = new Server().fill('a', 'b', 'c')
  const page = server.send('GET', configMaps, { query: { limit: '1' } }).body as ApiList & { readonly metadata: { readonly continue: string } }
  server.fill('bb')
  server.etcd.compact(server.etcd.revision)
  const gone = server.send('GET', configMaps, { query: { limit: '1', continue: page.metadata.continue } })
  expect(gone).toMatchObject({ status: 410, body: { reason: 'Expired' } })
  const next = (gone.body as { readonly metadata: { readonly continue: string } }).metadata.continue
  expect(server.names({ limit: '10', continue: next })).toEqual(['b', 'bb', 'c'])
  expect(messageOf(server.send('GET', configMaps, { query: { limit: '1', continue: page.metadata.continue, resourceVersion: '5' } }))).toBe('specifying resource version is not allowed when using continue')
})

test('managers of fields have short printable names', () => {
  const server = new Server()
  const create = (fieldManager: string): string => messageOf(server.send('POST', configMaps, { body: { metadata: { name: 'm' } }, query: { fieldManager } }))
  expect(create('x'.repeat(129))).toBe('CreateOptions.meta.k8s.io "" is invalid: fieldManager: Too long: may not be more than 128 bytes')
  expect(create('ä\u0007')).toBe('CreateOptions.meta.k8s.io "" is invalid: fieldManager: Invalid value: "ä\\x07": invalid character U+0007 (at position 2)')
})

test('apply makes what is not there, dry or not', () => {
  const server = new Server()
  const apply = (query: Readonly<Record<string, string>>): ApiResponse => server.send('PATCH', `${configMaps}/q`, { body: { apiVersion: 'v1', kind: 'ConfigMap', data: { a: 'b' } }, query: { fieldManager: 'm', ...query }, type: 'application/apply-patch+yaml' })
  expect(apply({ dryRun: 'All' }).status).toBe(201)
  expect(server.names()).toEqual([])
  expect(apply({}).status).toBe(201)
  expect(apply({}).status).toBe(200)
})

test('a token can be bound to what is there', () => {
  const server = new Server()
  const ask = (boundObjectRef: object): ApiResponse => server.send('POST', '/api/v1/namespaces/default/serviceaccounts/default/token', { body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { audiences: ['a'], boundObjectRef } } })
  server.send('POST', '/api/v1/namespaces/default/secrets', { body: { metadata: { name: 's' } } })
  expect(ask({ apiVersion: 'v1', kind: 'Secret', name: 's' }).status).toBe(201)
  expect(ask({ apiVersion: 'v1', kind: 'Pod', name: 'nope' })).toMatchObject({ status: 404, body: { message: 'pods "nope" not found' } })
  expect(messageOf(ask({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' }))).toBe('cannot bind token to object of type apps/v1, Kind=Deployment')
  expect(ask({ apiVersion: 'v1', kind: 'Secret', name: 's', uid: 'other' })).toMatchObject({ status: 409 })
})

test('who asks for rules says for which namespace', () => {
  const server = new Server()
  const ask = (spec: object): ApiResponse => server.send('POST', '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews', { body: { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', spec } })
  expect(ask({})).toMatchObject({ status: 400, body: { message: 'no namespace on request' } })
  expect(ask({ namespace: 'default' })).toMatchObject({ status: 201, body: { status: { incomplete: false, resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }] } } })
})

test('health can be asked for check by check', () => {
  const server = new Server()
  expect(server.send('GET', '/healthz').body).toBe('ok')
  expect(server.send('GET', '/readyz', { query: { verbose: '' } }).body).toMatch(/^\[\+\]ping ok\n\[\+\]log ok\n\[\+\]etcd ok\n\[\+\]etcd-readiness ok\n[^]*\[\+\]shutdown ok\nreadyz check passed\n$/)
  expect(server.send('GET', '/livez', { query: { verbose: '', exclude: 'etcd' } }).body).toContain('[+]etcd excluded: ok\n')
  expect(server.send('GET', '/readyz/shutdown').body).toBe('ok')
  expect(server.send('GET', '/livez/shutdown').status).toBe(404)
})

test('metrics are named and labelled as the real ones', () => {
  const server = new Server().fill('a', 'b')
  const text = server.send('GET', '/metrics').body as string
  expect(text).toContain('\napiserver_request_total{code="201",component="apiserver",dry_run="",group="",resource="configmaps",subresource="",verb="POST",version="v1"} 2\n')
  expect(text).toContain('\napiserver_resource_objects{resource="configmaps"} 2\n')
  expect(text).toMatch(/\nkubernetes_build_info\{[^}]*major="1"[^}]*\} 1\n/)
  // Every line is a comment or a sample.
  for (const line of text.trimEnd().split('\n')) expect(line).toMatch(/^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{([a-z_]+="[^"]*",?)*\})? -?[0-9.e+]+)$/)
})

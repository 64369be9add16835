import { describe, expect, test } from 'vitest'
import type { ApiObject, Status } from '../../api'
import { TestServer } from './testing/server'

const configMaps = '/api/v1/namespaces/default/configmaps'
const leases = '/apis/coordination.k8s.io/v1/namespaces/default/leases'
const merge = 'application/merge-patch+json'
const messageOf = (body: unknown): string => (body as Status).message ?? ''

describe('YAML bodies mean what they mean to go-yaml', () => {
  const data = (text: string): unknown => {
    const server = new TestServer()
    const { status, body } = server.ask('POST', configMaps, `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n${text}`, 'application/yaml')
    return status === 201 ? (body as { data: unknown }).data : `${status} ${messageOf(body)}`
  }

  test('plain words for truth as keys', () => {
    expect(data('  y: a\n  Off: b\n')).toEqual({ true: 'a', false: 'b' })
  })
  test('numbers as keys, octal ones too', () => {
    expect(data('  017: a\n  0x1F: b\n')).toEqual({ 15: 'a', 31: 'b' })
  })
  test('quoted ones stay as they are', () => {
    expect(data('  "y": "no"\n')).toEqual({ y: 'no' })
  })
  test('times and sexagesimal numbers stay texts', () => {
    expect(data('  a: 2020-01-01\n  b: 12:30:45\n')).toEqual({ a: '2020-01-01', b: '12:30:45' })
  })
  test('merge keys', () => {
    expect(data('  <<: {a: b}\n  c: d\n')).toEqual({ a: 'b', c: 'd' })
  })
  test('a plain word for truth as a value is no text', () => {
    expect(data('  a: yes\n')).toBe('400 ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal bool into Go struct field ConfigMap.data of type string')
  })
})

describe('names in path and body', () => {
  test.each([
    ['an object', `${configMaps}/aa`, { apiVersion: 'v1', kind: 'ConfigMap' }],
    ['its status', '/api/v1/namespaces/default/pods/aa/status', { apiVersion: 'v1', kind: 'Pod' }],
    ['its scale', '/apis/apps/v1/namespaces/default/deployments/aa/scale', { apiVersion: 'autoscaling/v1', kind: 'Scale' }],
    ['a kind that a PUT creates', `${'/apis/policy/v1/namespaces/default/poddisruptionbudgets'}/aa`, { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget' }],
    ['a namespace at its end', '/api/v1/namespaces/aa/finalize', { apiVersion: 'v1', kind: 'Namespace' }],
  ])('PUT of %s: the names are compared before anyone looks whether it is there', (_, path, body) => {
    const server = new TestServer()
    const answer = server.ask('PUT', path, { ...body, metadata: { name: 'bb' } })
    expect([answer.status, messageOf(answer.body)]).toEqual([400, 'the name of the object (bb) does not match the name on the URL (aa)'])
    const nameless = server.ask('PUT', path, { ...body, metadata: {} })
    expect([nameless.status, messageOf(nameless.body)]).toEqual([400, 'the name of the object (aa based on URL) was undeterminable: name must be provided'])
  })

  test.each(['/api/v1/namespaces/default/configmaps', leases, '/apis/policy/v1/namespaces/default/poddisruptionbudgets', '/api/v1/namespaces/default/endpoints', '/api/v1/namespaces/default/events'])(
    'PATCH of what is not there under %s is 404 for every kind of patch but apply', (path) => {
      const server = new TestServer()
      const before = server.stateHash()
      for (const [type, body] of [[merge, {}], ['application/strategic-merge-patch+json', {}], ['application/json-patch+json', []]] as const) {
        expect(server.ask('PATCH', `${path}/none`, body, type).status).toBe(404)
      }
      expect(server.stateHash()).toBe(before)
    })
})

test('a node may have resources of any name; their amounts are looked at', () => {
  const server = new TestServer()
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' }, status: { capacity: { cpu: '4', pods: '110', 'attachable-volumes-gce-pd': '127' } } }
  expect(server.ask('POST', '/api/v1/nodes', node).status).toBe(201)
  expect(server.ask('PATCH', '/api/v1/nodes/n', { metadata: { labels: { a: 'b' } } }, merge).status).toBe(200)
  expect(server.ask('PATCH', '/api/v1/nodes/n/status', { status: { capacity: { 'attachable-volumes-gce-pd': '-1' } } }, merge).status).toBe(422)
})

test('the first apply to an object without owners gives everything else to before-first-apply', () => {
  const server = new TestServer()
  server.ask('POST', configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c', labels: { l: 'x' } }, data: { a: '1' } })
  server.ask('PATCH', `${configMaps}/c`, { metadata: { managedFields: [{}] } }, merge)
  const { body } = server.ask('PATCH', `${configMaps}/c?fieldManager=m`, { apiVersion: 'v1', kind: 'ConfigMap', data: { b: '2' } }, 'application/apply-patch+yaml')
  const owners = (body as ApiObject).metadata.managedFields ?? []
  expect(owners.map(({ manager, fieldsV1 }) => [manager, fieldsV1])).toEqual([
    ['m', { 'f:data': { 'f:b': {} } }],
    ['before-first-apply', { 'f:data': { '.': {}, 'f:a': {} }, 'f:metadata': { 'f:labels': { '.': {}, 'f:l': {} } } }],
  ])
})

describe('etcd takes no value beyond 1.5 MiB', () => {
  const templates = '/api/v1/namespaces/default/podtemplates'
  const controllers = '/api/v1/namespaces/default/replicationcontrollers'
  const withArgs = (name: string, args: readonly string[]): unknown => ({
    apiVersion: 'v1', kind: 'ReplicationController', metadata: { name },
    spec: { replicas: 0, selector: { app: name }, template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'c', image: 'i', args }] } } },
  })
  const part = 'x'.repeat(400 * 1024)
  const tooLarge = { status: 500, body: { message: 'etcdserver: request is too large' } }

  test('at once', () => {
    const server = new TestServer()
    expect(server.ask('POST', controllers, withArgs('a', [part, part, part])).status).toBe(201)
    expect(server.ask('POST', controllers, withArgs('b', [part, part, part, part]))).toMatchObject(tooLarge)
    expect(server.ask('GET', `${controllers}/b`).status).toBe(404)
    expect(server.ask('GET', templates).status).toBe(200)
  })

  test('bit by bit: the object stays as it was', () => {
    const server = new TestServer()
    expect(server.ask('POST', controllers, withArgs('a', [])).status).toBe(201)
    const grow = (i: number): { readonly status: number } => server.ask('PATCH', `${controllers}/a`, { metadata: { annotations: { [`n${i}`]: 'y'.repeat(1_000) } }, spec: { template: { metadata: { annotations: { [`n${i}`]: 'z'.repeat(60_000) } } } } }, merge)
    let written = 0
    while (written < 4 && grow(written).status === 200) written++
    expect(written).toBe(4)
    const env = (i: number): { readonly status: number } => server.ask('PATCH', `${controllers}/a`, { spec: { template: { spec: { containers: [{ name: 'c', env: [{ name: `E${i}`, value: 'v'.repeat(90_000) }] }] } } } }, 'application/strategic-merge-patch+json')
    let i = 0
    let answer = env(i)
    while (i < 30 && answer.status === 200) answer = env(++i)
    expect(answer).toMatchObject(tooLarge)
    // 1,572,864 characters less four annotations of 61,000 leave room for fourteen variables.
    expect(i).toBe(14)
    const { body } = server.ask('GET', `${controllers}/a`)
    expect((body as { spec: { template: { spec: { containers: readonly { env: readonly unknown[] }[] } } } }).spec.template.spec.containers[0]?.env).toHaveLength(14)
  })
})

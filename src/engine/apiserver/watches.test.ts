import { expect, test } from 'vitest'
import type { ApiObject, WatchEvent } from '../../api'
import { Random } from '../../base'
import { TestServer } from './testing/server'

interface Change {
  readonly revision: number
  readonly namespace: string
  readonly before: ApiObject | undefined
  readonly after: ApiObject | undefined
}

interface Asked {
  readonly namespace: string
  readonly label?: string
  readonly name?: string
}

const path = (namespace: string): string => (namespace === '' ? '/api/v1/configmaps' : `/api/v1/namespaces/${namespace}/configmaps`)

/** What a watch must be told of a history: worked out from the changes alone. */
function expected(changes: readonly Change[], asked: Asked, after: number): string[] {
  const wanted = (object: ApiObject | undefined): boolean => object !== undefined && (asked.namespace === '' || object.metadata.namespace === asked.namespace)
    && (asked.label === undefined || object.metadata.labels?.['l'] === asked.label) && (asked.name === undefined || object.metadata.name === asked.name)
  const out: string[] = []
  for (const { revision, before, after: now } of changes) {
    if (revision <= after) continue
    const [had, has] = [wanted(before), wanted(now)]
    const subject = now ?? before
    if (has || had) out.push(`${has ? (had ? 'MODIFIED' : 'ADDED') : 'DELETED'} ${subject?.metadata.namespace ?? ''}/${subject?.metadata.name ?? ''}@${revision}`)
  }
  return out
}

test('1,000 watches at once: each is told exactly its part of history, in order', () => {
  const server = new TestServer()
  const random = Random.seeded(11)
  const namespaces = ['one', 'two', 'three']
  for (const name of namespaces) server.ask('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
  const stored = new Map<string, ApiObject>()
  const changes: Change[] = []
  const change = (): void => {
    const namespace = namespaces[random.below(3)] as string
    const name = `c${random.below(8)}`
    const key = `${namespace}/${name}`
    const before = stored.get(key)
    if (before !== undefined && random.below(3) === 0) {
      expect(server.ask('DELETE', `${path(namespace)}/${name}`).status).toBe(200)
      stored.delete(key)
      changes.push({ revision: server.etcd.revision, namespace, before, after: undefined })
      return
    }
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels: { l: `l${random.below(4)}` } }, data: { n: String(changes.length) } }
    const { status, body } = before === undefined ? server.ask('POST', path(namespace), object) : server.ask('PUT', `${path(namespace)}/${name}`, object)
    expect(status).toBe(before === undefined ? 201 : 200)
    stored.set(key, body as ApiObject)
    changes.push({ revision: server.etcd.revision, namespace, before, after: body as ApiObject })
  }
  const watches = new Map<number, { readonly asked: Asked; readonly after: number }>()
  const open = (i: number): void => {
    const namespace = ['', ...namespaces][random.below(4)] as string
    const asked: Asked = { namespace, ...(i % 3 === 1 ? { label: `l${random.below(4)}` } : i % 3 === 2 ? { name: `c${random.below(8)}` } : {}) }
    // Some begin now, some in the past.
    const after = i % 5 === 0 ? changes[random.below(changes.length)]?.revision ?? server.etcd.revision : server.etcd.revision
    const { id } = server.apiserver.watch({
      method: 'GET', path: path(namespace), userAgent: 'tester',
      query: { watch: 'true', resourceVersion: String(after), ...(asked.label === undefined ? {} : { labelSelector: `l=${asked.label}` }), ...(asked.name === undefined ? {} : { fieldSelector: `metadata.name=${asked.name}` }) },
    }, 'watcher')
    watches.set(id, { asked, after })
  }
  for (let i = 0; i < 40; i++) change()
  for (let i = 0; i < 1_000; i++) {
    open(i)
    // They are opened while things happen.
    if (i % 10 === 0) change()
    if (i % 50 === 0) server.simulation.run({ until: server.simulation.now + 7 })
  }
  for (let i = 0; i < 100; i++) {
    change()
    if (random.below(4) === 0) server.simulation.run({ until: server.simulation.now + 3 })
  }
  server.simulation.run({ until: server.simulation.now + 1_000 })
  expect(server.apiserver.watchCount).toBe(1_000)
  const logs = new Map<number, string[]>()
  for (const body of server.told) {
    const log = logs.get(body['watch'] as number) ?? []
    logs.set(body['watch'] as number, log)
    for (const { type, object } of body['events'] as readonly WatchEvent[]) log.push(`${type} ${object.metadata.namespace ?? ''}/${object.metadata.name ?? ''}@${object.metadata.resourceVersion ?? ''}`)
  }
  let told = 0
  for (const [id, { asked, after }] of watches) {
    const log = logs.get(id) ?? []
    told += log.length
    expect(log, JSON.stringify(asked)).toEqual(expected(changes, asked, after))
  }
  expect(told).toBeGreaterThan(10_000)
})

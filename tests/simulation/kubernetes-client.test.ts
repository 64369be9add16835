import { KubeConfig, CoreV1Api, AppsV1Api, makeInformer, PatchStrategy, setHeaderOptions, Watch, type V1Pod } from '@kubernetes/client-node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serve, type Served } from '../../src/server/serve-command'

let served: Served
let config: KubeConfig

beforeAll(async () => {
  const started = await serve(['--port', '0', '--speed', '50'], { out: () => undefined, error: () => undefined, stdin: () => '' })
  if (typeof started === 'number') throw new Error('the server did not start')
  served = started
  config = new KubeConfig()
  config.loadFromClusterAndUser({ name: 'berth', server: `http://127.0.0.1:${served.port}`, skipTLSVerify: true }, { name: 'person' })
})

afterAll(() => { served.close() })

const pod = (name: string): V1Pod => ({ metadata: { name, labels: { app: 'client' } }, spec: { containers: [{ name: 'app', image: 'nginx' }] } })

async function eventually(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 500 && !holds(); i++) await new Promise((resolve) => setTimeout(resolve, 20))
  expect(holds()).toBe(true)
}

describe('the client library of the Kubernetes project, over HTTP', () => {
  test('lists, creates, reads, patches and deletes', async () => {
    const core = config.makeApiClient(CoreV1Api)
    expect((await core.listNode()).items).toHaveLength(6)
    const created = await core.createNamespacedPod({ namespace: 'default', body: pod('made') })
    expect(created.metadata?.uid).toMatch(/^[0-9a-f-]{36}$/)
    const patched = await core.patchNamespacedPod({ name: 'made', namespace: 'default', body: { metadata: { labels: { more: 'yes' } } } }, setHeaderOptions('Content-Type', PatchStrategy.MergePatch))
    expect(patched.metadata?.labels).toMatchObject({ app: 'client', more: 'yes' })
    await core.deleteNamespacedPod({ name: 'made', namespace: 'default', gracePeriodSeconds: 0 })
    await expect(core.readNamespacedPod({ name: 'made', namespace: 'default' })).rejects.toMatchObject({ code: 404 })
  })

  test('a refusal comes as the Status it is', async () => {
    const core = config.makeApiClient(CoreV1Api)
    await expect(core.createNamespacedPod({ namespace: 'nowhere', body: pod('lost') })).rejects.toMatchObject({ code: 404, body: expect.stringContaining('namespaces \\"nowhere\\" not found') as unknown })
  })

  test('an informer sees a Deployment become Pods, bound and running', async () => {
    const core = config.makeApiClient(CoreV1Api)
    const informer = makeInformer(config, '/api/v1/namespaces/default/pods', () => core.listNamespacedPod({ namespace: 'default', labelSelector: 'app=rolled' }), 'app=rolled')
    const phases = new Map<string, string[]>()
    const note = (object: V1Pod): void => {
      const name = object.metadata?.name ?? ''
      phases.set(name, [...phases.get(name) ?? [], `${object.spec?.nodeName === undefined ? 'unbound' : 'bound'} ${object.status?.phase ?? ''}`])
    }
    informer.on('add', note)
    informer.on('update', note)
    await informer.start()
    await config.makeApiClient(AppsV1Api).createNamespacedDeployment({
      namespace: 'default', body: { metadata: { name: 'rolled' }, spec: { replicas: 3, selector: { matchLabels: { app: 'rolled' } }, template: { metadata: { labels: { app: 'rolled' } }, spec: { containers: [{ name: 'app', image: 'nginx' }] } } } },
    })
    await eventually(() => phases.size === 3 && [...phases.values()].every((seen) => seen.at(-1) === 'bound Running'))
    for (const seen of phases.values()) expect(seen[0]).toBe('unbound Pending')
    await informer.stop()
  })

  test('a watch hears of every change, in order', async () => {
    const core = config.makeApiClient(CoreV1Api)
    const heard: string[] = []
    const controller = await new Watch(config).watch('/api/v1/namespaces/default/configmaps', { labelSelector: 'watched' }, (type: string, object: { metadata: { name: string }; data?: { n: string } }) => {
      heard.push(`${type} ${object.data?.n ?? ''}`)
    }, () => undefined)
    await core.createNamespacedConfigMap({ namespace: 'default', body: { metadata: { name: 'counted', labels: { watched: '' } }, data: { n: '0' } } })
    for (let n = 1; n <= 50; n++) {
      await core.patchNamespacedConfigMap({ name: 'counted', namespace: 'default', body: { data: { n: String(n) } } }, setHeaderOptions('Content-Type', PatchStrategy.MergePatch))
    }
    await core.deleteNamespacedConfigMap({ name: 'counted', namespace: 'default' })
    await eventually(() => heard.length === 52)
    expect(heard).toEqual(['ADDED 0', ...Array.from({ length: 50 }, (_, i) => `MODIFIED ${i + 1}`), 'DELETED 50'])
    controller.abort()
  })
})

import { describe, expect, test } from 'vitest'
import type { ApiList, ApiObject, CronJob, Event, Job, Node, PersistentVolume, PersistentVolumeClaim, Pod, Service } from '../../api'
import { MachineRoom } from '../node/testing/machine-room'

/** What the recordings in tests/conformance/controllers do not show: clouds, disks, zones, the clock. */
const list = <T extends { readonly metadata: ApiObject['metadata'] }>(room: MachineRoom, path: string): readonly T[] => (room.cluster.read({ method: 'GET', path, userAgent: 'test' }).body as ApiList<T>).items
const get = <T>(room: MachineRoom, path: string): T | undefined => {
  const response = room.cluster.read({ method: 'GET', path, userAgent: 'test' })
  return response.status === 200 ? response.body as T : undefined
}
const taints = (room: MachineRoom, effect: string): string[] => list<Node>(room, '/api/v1/nodes').filter((node) => (node.spec?.taints ?? []).some((taint) => taint.effect === effect)).map((node) => node.metadata.name ?? '')

describe('machines that fall silent', () => {
  test('one is tainted at once, its Pods go when their toleration ends, and their owner makes new ones elsewhere', () => {
    const room = new MachineRoom(['a', 'b', 'c'])
    room.ask('POST', '/apis/apps/v1/namespaces/default/deployments', {
      apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' },
      spec: { replicas: 3, selector: { matchLabels: { app: 'web' } }, template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'app:1' }] } } },
    })
    room.run(20_000)
    room.cluster.simulation.remove('kubelet/a')
    room.run(80_000)
    expect(taints(room, 'NoExecute')).toEqual(['a'])
    expect(room.conditions(room.node('a'), 'Ready', 'MemoryPressure')).toBe('Ready=Unknown MemoryPressure=Unknown')
    const before = list<Pod>(room, '/api/v1/pods').filter((pod) => pod.spec?.nodeName === 'a')
    expect(before.every((pod) => pod.metadata.deletionTimestamp === undefined)).toBe(true)
    room.run(310_000)
    const pods = list<Pod>(room, '/api/v1/pods')
    expect(pods.filter((pod) => pod.spec?.nodeName === 'a').every((pod) => pod.metadata.deletionTimestamp !== undefined)).toBe(true)
    expect(pods.filter((pod) => pod.spec?.nodeName !== 'a' && pod.status?.phase === 'Running').length).toBe(3)
  })

  test('in a zone one after another, ten seconds apart', () => {
    const room = new MachineRoom(['a', 'b', 'c', 'd', 'e'])
    room.run(20_000)
    for (const name of ['a', 'b']) room.cluster.simulation.remove(`kubelet/${name}`)
    room.run(62_000)
    expect(taints(room, 'NoSchedule')).toEqual(['a', 'b'])
    expect(taints(room, 'NoExecute').length).toBe(1)
    room.run(11_000)
    expect(taints(room, 'NoExecute')).toEqual(['a', 'b'])
  })

  test('when most of a small zone is gone, nobody is evicted any more', () => {
    const room = new MachineRoom(['a', 'b', 'c', 'd'])
    room.run(20_000)
    for (const name of ['a', 'b', 'c']) room.cluster.simulation.remove(`kubelet/${name}`)
    room.run(180_000)
    expect(taints(room, 'NoSchedule')).toEqual(['a', 'b', 'c'])
    expect(taints(room, 'NoExecute').length).toBeLessThanOrEqual(1)
  })

  test('when all are gone at once it is more likely us: nothing is tainted NoExecute', () => {
    const room = new MachineRoom(['a', 'b'])
    room.run(20_000)
    for (const name of ['a', 'b']) room.cluster.simulation.remove(`kubelet/${name}`)
    room.run(180_000)
    expect([taints(room, 'NoSchedule'), taints(room, 'NoExecute')]).toEqual([['a', 'b'], []])
  })

  test('Pods of a Node that is gone are collected', () => {
    const room = new MachineRoom(['a'])
    room.pod('web')
    room.run(10_000)
    room.ask('DELETE', '/api/v1/nodes/a')
    room.run(90_000)
    expect(room.find('web')).toBeUndefined()
  })
})

describe('the cloud', () => {
  test('gives a load balancer an address of its own, and takes it back', () => {
    const room = new MachineRoom()
    for (const name of ['one', 'two']) room.ask('POST', '/api/v1/namespaces/default/services', { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { type: 'LoadBalancer', ports: [{ port: 80 }] } })
    room.run(2_000)
    const address = (name: string): string | undefined => get<Service>(room, `/api/v1/namespaces/default/services/${name}`)?.status?.loadBalancer?.ingress?.[0]?.ip
    expect([address('one'), address('two')]).toEqual(['203.0.113.1', '203.0.113.2'])
    room.ask('DELETE', '/api/v1/namespaces/default/services/one')
    room.run(2_000)
    expect(get(room, '/api/v1/namespaces/default/services/one')).toBeUndefined()
    room.ask('POST', '/api/v1/namespaces/default/services', { apiVersion: 'v1', kind: 'Service', metadata: { name: 'three' }, spec: { type: 'LoadBalancer', ports: [{ port: 80 }] } })
    room.run(2_000)
    expect(address('three')).toBe('203.0.113.1')
  })
})

describe('disks', () => {
  const storageClass = (room: MachineRoom, more: object = {}): void => {
    room.ask('POST', '/apis/storage.k8s.io/v1/storageclasses', { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: 'fast' }, provisioner: 'disk.example.com', reclaimPolicy: 'Delete', ...more })
  }
  const claim = (room: MachineRoom): void => {
    room.ask('POST', '/api/v1/namespaces/default/persistentvolumeclaims', {
      apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data' }, spec: { storageClassName: 'fast', accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '5Gi' } } },
    })
  }
  const claimed = (room: MachineRoom): PersistentVolumeClaim | undefined => get<PersistentVolumeClaim>(room, '/api/v1/namespaces/default/persistentvolumeclaims/data')

  test('are made when a class can make them, and removed with their claim', () => {
    const room = new MachineRoom()
    storageClass(room)
    claim(room)
    room.run(5_000)
    const [volume] = list<PersistentVolume>(room, '/api/v1/persistentvolumes')
    expect(claimed(room)?.status).toMatchObject({ phase: 'Bound', capacity: { storage: '5Gi' } })
    expect([volume?.metadata.name, volume?.status?.phase]).toEqual([`pvc-${claimed(room)?.metadata.uid ?? ''}`, 'Bound'])
    expect(room.events('data').map((text) => text.split(':')[0])).toEqual(expect.arrayContaining(['ExternalProvisioning', 'Provisioning', 'ProvisioningSucceeded']))
    room.ask('DELETE', '/api/v1/namespaces/default/persistentvolumeclaims/data')
    room.run(10_000)
    expect([claimed(room), list(room, '/api/v1/persistentvolumes')]).toEqual([undefined, []])
  })

  test('stay while a Pod uses them', () => {
    const room = new MachineRoom()
    storageClass(room)
    claim(room)
    room.pod('db', { spec: { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }] } })
    room.run(15_000)
    expect(room.get('db').status?.phase).toBe('Running')
    room.ask('DELETE', '/api/v1/namespaces/default/persistentvolumeclaims/data')
    room.run(10_000)
    expect(claimed(room)?.metadata.deletionTimestamp).toBeDefined()
    room.ask('DELETE', '/api/v1/namespaces/default/pods/db')
    room.run(10_000)
    expect(claimed(room)).toBeUndefined()
  })

  test('of a class that waits are made where the Pod goes', () => {
    const room = new MachineRoom(['a', 'b'])
    storageClass(room, { provisioner: 'local.example.com', volumeBindingMode: 'WaitForFirstConsumer' })
    claim(room)
    room.run(5_000)
    expect(claimed(room)?.status?.phase).toBe('Pending')
    expect(room.events('data')[0]).toMatch(/^WaitForFirstConsumer: waiting for first consumer to be created before binding/)
    room.pod('db', { spec: { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }] } })
    room.run(30_000)
    const node = room.get('db').spec?.nodeName
    expect(node).toBeDefined()
    const [volume] = list<PersistentVolume>(room, '/api/v1/persistentvolumes')
    expect(volume?.spec?.nodeAffinity?.required?.nodeSelectorTerms[0]?.matchExpressions?.[0]?.values).toEqual([node])
  })
})

describe('the clock', () => {
  const cron = (room: MachineRoom, spec: object, run: string): void => {
    room.ask('POST', '/apis/batch/v1/namespaces/default/cronjobs', {
      apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name: 'tick' },
      spec: {
        schedule: '* * * * *', ...spec,
        jobTemplate: { spec: { template: { metadata: { annotations: { 'berth.dev/run-seconds': run } }, spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'app:1' }] } } } },
      },
    })
  }
  const jobs = (room: MachineRoom): readonly Job[] => list<Job>(room, '/apis/batch/v1/namespaces/default/jobs')

  test('starts a Job each minute and keeps the last three', () => {
    const room = new MachineRoom()
    cron(room, {}, '5')
    room.run(330_000)
    expect(jobs(room).length).toBe(3)
    expect(jobs(room).every((job) => (job.status?.conditions ?? []).some((condition) => condition.type === 'Complete'))).toBe(true)
    expect(get<CronJob>(room, '/apis/batch/v1/namespaces/default/cronjobs/tick')?.status).toMatchObject({ lastScheduleTime: '2026-01-01T00:05:00Z' })
    expect(room.events('tick').filter((text) => text.startsWith('SuccessfulCreate')).length).toBe(5)
  })

  test.each([['Forbid', 1], ['Allow', 3], ['Replace', 1]] as const)('%s: %i at once of Jobs that take longer than their turn', (concurrencyPolicy, count) => {
    const room = new MachineRoom()
    cron(room, { concurrencyPolicy }, '1000')
    room.run(200_000)
    const active = jobs(room).filter((job) => job.metadata.deletionTimestamp === undefined)
    expect(active.length).toBe(count)
    expect(active.some((job) => job.metadata.name === `tick-${Math.floor(Date.UTC(2026, 0, 1) / 60_000) + (concurrencyPolicy === 'Forbid' ? 1 : 3)}`)).toBe(true)
  })

  test('a line that says nothing is reported', () => {
    const room = new MachineRoom()
    cron(room, { timeZone: 'Europe/Berlin', schedule: '0 1 * * *' }, '1')
    room.run(70_000)
    expect(jobs(room).length).toBe(0)
    room.run(3_600_000)
    expect(jobs(room).length).toBe(0) // one o'clock in Berlin is midnight here, and that has just passed
  })
})

describe('many Pods', () => {
  test('their events are combined, as upstream does', () => {
    const room = new MachineRoom(['a', 'b'])
    room.ask('POST', '/apis/apps/v1/namespaces/default/replicasets', {
      apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'web' },
      spec: { replicas: 100, selector: { matchLabels: { app: 'web' } }, template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'app:1' }] } } },
    })
    room.run(5_000)
    const events = list<Event>(room, '/api/v1/events').filter((event) => event.involvedObject.kind === 'ReplicaSet')
    expect(events.length).toBe(11)
    expect(events.filter((event) => event.message?.startsWith('(combined from similar events): Created pod: web-') === true).map((event) => event.count)).toEqual([15])
    expect(list(room, '/api/v1/pods').length).toBe(100)
  })

  test('what a manager shows of its controllers', () => {
    const room = new MachineRoom()
    const views = room.cluster.controllerManager.views()
    expect(views.map((view) => view.name)).toEqual(expect.arrayContaining(['deployment', 'replicaset', 'node-lifecycle', 'garbage-collector', 'job', 'horizontal-pod-autoscaler']))
    expect(views.every((view) => view.queued === 0 && !view.active)).toBe(true)
  })
})

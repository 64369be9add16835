import { describe, expect, test } from 'vitest'
import { resources, type FaultRequest, type Lease, type Node, type Pod } from '../api'
import { Cluster, type ClusterCheckpoint, type TraceRecord } from '.'
import { MachineRoom } from './node/testing/machine-room'

const deployment = (name: string, replicas: number, container: object = {}, more: object = {}): object => ({
  apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name },
  spec: { replicas, selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'c', image: 'app:1', ...container }], ...more } } },
})

/** A room in which things can be broken, and what was said about it. */
class Workshop extends MachineRoom {
  readonly notes: TraceRecord[] = []

  constructor(nodes: readonly string[] = ['node-a', 'node-b'], capacity?: Readonly<Record<string, string>>) {
    super(nodes, ...(capacity === undefined ? [] : [capacity]))
    this.cluster.simulation.setTraceListener((record) => { if (record.type === 'note') this.notes.push(record) })
  }

  break(kind: FaultRequest['kind'], subject?: string, more: Partial<FaultRequest> = {}): this {
    expect(this.cluster.fault({ kind, on: true, ...(subject === undefined ? {} : { subject }), ...more })).toEqual({ ok: true })
    return this
  }

  heal(kind: FaultRequest['kind'], subject?: string): this {
    expect(this.cluster.fault({ kind, on: false, ...(subject === undefined ? {} : { subject }) })).toEqual({ ok: true })
    return this
  }

  deploy(name: string, replicas: number, container: object = {}, more: object = {}): this {
    this.ask('POST', '/apis/apps/v1/namespaces/default/deployments', deployment(name, replicas, container, more))
    return this
  }

  pods(app?: string): Pod[] {
    return (this.cluster.listAt(resources.pods) as unknown as Pod[]).filter((pod) => app === undefined || pod.metadata.labels?.['app'] === app)
  }

  running(app?: string): number {
    return this.pods(app).filter((pod) => pod.status?.phase === 'Running' && pod.metadata.deletionTimestamp === undefined && pod.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True')).length
  }

  ready(node: string): string | undefined {
    return (this.cluster.listAt(resources.nodes) as unknown as Node[]).find(({ metadata }) => metadata.name === node)?.status?.conditions?.find(({ type }) => type === 'Ready')?.status
  }

  taints(node: string): string[] {
    return ((this.cluster.listAt(resources.nodes) as unknown as Node[]).find(({ metadata }) => metadata.name === node)?.spec?.taints ?? []).map(({ key, effect }) => `${key}:${effect}`).sort()
  }

  lease(node: string): Lease {
    return (this.cluster.listAt(resources.leases) as unknown as Lease[]).find(({ metadata }) => metadata.name === node) as Lease
  }
}

describe('a machine that is off', () => {
  test('is NotReady when its Lease is too old, tainted, and loses its Pods after five minutes; switched on it starts what is left to it', () => {
    const room = new Workshop()
    room.deploy('web', 2).pod('alone', { spec: { nodeName: 'node-b' } } as never)
    room.run(20_000)
    expect([room.running('web'), room.get('alone').status?.phase]).toEqual([2, 'Running'])
    const began = room.cluster.simulation.now
    room.break('node', 'node-b')
    room.run(45_000)
    // Nobody has noticed: the grace period is not over.
    expect([room.ready('node-b'), room.get('alone').status?.phase]).toEqual(['True', 'Running'])
    room.run(20_000)
    expect(room.ready('node-b')).toBe('Unknown')
    expect(room.node('node-b').status?.conditions?.find(({ type }) => type === 'Ready')).toMatchObject({ reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.' })
    expect(room.taints('node-b')).toEqual(['node.kubernetes.io/unreachable:NoExecute', 'node.kubernetes.io/unreachable:NoSchedule'])
    expect(room.events('node-b')).toContain('NodeNotReady: Node node-b status is now: NodeNotReady')
    expect(room.events('alone')).toContain('NodeNotReady: Node is not ready')
    expect(room.get('alone').status?.conditions?.find(({ type }) => type === 'Ready')?.status).toBe('False')
    // The Pods tolerate it for 300 s.
    room.run(280_000)
    expect(room.get('alone').metadata.deletionTimestamp).toBeUndefined()
    room.run(60_000)
    const alone = room.get('alone')
    expect(alone.metadata.deletionTimestamp).toBeDefined()
    expect(alone.status?.conditions?.find(({ type }) => type === 'DisruptionTarget')).toMatchObject({ reason: 'DeletionByTaintManager' })
    // Replaced elsewhere; the old ones cannot go while nobody on the machine says that they have.
    expect([room.running('web'), room.pods('web').length > 2, room.cluster.simulation.now - began]).toEqual([2, true, 405_000])
    room.heal('node', 'node-b')
    room.run(30_000)
    expect([room.ready('node-b'), room.taints('node-b'), room.find('alone'), room.running('web'), room.pods('web').length]).toEqual(['True', [], undefined, 2, 2])
    expect(room.events('node-b').filter((event) => event.startsWith('NodeReady')).length).toBe(2)
  })

  test('back before anybody was evicted: the boot finds every container dead and starts it again in a new sandbox', () => {
    const room = new Workshop(['node-a'])
    room.pod('web')
    room.pod('once', { spec: { restartPolicy: 'Never' }, annotations: { 'berth.dev/run-seconds': '3600' } })
    room.run(20_000)
    room.break('node', 'node-a', { forMs: 90_000 })
    room.run(89_000)
    expect(room.ready('node-a')).toBe('Unknown')
    room.run(21_000)
    expect(room.ready('node-a')).toBe('True')
    const [status] = room.get('web').status?.containerStatuses ?? []
    expect(status).toMatchObject({ ready: true, restartCount: 1, lastState: { terminated: { exitCode: 255, reason: 'Unknown' } } })
    expect(room.events('web')).toContain('SandboxChanged: Pod sandbox changed, it will be killed and re-created.')
    expect(room.get('web').status?.podIPs).toEqual([{ ip: room.get('web').status?.podIP }])
    // One that must not be restarted has failed.
    expect(room.get('once').status).toMatchObject({ phase: 'Failed' })
  })
})

describe('a machine whose network is cut', () => {
  test('goes on running its Pods while nobody hears of it, and says so when it is heard again', () => {
    const room = new Workshop()
    room.pod('alone', { spec: { nodeName: 'node-b' } } as never)
    room.run(20_000)
    room.break('network', 'node-b')
    room.run(70_000)
    expect([room.ready('node-b'), room.notes.some((note) => note.type === 'note' && note.what === 'unreachable' && note.from === 'kubelet/node-b')]).toEqual(['Unknown', true])
    const renewed = room.lease('node-b').spec?.renewTime
    room.heal('network', 'node-b')
    room.run(45_000)
    const [status] = room.get('alone').status?.containerStatuses ?? []
    expect([room.ready('node-b'), room.taints('node-b'), status?.restartCount, status?.ready]).toEqual(['True', [], 0, true])
    expect(room.lease('node-b').spec?.renewTime).not.toBe(renewed)
    expect(room.get('alone').status?.conditions?.find(({ type }) => type === 'Ready')?.status).toBe('True')
  })

  test('cut for longer than its Pods tolerate: they are stopped when it hears that they were deleted', () => {
    const room = new Workshop()
    room.deploy('web', 4)
    room.run(20_000)
    const there = room.pods('web').filter((pod) => pod.spec?.nodeName === 'node-b').map((pod) => pod.metadata.name)
    expect(there.length).toBeGreaterThan(0)
    room.break('network', 'node-b', { forMs: 420_000 })
    room.run(419_000)
    expect(room.pods('web').filter((pod) => pod.metadata.deletionTimestamp !== undefined).map((pod) => pod.metadata.name)).toEqual(there)
    room.run(60_000)
    expect([room.running('web'), room.pods('web').filter((pod) => there.includes(pod.metadata.name))]).toEqual([4, []])
  })
})

describe('processes that are stopped', () => {
  test('without a kubelet the containers run on; the next one finds them', () => {
    const room = new Workshop(['node-a'])
    room.pod('web')
    room.run(20_000)
    room.break('kubelet', 'node-a')
    room.pod('late')
    room.run(70_000)
    expect([room.ready('node-a'), room.get('web').status?.phase, room.get('late').status?.phase]).toEqual(['Unknown', 'Running', 'Pending'])
    room.heal('kubelet', 'node-a')
    room.run(20_000)
    expect([room.ready('node-a'), room.get('web').status?.containerStatuses?.[0]?.restartCount, room.get('late').status?.phase]).toEqual(['True', 0, 'Running'])
  })

  test('without a scheduler Pods wait; the next one takes them up, and its past decisions can still be read', () => {
    const room = new Workshop()
    room.pod('early')
    room.run(10_000)
    room.break('scheduler')
    room.pod('late')
    room.run(30_000)
    expect(room.get('late').spec?.nodeName).toBeUndefined()
    expect([room.cluster.scheduler.queueView().lengths.active, room.cluster.scheduler.cycles(9).length]).toEqual([0, 1])
    room.heal('scheduler').run(10_000)
    expect(room.get('late').status?.phase).toBe('Running')
    expect(room.cluster.scheduler.cycles(9).map(({ id, pod }) => [id, pod.name])).toEqual([[2, 'late'], [1, 'early']])
    expect(room.cluster.explain(1)?.cycle.pod.name).toBe('early')
  })

  test('stopped in the middle of a cycle: what was assumed is forgotten, and the Pod is decided anew', () => {
    const room = new Workshop()
    room.pod('web')
    room.cluster.simulation.run({ stop: () => room.cluster.scheduler.busy })
    room.break('scheduler', undefined, { forMs: 10 })
    room.run(5_000)
    expect(room.cluster.scheduler.cycles(9).map(({ id, outcome, message }) => [id, outcome, message])).toEqual([
      [2, 'scheduled', undefined], [1, 'error', 'kube-scheduler was stopped before it had asked for the binding'],
    ])
    expect(room.get('web').status?.phase).toBe('Running')
  })

  test('stopped with a preemption in flight: the victims are gone, and the next one binds the Pod they went for', () => {
    const room = new Workshop(['node-a'], { cpu: '1', memory: '8Gi', pods: '110' })
    room.ask('POST', '/apis/scheduling.k8s.io/v1/priorityclasses', { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'high' }, value: 1000 })
    room.deploy('small', 1, { resources: { requests: { cpu: '800m' } } })
    room.run(20_000)
    room.pod('big', { container: { resources: { requests: { cpu: '900m' } } }, spec: { priorityClassName: 'high' } })
    room.cluster.simulation.run({ stop: () => room.notes.some((note) => note.type === 'note' && note.what === 'preemption') })
    room.break('scheduler', undefined, { forMs: 3_000 })
    room.run(60_000)
    expect([room.get('big').status?.phase, room.running('small'), room.pods('small').length]).toEqual(['Running', 0, 1])
  })

  test('without controllers nothing is made good; one that is left out leaves only its own work undone', () => {
    const room = new Workshop()
    room.deploy('web', 2)
    room.run(20_000)
    room.break('controller', 'replicaset')
    room.ask('DELETE', `/api/v1/namespaces/default/pods/${room.pods('web')[0]?.metadata.name ?? ''}`)
    room.deploy('other', 1)
    room.run(60_000)
    expect([room.running('web'), room.running('other'), room.cluster.listAt(resources.replicasets).length, room.ready('node-a')]).toEqual([1, 0, 2, 'True'])
    expect(room.cluster.controllerManager.views().filter(({ stopped }) => stopped === true).map(({ name }) => name)).toEqual(['replicaset'])
    room.heal('controller', 'replicaset').run(20_000)
    expect([room.running('web'), room.running('other')]).toEqual([2, 1])
    room.break('controller-manager')
    room.ask('DELETE', `/api/v1/namespaces/default/pods/${room.pods('web')[0]?.metadata.name ?? ''}`)
    room.run(60_000)
    expect([room.running('web'), room.cluster.controllerManager.views().every(({ stopped }) => stopped === true)]).toEqual([1, true])
    room.heal('controller-manager').run(20_000)
    expect(room.running('web')).toBe(2)
  })

  test('without an api-server nobody is answered and what runs runs on; everybody comes back by himself', () => {
    const room = new Workshop()
    room.deploy('web', 2)
    room.run(20_000)
    const revision = room.cluster.etcd.revision
    room.break('apiserver')
    const refused = room.cluster.request({ method: 'GET', path: '/api/v1/nodes', userAgent: 'kubectl' })
    expect([refused.status, (refused.body as { message: string }).message]).toEqual([503, 'Get "https://control-plane:6443/api/v1/nodes": dial tcp control-plane:6443: connect: connection refused'])
    room.run(120_000)
    expect([room.cluster.etcd.revision, room.cluster.apiserver.watchCount]).toEqual([revision, 1])
    room.heal('apiserver').deploy('late', 2)
    room.run(60_000)
    expect([room.running('web'), room.running('late'), room.ready('node-a'), room.ready('node-b'), room.pods('web').every((pod) => pod.status?.containerStatuses?.[0]?.restartCount === 0)]).toEqual([2, 2, 'True', 'True', true])
  })
})

describe('etcd, disks, memory, the registry', () => {
  test('while etcd is slow everything is told late, some writes time out, and what was told late is not overtaken', () => {
    const fast = new Workshop().deploy('web', 3)
    fast.run(6_000)
    const room = new Workshop()
    room.break('etcd', undefined, { delayMs: 2_000 })
    let answered = false
    for (let tries = 0; !answered; tries++) {
      expect(tries).toBeLessThan(20)
      const { status, body } = room.cluster.request({ method: 'POST', path: '/apis/apps/v1/namespaces/default/deployments', userAgent: 'kubectl', body: deployment('web', 3) })
      answered = status === 201 || status === 409
      if (!answered) expect([status, (body as { message: string }).message]).toEqual([500, 'etcdserver: request timed out'])
    }
    room.run(6_000)
    expect([fast.running('web'), room.running('web')]).toEqual([3, 0])
    room.run(120_000)
    expect(room.notes.some((note) => note.type === 'note' && note.what === 'etcd-timeout')).toBe(true)
    room.heal('etcd').run(120_000)
    expect([room.running('web'), room.pods('web').length, room.ready('node-a')]).toEqual([3, 3, 'True'])
  })

  test('a full disk: the condition, images removed, Pods evicted, new ones kept out; emptied, the pressure stays for five minutes', () => {
    const room = new Workshop(['node-a'])
    room.pod('web')
    room.run(20_000)
    room.break('disk', 'node-a', { share: 0.95 })
    room.run(25_000)
    expect(room.conditions(room.node(), 'DiskPressure')).toBe('DiskPressure=True')
    expect(room.taints('node-a')).toEqual(['node.kubernetes.io/disk-pressure:NoSchedule'])
    expect(room.events('node-a')).toContain('NodeHasDiskPressure: Node node-a status is now: NodeHasDiskPressure')
    expect(room.get('web').status).toMatchObject({ phase: 'Failed', reason: 'Evicted' })
    room.heal('disk', 'node-a').run(290_000)
    expect(room.conditions(room.node(), 'DiskPressure')).toBe('DiskPressure=True')
    room.run(30_000)
    expect([room.conditions(room.node(), 'DiskPressure'), room.taints('node-a')]).toEqual(['DiskPressure=False', []])
  })

  test('a leak below a limit ends in OOMKilled again and again; sealed, the container stays', () => {
    const room = new Workshop(['node-a'])
    room.pod('web', { container: { resources: { limits: { memory: '64Mi' }, requests: { memory: '64Mi' } } } })
    room.run(60_000)
    room.break('memory', 'default/web', { bytesPerSecond: 8 * 1024 * 1024 })
    room.run(10_000)
    const [status] = room.get('web').status?.containerStatuses ?? []
    // 48 of 64 MiB were in use: two seconds until the kernel steps in.
    expect(status).toMatchObject({ restartCount: 1, lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } } })
    room.run(60_000)
    expect(room.get('web').status?.containerStatuses?.[0]?.restartCount).toBeGreaterThan(1)
    room.heal('memory', 'default/web').run(310_000)
    const restarts = room.get('web').status?.containerStatuses?.[0]?.restartCount
    room.run(600_000)
    expect([room.get('web').status?.containerStatuses?.[0]?.restartCount, room.running()]).toEqual([restarts, 1])
  })

  test('a leak without a limit brings the node into need, and whoever leaks is evicted', () => {
    const room = new Workshop(['node-a'], { cpu: '4', memory: '1Gi', pods: '110', 'ephemeral-storage': '100Gi' })
    room.pod('quiet', { container: { resources: { requests: { memory: '100Mi' } } } })
    room.pod('leaky', { container: { resources: { requests: { memory: '100Mi' } } } })
    room.run(20_000)
    room.break('memory', 'default/leaky', { bytesPerSecond: 16 * 1024 * 1024 }).run(70_000)
    expect([room.conditions(room.node(), 'MemoryPressure'), room.get('quiet').status?.phase]).toEqual(['MemoryPressure=True', 'Running'])
    expect(room.get('leaky').status).toMatchObject({ phase: 'Failed', reason: 'Evicted' })
    expect(room.get('leaky').status?.message).toContain('The node was low on resource: memory.')
  })

  test('without a registry pulls fail in the real words; it is back at the next try', () => {
    const room = new Workshop(['node-a'])
    room.break('registry')
    room.pod('web')
    room.run(4_000)
    expect(room.events('web')).toContain('Failed: Failed to pull image "app:1": rpc error: code = Unknown desc = failed to pull and unpack image "docker.io/library/app:1": failed to resolve reference "docker.io/library/app:1": failed to do request: Head "https://docker.io/v2/": dial tcp: connect: connection refused')
    expect(room.get('web').status?.containerStatuses?.[0]?.state?.waiting?.reason).toBe('ImagePullBackOff')
    room.heal('registry').run(20_000)
    expect(room.get('web').status?.phase).toBe('Running')
  })
})

describe('what is asked for', () => {
  test('nonsense is refused with a sentence and breaks nothing', () => {
    const room = new Workshop()
    const said = (fault: FaultRequest): string => {
      const answer = room.cluster.fault(fault)
      return answer.ok ? 'ok' : answer.message
    }
    expect(said({ kind: 'node', subject: 'nowhere', on: true })).toBe('there is no node "nowhere"')
    expect(said({ kind: 'node', on: true })).toBe('node needs the name of a node')
    expect(said({ kind: 'scheduler', subject: 'x', on: true })).toBe('there is only one scheduler')
    expect(said({ kind: 'memory', subject: 'default/none', on: true })).toBe('there is no Pod "default/none"')
    expect(said({ kind: 'controller', subject: 'none', on: true })).toMatch(/^there is no controller "none": namespace, /)
    expect(said({ kind: 'etcd', on: false })).toBe('etcd is not broken')
    room.break('etcd')
    expect(said({ kind: 'etcd', on: true })).toBe('etcd is broken already')
    expect(room.cluster.faults.active.map(({ kind }) => kind)).toEqual(['etcd'])
  })

  test('a machine that is off stays off when its Node is made anew; a kubelet that was stopped learns that its machine was off', () => {
    const room = new Workshop(['node-a'])
    room.pod('web')
    room.run(20_000)
    room.break('kubelet', 'node-a').break('node', 'node-a').run(1_000)
    room.heal('node', 'node-a').run(1_000)
    room.heal('kubelet', 'node-a').run(20_000)
    expect(room.get('web').status?.containerStatuses?.[0]).toMatchObject({ restartCount: 1, ready: true })
    room.break('node', 'node-a')
    room.ask('DELETE', '/api/v1/nodes/node-a')
    room.run(5_000)
    room.ask('POST', '/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-a' } })
    room.run(5_000)
    expect(room.cluster.simulation.actor('kubelet/node-a')).toBeUndefined()
    room.heal('node', 'node-a').run(5_000)
    expect(room.ready('node-a')).toBe('True')
  })
})

const everyFault: readonly Pick<FaultRequest, 'kind' | 'subject'>[] = [
  { kind: 'node', subject: 'node-b' }, { kind: 'network', subject: 'node-b' }, { kind: 'kubelet', subject: 'node-b' }, { kind: 'disk', subject: 'node-b' },
  { kind: 'memory', subject: 'default/alone' }, { kind: 'scheduler' }, { kind: 'controller-manager' }, { kind: 'controller', subject: 'replicaset' },
  { kind: 'apiserver' }, { kind: 'etcd' }, { kind: 'registry' },
]

describe('in the middle of a fault', () => {
  test.each(everyFault)('a checkpoint of $kind through JSON goes on identically, and going back in the same cluster too', ({ kind, subject }) => {
    const room = new Workshop()
    room.deploy('web', 3).pod('alone', { container: { resources: { limits: { memory: '64Mi' } } }, spec: { nodeName: 'node-b' } } as never)
    room.run(15_000)
    const whole = JSON.stringify(room.cluster.checkpoint())
    room.break(kind, subject, { forMs: 100_000 })
    room.cluster.simulation.run({ maxEvents: 40, until: room.cluster.simulation.now + 40_000 })
    const middle = JSON.stringify(room.cluster.checkpoint())
    const middleHash = room.cluster.hash()
    const finish = (cluster: Cluster): string => {
      cluster.simulation.run({ until: cluster.simulation.now + 60_000 })
      cluster.request({ method: 'PATCH', path: '/apis/apps/v1/namespaces/default/deployments/web', userAgent: 'kubectl', headers: { 'content-type': 'application/merge-patch+json' }, body: { spec: { replicas: 5 } } })
      cluster.simulation.run({ until: cluster.simulation.now + 120_000 })
      return cluster.hash()
    }
    const straight = finish(room.cluster)
    const fresh = new Cluster({ seed: 7 })
    fresh.restore(JSON.parse(middle) as ClusterCheckpoint)
    expect(fresh.faults.active.map((fault) => fault.kind)).toEqual([kind])
    expect(finish(fresh)).toBe(straight)
    // Before the fault, in the cluster that has lived through it, and again.
    room.cluster.restore(JSON.parse(whole) as ClusterCheckpoint)
    expect(room.cluster.faults.active).toEqual([])
    room.break(kind, subject, { forMs: 100_000 })
    room.cluster.simulation.run({ maxEvents: 40, until: room.cluster.simulation.now + 40_000 })
    expect(room.cluster.hash()).toBe(middleHash)
    expect(finish(room.cluster)).toBe(straight)
  })
})

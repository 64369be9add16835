import { describe, expect, test } from 'vitest'
import type { ApiObject, ContainerStatus, Pod } from '../../api'
import { Kubelet, type LogQuery } from '.'
import { MachineRoom } from './testing/machine-room'

const status = (pod: Pod, index = 0): ContainerStatus => pod.status?.containerStatuses?.[index] as ContainerStatus

describe('registering', () => {
  test('fills in what the Node leaves open and becomes Ready when it has an address block', () => {
    const node = new MachineRoom(['node-a']).node()
    expect(node.status?.allocatable).toEqual(node.status?.capacity)
    expect(node.status?.conditions?.map(({ type, status: is, reason }) => `${type} ${is} ${reason}`)).toEqual([
      'MemoryPressure False KubeletHasSufficientMemory', 'DiskPressure False KubeletHasNoDiskPressure', 'PIDPressure False KubeletHasSufficientPID', 'Ready True KubeletReady',
    ])
    expect(node.status?.addresses).toEqual([{ type: 'InternalIP', address: '172.20.0.17' }, { type: 'Hostname', address: 'node-a' }])
    expect(node.spec?.podCIDR).toBe('10.244.0.0/24')
    expect(node.metadata.labels).toMatchObject({ 'kubernetes.io/hostname': 'node-a', 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64' })
    expect(node.status?.nodeInfo?.containerRuntimeVersion).toMatch(/^containerd:/)
    expect(node.spec?.taints ?? []).toEqual([])
  })

  test('a Node of a real cluster keeps all it says, and gets a Lease', () => {
    const room = new MachineRoom([])
    const node: ApiObject = {
      apiVersion: 'v1', kind: 'Node',
      metadata: { name: 'gke-1', uid: 'u-1', labels: { 'kubernetes.io/hostname': 'gke-1', 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64', 'beta.kubernetes.io/os': 'linux', 'beta.kubernetes.io/arch': 'amd64' } },
      spec: { podCIDR: '10.8.1.0/24' },
      status: {
        capacity: { cpu: '1', memory: '3787724Ki', pods: '110' }, allocatable: { cpu: '940m', memory: '2702284Ki', pods: '110' },
        addresses: [{ type: 'InternalIP', address: '10.128.0.14' }, { type: 'Hostname', address: 'gke-1' }], daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
        conditions: ['MemoryPressure', 'DiskPressure', 'PIDPressure', 'Ready'].map((type) => ({ type, status: type === 'Ready' ? 'True' : 'False', reason: 'x', message: 'y', lastHeartbeatTime: '2019-09-05T15:52:04Z', lastTransitionTime: '2019-06-18T22:22:28Z' })),
        nodeInfo: { kubeletVersion: 'v1.12.8', containerRuntimeVersion: 'docker://17.3.2', architecture: 'amd64', bootID: 'b', kernelVersion: 'k', kubeProxyVersion: 'p', machineID: 'm', operatingSystem: 'linux', osImage: 'o', systemUUID: 's' },
      },
    }
    room.cluster.importObjects([node])
    room.run(60_000)
    expect(room.node('gke-1').status).toEqual(node['status'])
    expect(room.ask('GET', '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/gke-1')['spec']).toMatchObject({ holderIdentity: 'gke-1', leaseDurationSeconds: 40 })
  })

  test('a Node that came as unreachable stays a dead machine', () => {
    const room = new MachineRoom([])
    room.cluster.importObjects([{
      apiVersion: 'v1', kind: 'Node', metadata: { name: 'dead', uid: 'u-2' },
      status: { capacity: { cpu: '1', memory: '1Gi', pods: '10' }, conditions: [{ type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown' }] },
    }])
    room.run(60_000)
    expect(room.conditions(room.node('dead'), 'Ready')).toBe('Ready=Unknown')
    expect(room.cluster.read({ method: 'GET', path: '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/dead', userAgent: 'test' }).status).toBe(404)
  })

  test('a machine that a person resizes keeps its new size', () => {
    const room = new MachineRoom(['node-a'])
    room.patch('/api/v1/nodes/node-a/status', { status: { capacity: { cpu: '2' }, allocatable: { cpu: '2' } } })
    room.run(400_000)
    expect(room.node().status?.allocatable?.['cpu']).toBe('2')
    expect(room.node().status?.conditions?.find((condition) => condition.type === 'Ready')?.lastHeartbeatTime).not.toBe('2026-01-01T00:00:01Z')
  })
})

describe('starting', () => {
  test('pulls, creates, starts, and says so in the real words', () => {
    const room = new MachineRoom()
    room.pod('web', { annotations: { 'berth.dev/image-size': '125000000' } })
    room.run(400)
    expect(status(room.get('web')).state).toEqual({ waiting: { reason: 'ContainerCreating' } })
    expect(room.conditions(room.get('web'), 'PodReadyToStartContainers', 'Initialized', 'Ready', 'PodScheduled')).toBe('PodReadyToStartContainers=False Initialized=True Ready=False PodScheduled=True')
    room.run(3_000)
    const pod = room.get('web')
    expect([pod.status?.phase, pod.status?.podIP, pod.status?.hostIP]).toEqual(['Running', '10.244.0.2', '172.20.0.17'])
    expect(room.conditions(pod, 'PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled')).not.toContain('False')
    expect(status(pod)).toMatchObject({ ready: true, started: true, restartCount: 0, image: 'docker.io/library/app:1' })
    expect(room.events('web').map((text) => text.split(':')[0])).toEqual(expect.arrayContaining(['Scheduled', 'Pulling', 'Pulled', 'Created', 'Started']))
    expect(room.events('web')).toContain('Pulled: Successfully pulled image "app:1" in 1.15s (1.15s including waiting). Image size: 125000000 bytes.')
  })

  test('a condition that became true no longer says why it was not', () => {
    const room = new MachineRoom(['node-a'])
    room.pod('web')
    room.run(60_000)
    for (const { type, status: is, reason, message } of room.get('web').status?.conditions ?? []) expect([type, is, reason, message]).toEqual([type, 'True', undefined, undefined])
  })

  test('an image that is there is not pulled again, and the Node tells of it', () => {
    const room = new MachineRoom()
    room.pod('one')
    room.run(15_000)
    expect(room.node().status?.images?.[0]?.names).toContain('app:1')
    room.pod('two')
    room.run(1_000)
    expect(room.events('two')).toContain('Pulled: Container image "app:1" already present on machine and can be accessed by the pod')
  })

  test('pulls wait for each other, unless the node may pull several at once, which share the bandwidth', () => {
    const times = (parallel: string | undefined): string[] => {
      const room = new MachineRoom()
      if (parallel !== undefined) room.patch('/api/v1/nodes/node-a', { metadata: { annotations: { 'berth.dev/parallel-image-pulls': parallel } } })
      for (const name of ['a', 'b']) room.pod(name, { annotations: { 'berth.dev/image-size': '125000000' }, container: { image: `${name}:1` } })
      room.run(10_000)
      return ['a', 'b'].map((name) => /in (\S+) \((\S+) including/.exec(room.events(name).find((text) => text.startsWith('Pulled')) ?? '')?.slice(1).join(' ') ?? '')
    }
    const [serial, parallel] = [times(undefined), times('4')]
    expect(serial[0]).toBe('1.15s 1.15s')
    expect(serial[1]).toMatch(/^1\.15s 2\.\d+s$/)
    expect(parallel[0]).toMatch(/^2\.\d+s 2\.\d+s$/)
  })

  test.each([
    ['registry that is not there', { container: { image: 'registry.invalid/app:1' } }, 'no such host'],
    ['image that a person says is missing', { annotations: { 'berth.dev/image-error': 'docker.io/library/app:1: not found' } }, 'not found'],
  ])('%s: ErrImagePull, then ImagePullBackOff with growing waits', (_name, options, words) => {
    const room = new MachineRoom()
    room.pod('web', options)
    room.run(600)
    expect(status(room.get('web')).state?.waiting?.reason).toBe('ErrImagePull')
    room.run(3_000)
    const { waiting } = status(room.get('web')).state ?? {}
    expect(waiting?.reason).toBe('ImagePullBackOff')
    expect(waiting?.message).toContain(words)
    room.run(70_000)
    const pulls = room.events('web').find((text) => text.startsWith('Pulling'))
    expect(pulls).toMatch(/ x4$/) // at 0, 10, 30 and 70 s
    expect(room.get('web').status?.phase).toBe('Pending')
  })

  test('policy Never does without the registry', () => {
    const room = new MachineRoom()
    room.pod('web', { container: { imagePullPolicy: 'Never' } })
    room.run(5_000)
    expect(status(room.get('web')).state?.waiting?.reason).toBe('ErrImageNeverPull')
    expect(room.events('web')).not.toEqual(expect.arrayContaining([expect.stringMatching(/^Pulling/)]))
  })

  test('init containers run one after another, sidecars stay, then the others start', () => {
    const room = new MachineRoom()
    room.pod('web', {
      annotations: { 'berth.dev/image-size': '1000' },
      spec: { initContainers: [{ name: 'first', image: 'a:1', command: ['sleep', '3'] }, { name: 'side', image: 'b:1', restartPolicy: 'Always' }, { name: 'last', image: 'c:1', command: ['true'] }] },
    })
    room.run(2_000)
    let pod = room.get('web')
    expect(room.conditions(pod, 'Initialized')).toBe('Initialized=False')
    expect(status(pod).state?.waiting?.reason).toBe('PodInitializing')
    expect(pod.status?.initContainerStatuses?.map((container) => Object.keys(container.state ?? {})[0])).toEqual(['running', 'waiting', 'waiting'])
    room.run(10_000)
    pod = room.get('web')
    expect(pod.status?.initContainerStatuses?.map((container) => Object.keys(container.state ?? {})[0])).toEqual(['terminated', 'running', 'terminated'])
    expect([pod.status?.phase, room.conditions(pod, 'Initialized', 'Ready')]).toEqual(['Running', 'Initialized=True Ready=True'])
  })

  test('a failing init container is tried again, and ends the Pod when nothing may restart', () => {
    const room = new MachineRoom()
    room.pod('again', { spec: { initContainers: [{ name: 'i', image: 'a:1', command: ['false'] }] } })
    room.pod('once', { spec: { restartPolicy: 'Never', initContainers: [{ name: 'i', image: 'a:1', command: ['sh', '-c', 'exit 3'] }] } })
    room.run(20_000)
    expect(room.get('again').status?.initContainerStatuses?.[0]).toMatchObject({ restartCount: 2, state: { waiting: { reason: 'CrashLoopBackOff' } } })
    expect(room.get('again').status?.phase).toBe('Pending')
    expect(room.get('once').status?.phase).toBe('Failed')
  })
})

describe('running', () => {
  test('a container that ends is restarted, ever more slowly', () => {
    const room = new MachineRoom()
    room.pod('crash', { annotations: { 'berth.dev/run-seconds': '1', 'berth.dev/exit-code': '2' } })
    room.run(6_000)
    let container = status(room.get('crash'))
    expect(container).toMatchObject({ restartCount: 1, ready: false, state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: { terminated: { exitCode: 2, reason: 'Error' } } })
    expect(container.state?.waiting?.message).toMatch(/^back-off 10s restarting failed container=c pod=crash_default\(/)
    room.run(90_000)
    container = status(room.get('crash'))
    expect(container.restartCount).toBe(4) // about 2, 14, 36 and 78 s after the start
    expect(room.get('crash').status?.phase).toBe('Running')
    expect(room.events('crash').filter((text) => text.startsWith('BackOff')).length).toBe(1)
  })

  test.each([
    ['Never', '1', 'Failed', 0], ['Never', '0', 'Succeeded', 0], ['OnFailure', '0', 'Succeeded', 0], ['OnFailure', '1', 'Running', 1],
  ])('restartPolicy %s, exit code %s: %s', (restartPolicy, exitCode, phase, restarts) => {
    const room = new MachineRoom()
    room.pod('task', { annotations: { 'berth.dev/run-seconds': '2', 'berth.dev/exit-code': exitCode }, spec: { restartPolicy } })
    room.run(8_000)
    const pod = room.get('task')
    expect([pod.status?.phase, status(pod).restartCount]).toEqual([phase, restarts])
    if (phase === 'Succeeded') expect(pod.status?.conditions?.find((condition) => condition.type === 'Ready')).toMatchObject({ status: 'False', reason: 'PodCompleted' })
  })

  test('readiness decides about Ready, and only as often as it can change', () => {
    const room = new MachineRoom()
    room.pod('web', {
      annotations: { 'berth.dev/ready-after-seconds': '7', 'berth.dev/unhealthy-after-seconds': '60' },
      container: { readinessProbe: { httpGet: { path: '/', port: 80 }, periodSeconds: 5, failureThreshold: 2 } },
    })
    room.run(6_000)
    expect([room.get('web').status?.phase, room.conditions(room.get('web'), 'Ready')]).toEqual(['Running', 'Ready=False'])
    expect(room.events('web')).toEqual(expect.arrayContaining([expect.stringMatching(/^Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 503/)]))
    room.run(10_000)
    expect(room.conditions(room.get('web'), 'Ready', 'ContainersReady')).toBe('Ready=True ContainersReady=True')
    const before = room.cluster.simulation.delivered
    room.run(40_000)
    expect(room.cluster.simulation.delivered - before).toBeLessThan(60) // leases and the like: no probes in between
    room.run(20_000)
    expect(room.conditions(room.get('web'), 'Ready')).toBe('Ready=False')
  })

  test('a container that fails its liveness probe is killed and started again', () => {
    const room = new MachineRoom()
    room.pod('web', {
      annotations: { 'berth.dev/unhealthy-after-seconds': '12' },
      container: { livenessProbe: { exec: { command: ['x'] }, periodSeconds: 5, failureThreshold: 2 } },
    })
    room.run(30_000)
    expect(status(room.get('web')).restartCount).toBe(1)
    expect(status(room.get('web')).lastState?.terminated?.exitCode).toBe(137)
    expect(room.events('web')).toContain('Killing: Container c failed liveness probe, will be restarted')
  })

  test('a startup probe holds the others back', () => {
    const room = new MachineRoom()
    room.pod('web', {
      annotations: { 'berth.dev/ready-after-seconds': '12' },
      container: { startupProbe: { tcpSocket: { port: 80 }, periodSeconds: 5, failureThreshold: 10 }, livenessProbe: { tcpSocket: { port: 80 }, periodSeconds: 1, failureThreshold: 1 } },
    })
    room.run(8_000)
    expect(status(room.get('web'))).toMatchObject({ started: false, ready: false, restartCount: 0 })
    room.run(12_000)
    expect(status(room.get('web'))).toMatchObject({ started: true, ready: true, restartCount: 0 })
  })

  test('activeDeadlineSeconds ends the Pod', () => {
    const room = new MachineRoom()
    room.pod('web', { spec: { activeDeadlineSeconds: 10 } })
    room.run(20_000)
    expect(room.get('web').status).toMatchObject({ phase: 'Failed', reason: 'DeadlineExceeded' })
  })
})

describe('ending', () => {
  test.each([
    ['stops in its own time', {}, 1_500, 'Completed'], ['is killed when its grace is over', { annotations: { 'berth.dev/stop-seconds': '60' }, spec: { terminationGracePeriodSeconds: 5 } }, 5_500, 'Error'],
  ])('a deleted Pod %s, then goes', (_name, options, ms, _reason) => {
    const room = new MachineRoom()
    room.pod('web', options)
    room.run(10_000)
    room.ask('DELETE', '/api/v1/namespaces/default/pods/web')
    room.run(ms - 1_000)
    expect(room.find('web')?.metadata.deletionTimestamp).toBeDefined()
    room.run(1_100)
    expect(room.find('web')).toBeUndefined()
    expect(room.events('web')).toContain('Killing: Stopping container c')
  })

  test('a preStop hook runs within the grace period, a postStart hook before the container counts as started', () => {
    const room = new MachineRoom()
    room.pod('web', { container: { lifecycle: { postStart: { exec: { command: ['sleep', '4'] } }, preStop: { sleep: { seconds: 6 } } } } })
    room.run(4_000)
    expect(status(room.get('web')).state?.running).toBeUndefined()
    room.run(6_000)
    expect(status(room.get('web')).state?.running).toBeDefined()
    room.ask('DELETE', '/api/v1/namespaces/default/pods/web')
    room.run(6_500)
    expect(room.find('web')).toBeDefined()
    room.run(1_000)
    expect(room.find('web')).toBeUndefined()
  })

  test('its address and its room are free again', () => {
    const room = new MachineRoom(['node-a'], { cpu: '1', memory: '1Gi', pods: '10' })
    room.pod('one', { container: { resources: { requests: { cpu: '800m' } } } })
    room.run(8_000)
    room.pod('two', { container: { resources: { requests: { cpu: '800m' } } } })
    room.run(5_000)
    expect(room.get('two').spec?.nodeName).toBeUndefined()
    room.ask('DELETE', '/api/v1/namespaces/default/pods/one')
    room.run(15_000)
    expect(room.get('two').status?.phase).toBe('Running')
  })
})

describe('admission', () => {
  test('a Pod that was bound past the scheduler and does not fit is refused', () => {
    const room = new MachineRoom(['node-a'], { cpu: '1', memory: '1Gi', pods: '10' })
    for (const name of ['one', 'two']) room.pod(name, { spec: { nodeName: 'node-a' }, container: { resources: { requests: { cpu: '600m' } } } })
    room.run(8_000)
    expect(room.get('one').status?.phase).toBe('Running')
    expect(room.get('two').status).toMatchObject({
      phase: 'Failed', reason: 'OutOfcpu', message: "Pod was rejected: Node didn't have enough resource: cpu, requested: 600, used: 600, capacity: 1000",
    })
  })

  test('so is one whose selector does not match', () => {
    const room = new MachineRoom()
    room.pod('web', { spec: { nodeName: 'node-a', nodeSelector: { disk: 'ssd' } } })
    room.run(2_000)
    expect(room.get('web').status).toMatchObject({ phase: 'Failed', reason: 'NodeAffinity' })
  })
})

describe('what was there before', () => {
  const imported: ApiObject = {
    apiVersion: 'v1', kind: 'Pod', metadata: { name: 'old', namespace: 'default', uid: 'u-9', creationTimestamp: '2019-09-05T15:52:04Z' },
    spec: { nodeName: 'node-a', restartPolicy: 'Always', containers: [{ name: 'c', image: 'legacy:3' }] },
    status: {
      phase: 'Running', podIP: '10.244.0.2', hostIP: '10.128.0.14', startTime: '2019-09-05T15:52:05Z', qosClass: 'BestEffort',
      conditions: [{ type: 'Ready', status: 'True', lastProbeTime: null, lastTransitionTime: '2019-09-05T15:53:00Z' }],
      containerStatuses: [{ name: 'c', ready: true, restartCount: 4, image: 'legacy:3', imageID: 'docker://x', containerID: 'docker://abc', state: { running: { startedAt: '2019-09-05T15:52:40Z' } }, lastState: {} }],
    },
  }

  test('an imported Pod that runs goes on running, untouched, and its address is taken', () => {
    const room = new MachineRoom()
    room.cluster.importObjects([imported])
    room.run(30_000)
    expect(room.get('old').status).toEqual(imported['status'])
    room.pod('new')
    room.run(8_000)
    expect(room.get('new').status?.podIP).toBe('10.244.0.3')
    room.ask('DELETE', '/api/v1/namespaces/default/pods/old')
    room.run(3_000)
    expect(room.find('old')).toBeUndefined()
  })

  test('a kubelet that starts anew finds its Pods and goes on', () => {
    const room = new MachineRoom()
    room.pod('job', { spec: { restartPolicy: 'Never' } })
    room.pod('web')
    room.run(5_000)
    const before = room.get('web').status
    const { simulation, apiserver, settings } = room.cluster
    simulation.remove('kubelet/node-a')
    room.run(90_000)
    expect(room.conditions(room.node(), 'Ready')).toBe('Ready=Unknown')
    const kubelet = new Kubelet({
      nodeName: 'node-a', context: simulation.context('kubelet/node-a'), transport: apiserver, pullBytesPerMs: settings.pullBytesPerMs, containerStartMs: settings.containerStartMs,
    })
    simulation.add(kubelet)
    kubelet.start()
    room.run(30_000)
    expect(room.conditions(room.node(), 'Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure')).toBe('Ready=True MemoryPressure=False DiskPressure=False PIDPressure=False')
    expect(room.node().spec?.taints ?? []).toEqual([])
    expect([room.get('job').status?.phase, room.get('web').status?.phase]).toEqual(['Succeeded', 'Running'])
    expect(status(room.get('web')).containerID).toBe(before?.containerStatuses?.[0]?.containerID)
    expect(room.conditions(room.get('web'), 'Ready')).toBe('Ready=True')
  })
})

describe('logs', () => {
  const query = (pod: Pod, more: Partial<LogQuery> = {}): LogQuery => ({ namespace: 'default', pod: 'web', uid: pod.metadata.uid ?? '', container: 'c', previous: false, timestamps: false, ...more })

  test('say what the container must have said', () => {
    const room = new MachineRoom()
    room.pod('web', { annotations: { 'berth.dev/run-seconds': '3', 'berth.dev/exit-code': '2' }, container: { ports: [{ containerPort: 80 }] } })
    const kubelet = room.cluster.simulation.actor('kubelet/node-a') as unknown as Kubelet
    room.run(400)
    expect(kubelet.logs(query(room.get('web')))).toEqual({ status: 400, text: 'container "c" in pod "web" is waiting to start: ContainerCreating' })
    room.run(8_000)
    const pod = room.get('web')
    expect(kubelet.logs(query(pod, { previous: true }))?.text).toBe('c: started from docker.io/library/app:1\nc: listening on :80\nc: error: exit code 2\n')
    expect(kubelet.logs(query(pod, { previous: true, tailLines: 1, timestamps: true }))?.text).toMatch(/^2026-01-01T00:00:\d\d\.000000Z c: error: exit code 2\n$/)
    expect(kubelet.logs(query(pod, { uid: 'other' }))?.status).toBe(404)
  })

  test('of an echo are what it echoes', () => {
    const room = new MachineRoom()
    room.pod('web', { spec: { restartPolicy: 'Never' }, container: { command: ['sh', '-c', 'echo "hello there"; sleep 1 && echo bye'] } })
    room.run(8_000)
    const kubelet = room.cluster.simulation.actor('kubelet/node-a') as unknown as Kubelet
    expect(kubelet.logs(query(room.get('web')))?.text).toBe('hello there\nbye\n')
  })
})

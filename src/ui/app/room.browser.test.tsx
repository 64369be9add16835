import { afterEach, expect, test, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { virtualMs, type MachinePod, type MachineView, type RuntimeView } from '../../api'
import type { Frame, RoomView } from '../../protocol'
import '../kit/styles.css'
import { FakeHost, frame, savedText } from '../testing/fake-host'
import { start } from './start'

const mebi = 1024 * 1024
const names = ['node-a', 'node-b', 'node-f']
const web = 'shop/web-6c4d9f7b8-t5hbd'
const redis = 'shop/redis-0'

const nodes: NonNullable<Frame['nodes']> = {
  reset: true, slot: Int32Array.from([0, 1, 2]), names, zone: Int32Array.from([0, 0, 1]), removed: new Int32Array(0), flags: Uint8Array.from([1, 1, 1]),
  cpuMilliAllocatable: Float64Array.from([4000, 4000, 8000]), cpuMilliRequested: Float64Array.from([1500, 1000, 2850]), memoryBytesAllocatable: Float64Array.from([8, 8, 16].map((gi) => gi * 1024 ** 3)),
  memoryBytesRequested: Float64Array.from([3, 1.5, 4.25].map((gi) => gi * 1024 ** 3)), podsAllocatable: Int32Array.from([110, 110, 110]), podCount: Int32Array.from([2, 0, 0]),
}
const pods: NonNullable<Frame['pods']> = {
  reset: true, slot: Int32Array.from([0, 1]), keys: [web, redis], node: Int32Array.from([0, 0]), cpuMilli: Float64Array.from([500, 250]),
  memoryBytes: Float64Array.from([2 ** 29, 2 ** 29]), state: Uint8Array.from([3, 3]), workload: Int32Array.from([1, 2]), removed: new Int32Array(0),
}
const shown: Partial<Frame> = {
  zones: ['zone-a', 'zone-c'], nodes, pods,
  workloads: [{ id: 1, namespace: 'shop', kind: 'Deployment', name: 'web', letter: 'W', hue: 1, pods: 1, running: 1, desired: 1 }, { id: 2, namespace: 'shop', kind: 'StatefulSet', name: 'redis', letter: 'R', hue: 4, pods: 1, running: 1, desired: 1 }],
  fact: { id: 'caption.opened', args: { nodes: 3, pods: 2 }, target: { kind: 'none', name: '' }, wake: [] }, next: null,
}

const runtime = (name: RuntimeView['name'], onRestart: RuntimeView['onRestart']): RuntimeView => ({
  name, version: `${name}://1.0`, endpoint: 'unix:///run', address: { by: 'flannel', bridge: 'cni0', from: '/run/flannel/subnet.env' }, holder: 'shim-per-pod', pause: true, onRestart,
  sandboxSteps: [{ what: 'RunPodSandbox', by: 'kubelet', from: 0, to: 160 }], containerSteps: [{ what: 'StartContainer', by: 'kubelet', from: 0, to: 240 }],
})
const pod = (key: string, name: string, used: number, limit?: number): MachinePod => ({
  key, uid: key, phase: 'Running', qos: 'Burstable', ip: '10.244.0.2', hostNetwork: false, terminating: false, cpuSeries: [used, used], memorySeries: [0, 0],
  containers: [{ name, kind: 'app', state: 'running', ready: true, restarts: 0, image: `${name}:1`, id: 'containerd://1', pid: 4530, cpu: { used, requested: 500 }, memory: { used: 96 * mebi, requested: 512 * mebi } }],
  cpu: { used, requested: 500, ...(limit === undefined ? {} : { limit }) }, memory: { used: 96 * mebi, requested: 512 * mebi, limit: 1024 * mebi },
})

function machineOf(node: string, picked: string | undefined): MachineView {
  const list = node === 'node-a' ? [pod(web, 'web', 212, 1000), pod(redis, 'redis', 61)] : []
  return {
    node, kubeletPid: 902, runtime: runtime('containerd', 'survive'), runtimeRestarts: 0, pods: list, used: { cpuMilli: 273, memoryBytes: 192 * mebi, processes: 160 }, evictionEveryMs: 10_000, memoryEvictionBytes: 100 * mebi,
    channels: [{ channel: 'configCh', at: 11_000, what: 'ADD', pod: web, count: 2 }, { channel: 'plegCh' }, { channel: 'probes', count: 3 }, { channel: 'syncCh' }, { channel: 'housekeepingCh', at: 13_000, what: 'tick' }],
    processes: [{ pid: 1, parent: 0, command: 'systemd' }, { pid: 544, parent: 1, command: 'containerd' }, ...(node === 'node-a' ? [{ pid: 4529, parent: 1, command: 'containerd-shim-runc-v2', pod: web }, { pid: 4530, parent: 4529, command: '/web --port 8080', pod: web, container: 'web' }] : [])],
    images: [{ name: 'docker.io/shop/web:2.1', bytes: 240 * mebi, usedAt: 0, inUse: true, layers: [{ id: 'base', bytes: 28 * mebi, images: 2 }, { id: 'web', bytes: 212 * mebi, images: 1 }] }],
    imagefs: { capacityBytes: 32 * 1024 * mebi, imageBytes: 240 * mebi, otherBytes: 0, gcHighShare: 0.85, gcLowShare: 0.8, pulling: 0 },
    pressures: [{ type: 'MemoryPressure', available: 12 * 1024 * mebi, capacity: 16 * 1024 * mebi, threshold: 100 * mebi }],
    steps: picked === web ? [{ id: 'cgroup', state: 'done', args: { qos: 'Burstable' } }, { id: 'start', container: 'web', state: 'done', args: { pid: 4530 } }] : [],
    cgroups: picked === web ? [{ container: 'web', path: '/kubepods.slice/kubepods-burstable.slice/x.scope', cpuMax: '100000 100000', cpuWeight: 20, memoryMax: '1073741824', memoryCurrent: 100663296, pidsCurrent: 1, periods: 600, throttled: 0, oom: { adj: 970, raw: 970, requestBytes: 512 * mebi, capacityBytes: 16996 * mebi } }] : [],
  }
}

function roomOf(node: string, picked: string | undefined): RoomView {
  return {
    node, at: virtualMs(14_320), zone: 'zone-a', ready: 'True', unschedulable: false, internalIP: '192.168.7.16', labels: ['disktype=ssd'], arch: 'arm64', kubeletVersion: 'v1.37.0', containerRuntimeVersion: 'containerd://1.0',
    machine: machineOf(node, picked), runtimes: [runtime('docker', 'kill'), runtime('rkt', 'no-daemon'), runtime('containerd', 'survive')], podsMax: 110,
    conditions: [{ type: 'MemoryPressure', status: 'False' }, { type: 'Ready', status: 'True', message: 'kubelet is posting ready status' }],
    lease: { renewedAt: virtualMs(10_320), renewMs: 10_000, durationMs: 40_000, graceMs: 50_000 },
    allocatable: [{ resource: 'memory', capacity: 16_996 * mebi, allocatable: 16_384 * mebi, evictionHard: 100 * mebi, reserved: 512 * mebi, requested: 4864 * mebi }],
    network: { backend: 'vxlan', mtu: 1450, port: 8472, vni: 1, bridge: 'cni0', subnet: '10.244.0.0/24', key: '/coreos.com/network/subnets/10.244.0.0-24', publicIp: '192.168.7.16', secondsLeft: 80_000, leaseSeconds: 86_400, running: true, revision: 148, routes: [{ to: '10.244.0.0/24', dev: 'cni0', node }], routeCount: 1, addresses: { size: 253, free: 252, used: [{ offset: 2, ip: '10.244.0.2', pod: web }] } },
    proxy: { mode: 'iptables', services: 62, perService: 415, perEndpoint: 790, other: 17, total: 1284, revision: 140 },
  }
}

let running: ReturnType<typeof start> | undefined
afterEach(() => {
  running?.stop()
  running = undefined
})

function open(query: string): FakeHost {
  const place = { position: { event: 10, beat: 0 } }
  const host = new FakeHost({
    open: () => place, save: () => savedText('state'), scenarios: () => [], subscribe: () => null, because: () => [], cycles: () => [], events: () => [], series: () => [], read: () => ({ status: 404, headers: {}, body: {} }),
    seek: () => place, unit: () => null, request: () => ({ status: 200, headers: {}, body: {} }), room: ({ node, pod: picked }) => roomOf(node, picked),
  })
  history.replaceState(null, '', query)
  document.body.innerHTML = '<div id="root"></div>'
  running = start(document.getElementById('root') as HTMLElement, () => host)
  host.onFrame(frame(shown))
  return host
}

test('a node from the inside shows what the host says of it; ] goes to the sibling, Esc back to the map', async () => {
  const host = open('?lang=en&view=room&node=node-a')
  const room = page.getByRole('region', { name: 'Inside node-a' })
  await expect.element(room).toBeVisible()
  const row = page.getByRole('button', { name: new RegExp(`^${web}: CPU 212m used, 500 requested, limit 1000; memory 96 Mi used, 512 requested, limit 1024$`) })
  await expect.element(row).toBeVisible()
  await row.click()
  await vi.waitFor(() => { expect(host.asked).toContainEqual({ name: 'room', take: { node: 'node-a', pod: web } }) })
  const card = page.getByRole('region', { name: 'cgroup of t5hbd' })
  await expect.element(card).toHaveTextContent('memory.max1073741824')
  await expect.element(card).toHaveTextContent('1000 − 1000 × 512 / 16996= 1000 − 30.1 = 970')
  await expect.element(page.getByText('/web --port 8080')).toBeVisible()
  await expect.element(page.getByText('4 s old')).toBeVisible()
  await expect.element(page.getByRole('tab', { name: 'Node' })).toHaveAttribute('aria-selected', 'true')
  await expect.element(page.getByText('Why 16 Gi is allocatable')).toBeVisible()
  expect(document.querySelectorAll('[role="status"]')).toHaveLength(1)
  await userEvent.keyboard(']')
  await expect.element(page.getByRole('region', { name: 'Inside node-b' })).toBeVisible()
  await expect.element(page.getByText('No Pod runs on this node.')).toBeVisible()
  await userEvent.keyboard('[[')
  await expect.element(page.getByRole('region', { name: 'Inside node-a' })).toBeVisible()
  await userEvent.keyboard('{Escape}')
  await expect.element(page.getByRole('region', { name: 'Inside node-a' })).not.toBeInTheDocument()
  await expect.element(page.getByRole('button', { name: 'Map' })).toHaveAttribute('aria-current', 'page')
})

test('another runtime is shown as what it would be, and only then written', async () => {
  const host = open('?lang=en&view=room&node=node-a')
  await page.getByRole('radio', { name: 'docker' }).click()
  await expect.element(page.getByText('Restarted, it kills every container (no live-restore).')).toBeVisible()
  expect(host.count('request')).toBe(0)
  await page.getByRole('button', { name: 'Change node-a to docker' }).click()
  await vi.waitFor(() => { expect(host.asked.find(({ name }) => name === 'request')?.take).toMatchObject({ request: { method: 'PATCH', path: '/api/v1/nodes/node-a/status', body: { status: { nodeInfo: { containerRuntimeVersion: 'docker://1.0' } } } } }) })
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Pod } from '../../../api'
import { Cluster, type ClusterCheckpoint } from '../..'
import { MachineRoom } from '../testing/machine-room'
import type { packetPath} from '.';
import { configKey, flannelTables, nextFreeSubnet, parseNetwork, subnetKey, subnetOfKey, subnetsPrefix } from '.'

const hourMs = 3_600_000
const keys = (cluster: Cluster): string[] => [...cluster.etcd.entries()].map(({ key }) => key).filter((key) => key.startsWith(subnetsPrefix))

describe('the network’s configuration', () => {
  test('as flannel reads it', () => {
    expect(parseNetwork({ Network: '10.244.0.0/16', Backend: { Type: 'vxlan' } })).toMatchObject({ subnetLen: 24, backend: 'vxlan', vni: 1, port: 8472 })
    expect(parseNetwork({ Network: '10.244.0.0/16', SubnetLen: 17, Backend: { Type: 'vxlan' } })).toBe('network must be able to accommodate at least four subnets')
    expect(parseNetwork({ Network: '10.244.0.0/29' })).toBe('network is too small. Minimum useful network prefix is /28')
    expect(parseNetwork({ Network: '10.244.0.0/16', SubnetMin: '10.245.0.0', Backend: { Type: 'vxlan' } })).toBe('SubnetMin is not in the range of the Network')
    expect(parseNetwork({ Network: '10.244.0.0/16', SubnetMin: '10.244.0.7', Backend: { Type: 'vxlan' } })).toBe('SubnetMin is not on a SubnetLen boundary: 10.244.0.7')
    expect(parseNetwork({ Network: '10.244.0.0/16', Backend: { Type: 'udp' } })).toBe('backend type "udp" is not supported')
  })

  test('the next free subnet is within the bounds and nobody’s, until none is left', () => {
    const network = parseNetwork({ Network: '10.0.0.0/20', SubnetLen: 24, SubnetMin: '10.0.2.0', SubnetMax: '10.0.9.0', Backend: { Type: 'vxlan' } })
    if (typeof network === 'string') throw new Error(network)
    const held = new Set<string>()
    for (let subnet = nextFreeSubnet(network, held); subnet !== undefined && held.size < 100; subnet = nextFreeSubnet(network, held)) held.add(subnet)
    expect([...held]).toEqual(['10.0.2.0/24', '10.0.3.0/24', '10.0.4.0/24', '10.0.5.0/24', '10.0.6.0/24', '10.0.7.0/24', '10.0.8.0/24', '10.0.9.0/24'])
    expect(subnetOfKey(subnetKey('10.0.2.0/24'))).toBe('10.0.2.0/24')
  })
})

describe('leases of subnets', () => {
  test('each node holds the key of its block, under a lease of a day', () => {
    const { cluster } = new MachineRoom(['node-a', 'node-b'])
    expect(cluster.etcd.get(configKey)?.value).toMatchObject({ SubnetLen: 24, Backend: { Type: 'vxlan', VNI: 1, Port: 8472 } })
    expect(keys(cluster)).toEqual(['/coreos.com/network/subnets/10.244.0.0-24', '/coreos.com/network/subnets/10.244.1.0-24'])
    expect(cluster.etcd.get('/coreos.com/network/subnets/10.244.0.0-24')?.value).toMatchObject({ PublicIP: expect.stringMatching(/^172\./) as string, BackendType: 'vxlan', BackendData: { VNI: 1, VtepMAC: expect.stringMatching(/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/) as string } })
    const view = cluster.flannel.view('node-a')
    expect(view?.secondsLeft).toBeGreaterThan(24 * 3600 - 60)
    expect(view?.others.map(({ subnet }) => subnet)).toEqual(['10.244.1.0/24'])
  })

  test('a running node renews an hour before the end; a dead one’s key goes with its lease, and with it the routes of the others', () => {
    const room = new MachineRoom(['node-a', 'node-b'])
    const { cluster } = room
    room.run(hourMs)
    cluster.fault({ kind: 'node', subject: 'node-b', on: true })
    room.run(22 * hourMs - 60_000)
    expect(cluster.flannel.view('node-a')?.secondsLeft).toBeLessThan(2 * 3600)
    room.run(2 * 60_000)
    expect(cluster.flannel.view('node-a')?.secondsLeft).toBeGreaterThan(23 * 3600)
    expect(keys(cluster).length).toBe(2)
    room.run(2 * hourMs)
    expect(keys(cluster)).toEqual(['/coreos.com/network/subnets/10.244.0.0-24'])
    const alive = cluster.flannel.view('node-a')
    expect(alive && flannelTables(alive, 'cni0').routes).toEqual([{ to: '10.244.0.0/24', dev: 'cni0' }])
    // Whoever was switched off knows what it knew.
    expect(cluster.flannel.view('node-b')).toMatchObject({ running: false, secondsLeft: -1 })
  }, 60_000)

  test('a checkpoint through JSON continues the same way, over a renewal', () => {
    const room = new MachineRoom(['node-a', 'node-b'])
    room.run(22 * hourMs)
    const copy = new Cluster({ seed: 7 })
    copy.restore(JSON.parse(JSON.stringify(room.cluster.checkpoint())) as ClusterCheckpoint)
    room.run(2 * hourMs)
    copy.simulation.run({ until: room.cluster.simulation.now })
    expect(copy.hash()).toBe(room.cluster.hash())
    expect(copy.flannel.view('node-a')).toEqual(room.cluster.flannel.view('node-a'))
  }, 60_000)
})

describe('addresses and paths', () => {
  test('addresses are unique and of the node’s subnet, whatever comes and goes', () => {
    fc.assert(fc.property(fc.array(fc.record({ act: fc.constantFrom('add', 'remove', 'restart', 'wait'), node: fc.integer({ min: 0, max: 2 }), which: fc.nat(20) }), { minLength: 4, maxLength: 14 }), (acts) => {
      const nodes = ['node-a', 'node-b', 'node-c']
      const room = new MachineRoom(nodes)
      room.patch('/api/v1/nodes/node-b/status', { status: { nodeInfo: { containerRuntimeVersion: 'docker://20.10.24' } } })
      let count = 0
      for (const { act, node, which } of acts) {
        const name = `p${which % Math.max(1, count)}`
        if (act === 'add') room.pod(`p${count++}`, { spec: { nodeName: nodes[node] } })
        else if (act === 'remove' && room.find(name) !== undefined) room.ask('DELETE', `/api/v1/namespaces/default/pods/${name}`)
        else if (act === 'restart') room.cluster.fault({ kind: 'runtime', subject: nodes[node] as string, on: true })
        room.run(1_500)
      }
      room.run(5_000)
      const pods = (room.cluster.read({ method: 'GET', path: '/api/v1/pods', userAgent: 'test' }).body as { readonly items: readonly Pod[] }).items.filter((pod) => pod.status?.phase === 'Running')
      const ips = pods.map((pod) => pod.status?.podIP ?? '')
      expect(new Set(ips).size).toBe(ips.length)
      for (const pod of pods) expect(pod.status?.podIP?.startsWith((room.cluster.flannel.subnetOf(pod.spec?.nodeName ?? '') ?? 'none').replace(/0\/24$/, ''))).toBe(true)
    }), { seed: 11, numRuns: 12 })
  }, 120_000)

  test('a packet’s way: over the bridge, inside a datagram, or by a route', () => {
    const paths = (networkBackend: 'vxlan' | 'host-gw'): (to: string, node: string) => ReturnType<typeof packetPath> => {
      const cluster = new Cluster({ seed: 7, settings: { networkBackend } })
      cluster.simulation.run({ until: 1_000 })
      for (const name of ['node-a', 'node-b']) cluster.request({ method: 'POST', path: '/api/v1/nodes', userAgent: 'kubectl', body: { apiVersion: 'v1', kind: 'Node', metadata: { name }, status: { capacity: { cpu: '4', memory: '8Gi', pods: '110' } } } })
      cluster.simulation.run({ until: 3_000 })
      return (to, node) => {
        const path = cluster.packetPath({ node: 'node-a', ip: '10.244.0.2' }, { node, ip: to }, 1_400)
        if (path === undefined) throw new Error('no network')
        return path
      }
    }
    const devices = (path: ReturnType<typeof packetPath>): string => path.hops.map((hop) => hop.device ?? hop.at).join(' ')
    const [vxlan, gateway] = [paths('vxlan'), paths('host-gw')]
    expect(vxlan('10.244.0.3', 'node-a').kind).toBe('same-node')
    expect(devices(vxlan('10.244.0.3', 'node-a'))).toBe('pod eth0 cni0 eth0 pod')
    const far = vxlan('10.244.1.2', 'node-b')
    expect(devices(far)).toBe('pod eth0 cni0 route flannel.1 eth0 underlay eth0 flannel.1 cni0 eth0 pod')
    expect(far.mtu).toBe(1450)
    expect(far.hops.find(({ at }) => at === 'underlay')?.outer).toMatchObject({ port: 8472, vni: 1, bytes: 1_450 })
    expect(far.hops.find(({ at }) => at === 'route')?.by).toBe('10.244.1.0/24 via 10.244.1.0 dev flannel.1 onlink')
    const routed = gateway('10.244.1.2', 'node-b')
    expect(devices(routed)).toBe('pod eth0 cni0 route eth0 underlay eth0 cni0 eth0 pod')
    expect(routed).toMatchObject({ kind: 'host-gw', mtu: 1500 })
    expect(routed.hops.find(({ at }) => at === 'route')?.by).toMatch(/^10\.244\.1\.0\/24 via 172\.[0-9.]+ dev eth0$/)
    expect(vxlan('10.244.9.9', 'node-z').kind).toBe('unreachable')
  })
})

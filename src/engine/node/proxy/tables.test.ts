import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { EndpointSlice, Service } from '../../../api'
import { defaultConfiguration, readConfiguration, writeConfiguration, type ProxyMode } from './config'
import { freshScheduler, ipvsadmText, noConnections, schedule, type SchedulerState, type VirtualServer } from './ipvs'
import { ChainNames } from './names'
import { makeRules, routePacket, type Chooser, type NodeRules } from './node-rules'
import { reachable, servicePorts, slicesByService, type ServicePortInfo } from './service-ports'
import { chanceOf, probabilityText, saveText } from './tables'
import { parseTarget } from './target'
import type { Packet, WalkEnvironment } from './walk'

const node = { name: 'node-a', zone: 'zone-a', addresses: ['172.20.0.10'] }

function service(name: string, spec: Partial<NonNullable<Service['spec']>>, more: Partial<Service> = {}): Service {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'shop' }, spec: { type: 'ClusterIP', ports: [{ name: 'http', port: 80, protocol: 'TCP' }], ...spec }, ...more }
}

interface Address { readonly ip: string; readonly node?: string; readonly ready?: boolean; readonly serving?: boolean; readonly terminating?: boolean; readonly zone?: string }

function slice(name: string, addresses: readonly Address[]): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata: { name: `${name}-1`, namespace: 'shop', labels: { 'kubernetes.io/service-name': name } }, addressType: 'IPv4',
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    endpoints: addresses.map(({ ip, node: nodeName = 'node-b', ready = true, serving = ready, terminating = false, zone }) => ({
      addresses: [ip], nodeName, conditions: { ready, serving, terminating }, ...(zone === undefined ? {} : { hints: { forZones: [{ name: zone }] } }),
    })),
  }
}

function portsOf(services: readonly Service[], slices: readonly EndpointSlice[]): readonly ServicePortInfo[] {
  return servicePorts(services, slicesByService(slices))
}

function rulesOf(mode: ProxyMode, services: readonly Service[], slices: readonly EndpointSlice[]): NodeRules {
  return makeRules(mode, portsOf(services, slices), node, defaultConfiguration, new ChainNames())
}

interface Sent { readonly end: string; readonly to: string; readonly masqueraded: boolean; readonly rules: number; readonly lookups: number }

/** Walks a packet. `draws`: the 31 random bits of each rule that asks, in order; the last goes on for ever. */
function send(rules: NodeRules, to: string, options: { readonly from?: string; readonly local?: boolean; readonly draws?: readonly number[]; readonly recent?: (list: string) => boolean; readonly chooser?: Chooser } = {}): Sent {
  const [destination = '', port = '0'] = to.split(':')
  const draws = [...options.draws ?? [0]]
  const packet: Packet = { protocol: 'tcp', source: options.from ?? '10.244.0.5', destination, port: Number(port), sourceLocal: options.local === true, marked: false }
  const environment: WalkEnvironment = {
    draw: () => (draws.length > 1 ? draws.shift() as number : draws[0] as number), recent: (list) => options.recent?.(list) === true, remember: () => undefined,
    isLocal: (ip) => node.addresses.includes(ip), inSet: (set, member) => rules.ipvs?.sets.get(set)?.has(member) === true,
  }
  const chooser: Chooser = options.chooser ?? { server: (server) => (server.real.length === 0 ? undefined : 0), portal: (portal) => ({ tried: [0], taken: portal.backends.length > 0 }) }
  const route = routePacket(rules, packet, environment, chooser)
  return { end: route.end, to: `${packet.destination}:${packet.port}`, masqueraded: route.masqueraded, rules: route.visits.reduce((sum, visit) => sum + visit.tried, 0), lookups: route.lookups }
}

describe('names of chains', () => {
  const names = new ChainNames()

  test('are those of every cluster: default/kubernetes:https is KUBE-SVC-NPX46M4PTMTKRN6Y', () => {
    expect(names.service('KUBE-SVC-', 'default/kubernetes:https', 'tcp')).toBe('KUBE-SVC-NPX46M4PTMTKRN6Y')
    expect(names.service('KUBE-SVC-', 'kube-system/kube-dns:dns', 'udp')).toBe('KUBE-SVC-TCOU7JCQXEZGVUNU')
    expect(names.service('KUBE-SVC-', 'kube-system/kube-dns:dns-tcp', 'tcp')).toBe('KUBE-SVC-ERIFXISQEP7F7OF4')
    expect(names.service('KUBE-SVC-', 'kube-system/kube-dns:metrics', 'tcp')).toBe('KUBE-SVC-JD5MR3NA4I4DYORP')
  })

  test('of an endpoint depend on its address', () => {
    expect(names.endpoint('shop/web:http', 'tcp', '10.244.0.2:8080')).not.toBe(names.endpoint('shop/web:http', 'tcp', '10.244.0.3:8080'))
    expect(names.endpoint('shop/web:http', 'tcp', '10.244.0.2:8080')).toMatch(/^KUBE-SEP-[A-Z2-7]{16}$/)
  })
})

describe('iptables', () => {
  const web = service('web', { clusterIP: '10.96.12.80' })

  test('the tables of one Service are, word for word, those that iptables-save prints', () => {
    const { nat, filter } = rulesOf('iptables', [web, service('idle', { clusterIP: '10.96.12.81' })], [slice('web', [{ ip: '10.244.1.2' }, { ip: '10.244.2.2' }, { ip: '10.244.3.2' }])])
    const [svc, a, b, c] = ['KUBE-SVC-67NZLRHBNDSAWJRO', ...['10.244.1.2:8080', '10.244.2.2:8080', '10.244.3.2:8080'].map((address) => new ChainNames().endpoint('shop/web:http', 'tcp', address))]
    const lines = saveText([nat, filter]).split('\n')
    expect(lines.filter((line) => line.includes(svc as string) && line.startsWith('-A'))).toEqual([
      `-A KUBE-SERVICES -d 10.96.12.80/32 -p tcp -m comment --comment "shop/web:http cluster IP" -m tcp --dport 80 -j ${svc}`,
      `-A ${svc} ! -s 10.224.0.0/11 -d 10.96.12.80/32 -p tcp -m comment --comment "shop/web:http cluster IP" -m tcp --dport 80 -j KUBE-MARK-MASQ`,
      `-A ${svc} -m comment --comment "shop/web:http -> 10.244.1.2:8080" -m statistic --mode random --probability 0.33333333349 -j ${a}`,
      `-A ${svc} -m comment --comment "shop/web:http -> 10.244.2.2:8080" -m statistic --mode random --probability 0.50000000000 -j ${b}`,
      `-A ${svc} -m comment --comment "shop/web:http -> 10.244.3.2:8080" -j ${c}`,
    ])
    expect(lines.filter((line) => line.startsWith(`-A ${a}`))).toEqual([
      `-A ${a} -s 10.244.1.2/32 -m comment --comment "shop/web:http" -j KUBE-MARK-MASQ`,
      `-A ${a} -p tcp -m comment --comment "shop/web:http" -m tcp -j DNAT --to-destination 10.244.1.2:8080`,
    ])
    expect(lines).toContain('-A KUBE-SERVICES -d 10.96.12.81/32 -p tcp -m comment --comment "shop/idle:http has no endpoints" -m tcp --dport 80 -j REJECT --reject-with icmp-port-unreachable')
    expect(lines.filter((line) => line.startsWith('-A KUBE-POSTROUTING'))).toEqual([
      '-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN', '-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0',
      '-A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully',
    ])
    expect(lines.findLast((line) => line.startsWith('-A KUBE-SERVICES') && line.includes('nodeports'))).toContain('-m addrtype --dst-type LOCAL -j KUBE-NODEPORTS')
  })

  test('headless and ExternalName Services have no rules', () => {
    expect(portsOf([service('a', { clusterIP: 'None' }), service('b', { type: 'ExternalName', externalName: 'example.com' })], [])).toEqual([])
  })

  test('the chance of each rule makes all endpoints equal: 1/n, then 1/(n-1) of the rest, to the kernel\'s 31 bits', () => {
    for (const count of [1, 2, 3, 6, 7, 100]) {
      let left = 1
      for (let among = count; among >= 1; among--) {
        const chance = among === 1 ? 1 : chanceOf(among) / 2 ** 31
        // What kube-proxy writes has ten digits, what the kernel keeps has 31 bits.
        expect(Math.abs(left * chance - 1 / count)).toBeLessThan(1e-9)
        left *= 1 - chance
      }
      expect(left).toBe(0)
    }
    expect(probabilityText(chanceOf(3))).toBe('0.33333333349')
    expect(probabilityText(chanceOf(6))).toBe('0.16666666651')
  })

  test('a number below the chance takes the rule, the chance itself does not', () => {
    const rules = rulesOf('iptables', [web], [slice('web', [{ ip: '10.244.1.2' }, { ip: '10.244.2.2' }, { ip: '10.244.3.2' }])])
    const third = chanceOf(3)
    expect(send(rules, '10.96.12.80:80', { draws: [third - 1] }).to).toBe('10.244.1.2:8080')
    expect(send(rules, '10.96.12.80:80', { draws: [third, 2 ** 30 - 1] }).to).toBe('10.244.2.2:8080')
    expect(send(rules, '10.96.12.80:80', { draws: [third, 2 ** 30] }).to).toBe('10.244.3.2:8080')
  })

  test('who comes from outside of the Pod range, or from the Pod itself, is masqueraded', () => {
    const rules = rulesOf('iptables', [web], [slice('web', [{ ip: '10.244.1.2' }])])
    expect(send(rules, '10.96.12.80:80')).toMatchObject({ to: '10.244.1.2:8080', masqueraded: false })
    expect(send(rules, '10.96.12.80:80', { from: '10.244.1.2' })).toMatchObject({ to: '10.244.1.2:8080', masqueraded: true })
    expect(send(rules, '10.96.12.80:80', { from: '172.20.0.10', local: true })).toMatchObject({ to: '10.244.1.2:8080', masqueraded: true })
  })

  test('a Service without endpoints rejects, an unknown port is nobody\'s', () => {
    const rules = rulesOf('iptables', [web], [])
    expect(send(rules, '10.96.12.80:80')).toMatchObject({ end: 'rejected', to: '10.96.12.80:80' })
    expect(send(rules, '10.96.12.80:81')).toMatchObject({ end: 'forward', to: '10.96.12.80:81' })
  })

  test('a node port takes what is sent to the node, at any of its addresses, and hides the client', () => {
    const rules = rulesOf('iptables', [service('web', { type: 'NodePort', clusterIP: '10.96.12.80', ports: [{ name: 'http', port: 80, nodePort: 30_080 }] })], [slice('web', [{ ip: '10.244.1.2' }])])
    expect(send(rules, '172.20.0.10:30080', { from: '198.51.100.7' })).toMatchObject({ end: 'forward', to: '10.244.1.2:8080', masqueraded: true })
    expect(send(rules, '172.20.0.11:30080', { from: '198.51.100.7' })).toMatchObject({ end: 'forward', to: '172.20.0.11:30080' })
  })

  test('externalTrafficPolicy Local: only Pods of the node, the client stays visible; without any it is dropped, but Pods still get through', () => {
    const local = service('web', { type: 'NodePort', clusterIP: '10.96.12.80', externalTrafficPolicy: 'Local', ports: [{ name: 'http', port: 80, nodePort: 30_080 }] })
    const here = rulesOf('iptables', [local], [slice('web', [{ ip: '10.244.1.2' }, { ip: '10.244.0.9', node: 'node-a' }])])
    for (const draws of [[0], [2 ** 31 - 1]]) expect(send(here, '172.20.0.10:30080', { from: '198.51.100.7', draws })).toMatchObject({ to: '10.244.0.9:8080', masqueraded: false })
    const elsewhere = rulesOf('iptables', [local], [slice('web', [{ ip: '10.244.1.2' }])])
    expect(send(elsewhere, '172.20.0.10:30080', { from: '198.51.100.7' }).end).toBe('dropped')
    expect(send(elsewhere, '172.20.0.10:30080')).toMatchObject({ end: 'forward', to: '10.244.1.2:8080' })
    const nobody = rulesOf('iptables', [local], [])
    expect(send(nobody, '172.20.0.10:30080', { from: '198.51.100.7' }).end).toBe('rejected')
  })

  test('internalTrafficPolicy Local: only Pods of the node, else dropped', () => {
    const local = service('web', { clusterIP: '10.96.12.80', internalTrafficPolicy: 'Local' })
    expect(send(rulesOf('iptables', [local], [slice('web', [{ ip: '10.244.1.2' }, { ip: '10.244.0.9', node: 'node-a' }])]), '10.96.12.80:80', { draws: [0] }).to).toBe('10.244.0.9:8080')
    expect(send(rulesOf('iptables', [local], [slice('web', [{ ip: '10.244.1.2' }])]), '10.96.12.80:80').end).toBe('dropped')
  })

  test('a load balancer with source ranges lets in who is in them and drops the others', () => {
    const balanced = service('web', { type: 'LoadBalancer', clusterIP: '10.96.12.80', loadBalancerSourceRanges: ['198.51.100.0/24'], ports: [{ name: 'http', port: 80, nodePort: 30_080 }] }, { status: { loadBalancer: { ingress: [{ ip: '203.0.113.1' }] } } })
    const rules = rulesOf('iptables', [balanced], [slice('web', [{ ip: '10.244.1.2' }])])
    expect(send(rules, '203.0.113.1:80', { from: '198.51.100.7' })).toMatchObject({ end: 'forward', to: '10.244.1.2:8080' })
    expect(send(rules, '203.0.113.1:80', { from: '192.0.2.7' }).end).toBe('dropped')
  })

  test('ClientIP: one rule an endpoint asks whether the client was here, before any number is drawn', () => {
    const sticky = service('web', { clusterIP: '10.96.12.80', sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } } })
    const rules = rulesOf('iptables', [sticky], [slice('web', [{ ip: '10.244.1.2' }, { ip: '10.244.2.2' }])])
    const second = new ChainNames().endpoint('shop/web:http', 'tcp', '10.244.2.2:8080')
    expect(send(rules, '10.96.12.80:80', { draws: [0], recent: (list) => list === second }).to).toBe('10.244.2.2:8080')
    expect(send(rules, '10.96.12.80:80', { draws: [0] }).to).toBe('10.244.1.2:8080')
    expect(saveText([rules.nat])).toContain(`-m recent --rcheck --seconds 60 --reap --name ${second} --mask 255.255.255.255 --rsource -j ${second}`)
    expect(saveText([rules.nat])).toContain(`-m recent --set --name ${second} --mask 255.255.255.255 --rsource -m tcp -j DNAT --to-destination 10.244.2.2:8080`)
  })
})

describe('who takes traffic', () => {
  const port = (addresses: readonly Address[], spec: Partial<NonNullable<Service['spec']>> = {}): ServicePortInfo => portsOf([service('web', { clusterIP: '10.96.12.80', ...spec })], [slice('web', addresses)])[0] as ServicePortInfo
  const ips = (info: ServicePortInfo, zone?: string): string[] => reachable(info, 'node-a', zone).cluster.map((backend) => backend.ip)

  test('the ready; when none is, those that serve while they terminate; never those that do neither', () => {
    expect(ips(port([{ ip: '10.244.1.2' }, { ip: '10.244.1.3', ready: false }, { ip: '10.244.1.4', ready: false, serving: true, terminating: true }]))).toEqual(['10.244.1.2'])
    expect(ips(port([{ ip: '10.244.1.3', ready: false }, { ip: '10.244.1.4', ready: false, serving: true, terminating: true }]))).toEqual(['10.244.1.4'])
    expect(ips(port([{ ip: '10.244.1.3', ready: false }, { ip: '10.244.1.5', ready: false, serving: false, terminating: true }]))).toEqual([])
  })

  test('hints keep traffic in the zone, when every endpoint has one and some are for here', () => {
    const hinted = port([{ ip: '10.244.1.2', zone: 'zone-a' }, { ip: '10.244.1.3', zone: 'zone-b' }])
    expect(ips(hinted, 'zone-a')).toEqual(['10.244.1.2'])
    expect(ips(hinted, 'zone-c')).toEqual(['10.244.1.2', '10.244.1.3'])
    expect(ips(port([{ ip: '10.244.1.2', zone: 'zone-a' }, { ip: '10.244.1.3' }]), 'zone-b')).toEqual(['10.244.1.2', '10.244.1.3'])
  })

  test('in every mode: each ready endpoint can be reached, and while one is ready no other is', () => {
    const address = fc.record({ at: fc.integer({ min: 2, max: 60 }), ready: fc.boolean(), serving: fc.boolean(), terminating: fc.boolean(), node: fc.constantFrom('node-a', 'node-b') })
    fc.assert(fc.property(fc.uniqueArray(address, { maxLength: 12, selector: (each) => each.at }), fc.constantFrom<ProxyMode>('iptables', 'ipvs', 'userspace'), (addresses, mode) => {
      const list = addresses.map(({ at, ready, serving, terminating, node: on }): Address => ({ ip: `10.244.1.${at}`, node: on, ready, serving: ready || serving, terminating: !ready && terminating }))
      const rules = rulesOf(mode, [service('web', { clusterIP: '10.96.12.80' })], [slice('web', list)])
      const ready = list.filter((each) => each.ready).map((each) => `${each.ip}:8080`)
      const terminating = mode === 'userspace' ? [] : list.filter((each) => each.serving === true && each.terminating === true).map((each) => `${each.ip}:8080`)
      const wanted = ready.length > 0 ? ready : terminating
      const reached = new Set<string>()
      for (let index = 0; index <= list.length; index++) {
        // The index-th rule hits, those before miss; a scheduler or a process takes its turn.
        const draws = [...Array<number>(index).fill(2 ** 31 - 1), 0]
        const take = (length: number): number | undefined => (length === 0 ? undefined : index % length)
        const sent = send(rules, '10.96.12.80:80', { draws, chooser: { server: (server) => take(server.real.length), portal: (portal) => ({ tried: [take(portal.backends.length) ?? 0], taken: portal.backends.length > 0 }) } })
        if (sent.end === 'forward') reached.add(sent.to)
        else expect(wanted).toEqual([])
      }
      expect([...reached].sort()).toEqual([...wanted].sort())
    }), { seed: 6, numRuns: 300 })
  })
})

describe('how many rules are walked', () => {
  const many = (mode: ProxyMode, count: number): Sent => {
    const services = Array.from({ length: count }, (_, index) => service(`s${String(index).padStart(5, '0')}`, { clusterIP: `10.96.${index >> 8}.${index & 255}` }))
    const last = count - 1
    return send(rulesOf(mode, services, services.map((each) => slice(each.metadata.name ?? '', [{ ip: '10.244.1.2' }]))), `10.96.${last >> 8}.${last & 255}:80`)
  }

  test('grows with the Services in iptables and userspace mode, and not in IPVS mode', () => {
    expect(many('iptables', 1100).rules - many('iptables', 100).rules).toBe(1000)
    expect(many('userspace', 1100).rules - many('userspace', 100).rules).toBe(1000)
    expect(many('ipvs', 1100).rules).toBe(many('ipvs', 100).rules)
    expect(many('ipvs', 1100).lookups).toBe(1)
  })
})

describe('a chain of thousands', () => {
  test('is walked as its rules stand one by one: the same target, the same count', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 120 }), fc.nat(), fc.boolean(), (count, pick, sticky) => {
      const spec = sticky ? { sessionAffinity: 'ClientIP' } : {}
      const services = Array.from({ length: count }, (_, index) => service(`s${String(index).padStart(3, '0')}`, { clusterIP: `10.96.0.${index + 1}`, ...spec }))
      const rules = rulesOf('iptables', services, services.filter((_, index) => index % 3 !== 0).map((each) => slice(each.metadata.name ?? '', [{ ip: `10.244.1.${services.indexOf(each) + 2}` }])))
      const wanted = pick % count
      const to = `10.96.0.${wanted + 1}:80`
      const chain = rules.nat.chains.get('KUBE-SERVICES')?.rules ?? []
      const place = chain.findIndex((rule) => `${rule.destination ?? ''}:${rule.port ?? 0}` === to)
      const sent = send(rules, to)
      if (wanted % 3 === 0) {
        expect(place).toBe(-1)
        expect(sent.end).toBe('rejected')
        return
      }
      expect(sent.to).toBe(`10.244.1.${wanted + 2}:8080`)
      // PREROUTING 1, KUBE-SERVICES up to its own, its chain (masquerade, affinity or not, the one endpoint), KUBE-SEP 2, and filter and POSTROUTING.
      const rest = 4 + 3 + (rules.filter.chains.get('KUBE-SERVICES')?.rules.length ?? 0) + 1 + 1
      expect(sent.rules).toBe(1 + (place + 1) + 2 + (sticky ? 1 : 0) + 2 + rest)
    }), { seed: 6, numRuns: 200 })
  })
})

describe('IPVS', () => {
  const real = (weights: readonly number[]): VirtualServer['real'] => weights.map((weight, index) => ({ key: `10.244.1.${index + 2}:8080`, ip: `10.244.1.${index + 2}`, port: 8080, weight, pod: undefined, node: undefined }))
  const server = (scheduler: VirtualServer['scheduler'], weights: readonly number[]): VirtualServer => (
    { key: 'TCP 10.96.12.80:80', protocol: 'tcp', ip: '10.96.12.80', port: 80, scheduler, persistent: 0, servicePort: 'shop/web:http', real: real(weights) })
  const turns = (of: VirtualServer, count: number): number[] => {
    let state: SchedulerState = freshScheduler
    return Array.from({ length: count }, () => {
      const choice = schedule(of, '10.244.0.5', state, () => noConnections)
      if (choice === undefined) throw new Error('nobody')
      state = choice.state
      return choice.index
    })
  }

  test('prints as ipvsadm -Ln does', () => {
    const rules = rulesOf('ipvs', [service('web', { clusterIP: '10.96.12.80', sessionAffinity: 'ClientIP' })], [slice('web', [{ ip: '10.244.1.2' }, { ip: '10.244.2.2' }])])
    expect(ipvsadmText(rules.ipvs?.servers.values() ?? [], (_server, { ip }) => (ip === '10.244.1.2' ? { active: 2, inactive: 13 } : noConnections))).toBe([
      'IP Virtual Server version 1.2.1 (size=4096)', 'Prot LocalAddress:Port Scheduler Flags', '  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn',
      'TCP  10.96.12.80:80 rr persistent 10800', '  -> 10.244.1.2:8080              Masq    1      2          13        ', '  -> 10.244.2.2:8080              Masq    1      0          0         ', '',
    ].join('\n'))
  })

  test('rr goes round', () => { expect(turns(server('rr', [1, 1, 1]), 7)).toEqual([0, 1, 2, 0, 1, 2, 0]) })

  test('wrr gives each as many turns as its weight', () => {
    const taken = turns(server('wrr', [4, 3, 2]), 9)
    expect([0, 1, 2].map((index) => taken.filter((each) => each === index).length)).toEqual([4, 3, 2])
    expect(taken).toEqual([0, 0, 1, 0, 1, 2, 0, 1, 2])
  })

  test('lc takes the one with the fewest connections, an open one counting as 256 that are over', () => {
    const counts = [{ active: 1, inactive: 0 }, { active: 0, inactive: 255 }, { active: 0, inactive: 256 }]
    const of = server('lc', [1, 1, 1])
    expect(schedule(of, '10.244.0.5', freshScheduler, (each) => counts[of.real.indexOf(each)] ?? noConnections)?.index).toBe(1)
  })

  test('sh sends a client to the same one, whoever came in between', () => {
    const of = server('sh', [1, 1, 1])
    const first = schedule(of, '10.244.0.5', freshScheduler, () => noConnections)?.index
    expect(schedule(of, '10.244.0.5', { last: 2, weight: 0 }, () => ({ active: 9, inactive: 9 }))?.index).toBe(first)
    expect(new Set(Array.from({ length: 30 }, (_, index) => schedule(of, `10.244.0.${index + 2}`, freshScheduler, () => noConnections)?.index)).size).toBe(3)
  })

  test('without real servers the kernel refuses', () => {
    expect(send(rulesOf('ipvs', [service('web', { clusterIP: '10.96.12.80' })], []), '10.96.12.80:80')).toMatchObject({ end: 'rejected', lookups: 1 })
  })
})

describe('configuration', () => {
  test('is read from a KubeProxyConfiguration as kubeadm writes it', () => {
    const text = 'apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nclusterCIDR: 10.244.0.0/16\nipvs:\n  excludeCIDRs: null\n  scheduler: "lc"\niptables:\n  masqueradeAll: false\nmode: "ipvs" # fast\n'
    expect(readConfiguration(text)).toEqual({ mode: 'ipvs', scheduler: 'lc', clusterCIDR: '10.244.0.0/16' })
    expect(readConfiguration('mode: ""\n')).toEqual(defaultConfiguration)
    expect(readConfiguration(JSON.stringify({ kind: 'KubeProxyConfiguration', mode: 'userspace', ipvs: { scheduler: '' } }))?.mode).toBe('userspace')
  })

  test('that kube-proxy would refuse is none', () => {
    for (const text of ['mode: nftablez', 'mode: ipvs\nipvs:\n  scheduler: best', 'kind: Pod\nmode: ipvs', '{"mode":', 'mode: toString']) expect(readConfiguration(text)).toBeUndefined()
  })

  test('changing the mode keeps what else was written', () => {
    const text = writeConfiguration('kind: KubeProxyConfiguration\nmode: iptables\nclusterCIDR: 10.244.0.0/16\nconntrack:\n  maxPerCore: 1\n', { mode: 'ipvs', scheduler: 'sh' })
    expect(readConfiguration(text)).toEqual({ mode: 'ipvs', scheduler: 'sh', clusterCIDR: '10.244.0.0/16' })
    expect(text).toContain('conntrack:\n  maxPerCore: 1\n')
    expect(text.match(/^mode:/gm)).toHaveLength(1)
  })
})

describe('targets', () => {
  test.each([
    ['web', { host: 'web', port: 80, protocol: 'tcp', explicit: false }],
    ['http://web.shop:8080/cart?x=1', { host: 'web.shop', port: 8080, protocol: 'tcp', explicit: true }],
    ['https://10.96.0.1', { host: '10.96.0.1', port: 443, protocol: 'tcp', explicit: false }],
    ['udp://kube-dns.kube-system:53', { host: 'kube-dns.kube-system', port: 53, protocol: 'udp', explicit: true }],
  ])('%s', (text, wanted) => { expect(parseTarget(text)).toEqual(wanted) })

  test.each(['', 'web:0', 'web:70000', 'a b', '-web', 'ftp://web'])('%j is none', (text) => { expect(parseTarget(text)).toBeUndefined() })
})

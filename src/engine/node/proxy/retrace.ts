import { Random } from '../../../base'
import type { TrafficWalk } from '../../../api'
import type { ProxyMode } from './config'
import { chainViews } from './explain'
import { virtualKey, type VirtualServer } from './ipvs'
import { environmentOf, routePacket, rulesTried, type Chooser, type NodeRules, type Route } from './node-rules'
import type { ServicePortInfo } from './service-ports'
import type { Remembered } from './traffic'
import type { Packet, Visit } from './walk'
import type { Portal } from './userspace'

/**
 * A remembered request's way, walked again. `rulesOf`: a node's rules in a mode, of what its proxy had heard then. `sourceLocal`: the
 * client sent from its node's own address. `dns`: what was asked for its name.
 */
export function retrace({ record, replay }: Remembered, { rulesOf, sourceLocal, dns }: {
  readonly rulesOf: (node: string, mode: ProxyMode) => NodeRules
  readonly sourceLocal: boolean
  readonly dns: TrafficWalk['dns']
}): TrafficWalk {
  const again = (mode: ProxyMode, chance: 'recorded' | 'fresh'): { readonly rules: readonly NodeRules[]; readonly routes: readonly Route[] } => {
    const rules = record.nodes.map((node) => rulesOf(node, mode))
    const draws = [...replay.draws]
    // Where another mode would have drawn, it draws from a stream of the request's own.
    const random = Random.seeded(record.id, 'walk')
    const [destination = '', port = '0'] = (record.destination ?? '').split(':')
    const routes = rules.map((each, index): Route => {
      const packet: Packet = { protocol: record.protocol, source: record.clientIP, destination, port: Number(port), sourceLocal: index === 0 && sourceLocal, marked: false }
      const environment = environmentOf(each, {
        draw: () => (chance === 'recorded' ? draws.shift() ?? 0 : random.uint32() >>> 1), recent: (list) => chance === 'recorded' && list === replay.recent, remember: () => undefined,
      })
      const chooser: Chooser = {
        server: (server) => (chance === 'recorded' ? replay.tried?.at(-1) : server.real.length === 0 ? undefined : 0),
        portal: (portal) => (chance === 'recorded' ? { tried: replay.tried ?? [], taken: record.endpoint !== undefined } : { tried: [0], taken: portal.backends.length > 0 }),
      }
      return routePacket(each, packet, environment, chooser)
    })
    return { rules, routes }
  }
  const { rules, routes } = record.means === 'conntrack' ? { rules: [], routes: [] } : again(record.mode, 'recorded')
  const { server, process } = routes.at(-1) ?? {}
  return {
    record, dns, chains: routes.flatMap((route, index) => chainViews((rules[index] as NodeRules).node.name, rules[index] as NodeRules, route.visits)),
    ...(server === undefined ? {} : { virtualServer: serverView(server.server, server.chosen) }), ...(process === undefined ? {} : { process: processView(process.portal, process.tried) }),
    inModes: record.nodes.length === 0 ? [] : (['userspace', 'iptables', 'ipvs'] as const).map((mode) => {
      const way = again(mode, mode === record.mode ? 'recorded' : 'fresh').routes
      return { mode, rules: way.reduce((sum, route) => sum + rulesTried(route.visits), 0), lookups: way.reduce((sum, route) => sum + route.lookups, 0) }
    }),
    complete: true,
  }
}

/** What a request to a service port's cluster address would meet on a node, before any number is drawn. */
export function preview(rules: NodeRules, info: ServicePortInfo): Pick<TrafficWalk, 'chains' | 'virtualServer' | 'process'> {
  const visits: Visit[] = []
  // Follows the jumps that the packet would be led along; of those that chance decides, none.
  const follow = (chainName: string): void => {
    const rulesHere = rules.nat.chains.get(chainName)?.rules ?? []
    const index = rulesHere.findIndex((rule) => rule.destination === info.clusterIP && rule.port === info.port && rule.protocol === info.protocol && rule.notSource === undefined)
    visits.push({ table: 'nat', chain: chainName, tried: 0, notes: index < 0 ? [] : [{ rule: index, matched: true }] })
    const then = rulesHere[index]?.then
    if (then?.is === 'jump') follow(then.chain)
  }
  follow(rules.mode === 'userspace' ? 'KUBE-PORTALS-CONTAINER' : 'KUBE-SERVICES')
  const chains = chainViews(rules.node.name, rules, visits).map((chain) => ({ ...chain, rules: chain.rules.map((rule) => ({ ...rule, outcome: 'not-reached' as const })) }))
  const server = rules.ipvs?.servers.get(virtualKey(info.protocol, info.clusterIP, info.port))
  const portal = [...rules.userspace?.portals.values() ?? []].find((each) => each.port.name === info.name)
  return { chains, ...(server === undefined ? {} : { virtualServer: serverView(server, -1) }), ...(portal === undefined ? {} : { process: processView(portal, []) }) }
}

function serverView({ key, scheduler, persistent, real }: VirtualServer, chosen: number): NonNullable<TrafficWalk['virtualServer']> {
  return {
    key, scheduler, persistent, chosen,
    real: real.map(({ key: address, weight, pod, node }) => ({ key: address, weight, ...(pod === undefined ? {} : { pod }), ...(node === undefined ? {} : { node }) })),
  }
}

function processView({ listen, backends }: Portal, tried: readonly number[]): NonNullable<TrafficWalk['process']> {
  return { listen, endpoints: backends.map((backend) => backend.key), tried: tried.map((index) => backends[index]?.key ?? '') }
}

import { expect, test } from 'vitest'
import type { ChainView, RuleView, TrafficRecord, TrafficWalk } from '../../api'
import { endpointOf, hopsOf, shownChains } from './hops'

function rule(index: number, target: string, outcome: RuleView['outcome'], more: Partial<RuleView> = {}): RuleView {
  return { index, text: '', match: '', target, outcome, ...more }
}

function chain(name: string, rules: readonly RuleView[], table = 'nat'): ChainView {
  return { node: 'node-b', table, chain: name, total: rules.length, tried: rules.filter((each) => each.outcome !== 'not-reached').length, rules }
}

const record: TrafficRecord = {
  id: 1, at: 0, client: 'shop/checkout-1', clientIP: '10.244.1.3', clientNode: 'node-b', sourcePort: 32768, to: 'web', protocol: 'tcp', destination: '10.96.12.80:80', service: 'shop/web',
  nodes: ['node-b'], mode: 'iptables', means: 'rules', outcome: 'answered', endpoint: '10.244.3.9:8080', rules: 9, lookups: 0, masqueraded: false, affinity: false,
}

const walk = (more: Partial<TrafficWalk>, of: Partial<TrafficRecord> = {}): TrafficWalk => ({ record: { ...record, ...of }, dns: [], chains: [], inModes: [], complete: true, ...more })

const iptables = [
  chain('PREROUTING', [rule(0, 'KUBE-SERVICES', 'matched')]),
  chain('KUBE-SERVICES', [rule(0, 'KUBE-SVC-OTHER', 'missed'), rule(1, 'KUBE-SVC-WEB', 'matched')]),
  chain('KUBE-SVC-WEB', [rule(0, 'KUBE-MARK-MASQ', 'matched'), rule(1, 'KUBE-SEP-A', 'missed', { probability: 0.5, draw: 0.7 }), rule(2, 'KUBE-SEP-B', 'matched')]),
  chain('KUBE-MARK-MASQ', [rule(0, 'MARK', 'matched')]),
  chain('KUBE-SEP-B', [rule(0, 'KUBE-MARK-MASQ', 'missed'), rule(1, 'DNAT --to-destination 10.244.3.9:8080', 'matched')]),
  chain('FORWARD', [rule(0, 'KUBE-FORWARD', 'matched'), rule(1, 'KUBE-SERVICES', 'matched')], 'filter'),
  chain('KUBE-SERVICES', [rule(0, 'REJECT', 'missed')], 'filter'),
]

test('the thread goes by the rules that led on, and round to the endpoint', () => {
  expect(hopsOf(walk({ chains: iptables })).map(({ anchor, side }) => `${anchor} ${side}`)).toEqual([
    'client right', 'dns right', 'leaves right', 'rule 0 1 left', 'rule 1 2 left', 'rule 2 1 right', 'end 10.244.3.9:8080 left',
  ])
})

test('chains that change nothing are counted, not shown; the mark is told', () => {
  const { cards, others, masqueraded } = shownChains({ chains: iptables }, 'answered')
  expect(cards.map((card) => card.chain.chain)).toEqual(['KUBE-SERVICES', 'KUBE-SVC-WEB', 'KUBE-SEP-B'])
  expect([others, masqueraded]).toEqual([1 + 1 + 2 + 1, true])
})

test('a rejection is shown in the filter chain that said it, and the thread ends there', () => {
  const chains = [chain('KUBE-SERVICES', [rule(0, 'KUBE-NODEPORTS', 'missed')]), chain('KUBE-SERVICES', [rule(0, 'REJECT --reject-with icmp-port-unreachable', 'matched')], 'filter')]
  const { endpoint: _endpoint, ...rejected } = record
  expect(hopsOf({ ...walk({ chains }), record: { ...rejected, outcome: 'rejected' } }).map((hop) => hop.anchor)).toEqual(['client', 'dns', 'leaves', 'rule 1 0'])
})

test('IPVS: the look-up, then the real server; conntrack: the entry; no name: no packet', () => {
  const virtualServer = { key: 'TCP 10.96.12.80:80', scheduler: 'rr', persistent: 0, chosen: 1, real: [{ key: '10.244.0.2:8080', weight: 1 }, { key: '10.244.3.9:8080', weight: 1 }] }
  expect(hopsOf(walk({ virtualServer }, { mode: 'ipvs', means: 'virtual-server' })).map((hop) => hop.anchor).slice(3)).toEqual(['server', 'real 1', 'end 10.244.3.9:8080'])
  expect(hopsOf(walk({}, { means: 'conntrack' })).map((hop) => hop.anchor).slice(3)).toEqual(['entry', 'end 10.244.3.9:8080'])
  const { destination: _destination, endpoint: _endpoint, ...nowhere } = record
  expect(hopsOf({ ...walk({}), record: { ...nowhere, outcome: 'name-unknown', means: 'none', nodes: [] } }).map((hop) => hop.anchor)).toEqual(['client', 'dns'])
})

test('where a rule shares out to', () => {
  expect(endpointOf(rule(0, 'KUBE-SEP-A', 'missed', { comment: 'shop/web:http -> 10.244.0.2:8080' }))).toBe('10.244.0.2:8080')
  expect(endpointOf(rule(0, 'DNAT --to-destination 10.244.0.2:8080', 'matched', { comment: 'shop/web:http' }))).toBe('10.244.0.2:8080')
  expect(endpointOf(rule(0, 'KUBE-MARK-MASQ', 'matched'))).toBeUndefined()
})

import { describe, expect, test } from 'vitest'
import { makePod } from '../testing/builders'
import { PodInfos } from './pod-info'

describe('PodInfos', () => {
  test('Pods of equal specs share a template; name, node and status do not count', () => {
    const infos = new PodInfos({})
    const a = infos.of(makePod('a', { labels: { app: 'x' }, requests: { cpu: '1' } }))
    const b = infos.of(makePod('b', { labels: { app: 'x' }, requests: { cpu: '1' }, node: 'n1', status: { phase: 'Running' } }))
    expect(b.template).toBe(a.template)
  })

  test.each([
    ['labels', { labels: { app: 'y' } }], ['namespace', { namespace: 'other', labels: { app: 'x' } }], ['priority', { labels: { app: 'x' }, priority: 1 }],
    ['anything in the spec', { labels: { app: 'x' }, spec: { hostNetwork: true } }], ['one field less', { labels: { app: 'x' }, spec: { tolerations: [] } }],
  ])('another %s, another template', (_name, options) => {
    const infos = new PodInfos({})
    const a = infos.of(makePod('a', { labels: { app: 'x' } }))
    const other = infos.of(makePod('a', options))
    expect(other.template).not.toBe(a.template)
    expect(infos.of(makePod('b', options)).template).toBe(other.template)
    expect(infos.of(makePod('c', { labels: { app: 'x' } })).template).toBe(a.template)
  })

  test('of a Pod that changed what it says is what it says by itself; a change of status alone needs no search', () => {
    const infos = new PodInfos({})
    const before = infos.of(makePod('a', { labels: { app: 'x' }, requests: { cpu: '1' } }))
    const bound = infos.changed(infos.bound(before, 'n1'), { ...before.pod, spec: { ...before.spec, nodeName: 'n1' }, status: { phase: 'Running', startTime: '2026-01-01T00:00:00Z' } })
    expect(bound.template).toBe(before.template)
    expect(bound).toEqual({ ...infos.of({ ...bound.pod }) })
    const resized = infos.changed(bound, { ...bound.pod, status: { containerStatuses: [{ name: 'c', allocatedResources: { cpu: '2' } }] } } as never)
    expect([resized.template === before.template, resized.requests.cpuMilli]).toEqual([true, 2_000])
    for (const metadata of [{ ...bound.pod.metadata, labels: { app: 'y' } }, { ...bound.pod.metadata, namespace: 'other' }]) {
      expect(infos.changed(bound, { ...bound.pod, metadata }).template).not.toBe(before.template)
    }
    expect(infos.changed(bound, { ...bound.pod, spec: { ...bound.spec, priority: 7 } })).toMatchObject({ priority: 7, template: { spec: { priority: 7 } } })
  })

  test('many that differ only where nobody looks first are told apart all the same', () => {
    const infos = new PodInfos({})
    const pods = Array.from({ length: 50 }, (_, i) => makePod(`p${i}`, { spec: { hostname: `h${i % 25}` } }))
    const ids = pods.map((pod) => infos.of(pod).template.id)
    expect(new Set(ids).size).toBe(25)
    expect(ids.slice(0, 25)).toEqual(ids.slice(25))
  })

  test('affinity terms are parsed: the own namespace when none is named, and what is wrong is told', () => {
    const infos = new PodInfos({})
    const term = { topologyKey: 'zone', labelSelector: { matchLabels: { app: 'x' } } }
    const { template } = infos.of(makePod('a', { namespace: 'shop', spec: { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term, { ...term, namespaces: ['b', 'a', 'b'] }, { ...term, namespaceSelector: {} }] } } } }))
    expect(template.requiredAffinity.map(({ namespaces }) => [...namespaces])).toEqual([['shop'], ['a', 'b'], []])
    const wrong = { topologyKey: 'zone', labelSelector: { matchExpressions: [{ key: 'a', operator: 'Maybe' }] } }
    expect(infos.of(makePod('b', { spec: { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [wrong] } } } })).template.affinityError)
      .toBe('requiredAntiAffinityTerms: "Maybe" is not a valid label selector operator')
  })

  test('host ports of containers that stay, with their defaults', () => {
    const port = (hostPort: number, more: object = {}): object => ({ name: 'c', image: 'i', ports: [{ containerPort: 80, hostPort }], ...more })
    const { template } = new PodInfos({}).of(makePod('a', {
      spec: { containers: [port(1)] as never, initContainers: [port(2), port(3, { restartPolicy: 'Always' })] as never },
    }))
    expect(template.hostPorts).toEqual([{ ip: '0.0.0.0', protocol: 'TCP', port: 3 }, { ip: '0.0.0.0', protocol: 'TCP', port: 1 }])
  })
})

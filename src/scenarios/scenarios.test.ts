import { describe, expect, test } from 'vitest'
import { compareText } from '../base'
import { resources, type ApiObject, type Pod } from '../api'
import { Cluster, textbookPolicy } from '../engine'
import { scenarioOf, scenarios } from '.'

describe('scenarios that ship', () => {
  test.each(scenarios)('%s is data: made twice it is the same, and JSON keeps all of it', (id) => {
    expect(JSON.stringify(scenarioOf(id))).toBe(JSON.stringify(scenarioOf(id)))
    expect(JSON.parse(JSON.stringify(scenarioOf(id)))).toEqual(scenarioOf(id))
  })

  test('an unknown one is none, whatever every object inherits', () => {
    for (const id of ['', 'nowhere', 'toString', '__proto__']) expect(scenarioOf(id)).toBeUndefined()
  })

  test.each(scenarios)('%s holds nothing that a strict server would refuse, and stays as it is while nobody touches it', (id) => {
    const scenario = scenarioOf(id)
    if (scenario === undefined) throw new Error('no such scenario')
    const cluster = new Cluster({ seed: scenario.seed, settings: scenario.settings })
    const { objects } = cluster.importObjects(scenario.objects)
    expect(objects.filter((object) => !object.stored || object.problems.length > 0)).toEqual([])
    const pods = (): readonly Pod[] => cluster.listAt(resources.pods) as readonly ApiObject[] as unknown as readonly Pod[]
    const placed = (): unknown => pods().map((pod) => [pod.metadata.uid, pod.spec?.nodeName, pod.status?.phase, pod.metadata.deletionTimestamp])
    const before = placed()
    cluster.simulation.run({ until: 120_000 })
    expect(placed()).toEqual(before)
    expect(cluster.listAt(resources.replicasets).length).toBe(scenario.objects.filter((object) => object.kind === 'ReplicaSet').length)
  })

  test('the rollout is a scaling: the same ReplicaSet makes two Pods, and no Pod goes', () => {
    const scenario = scenarioOf('shop-rollout')
    if (scenario === undefined) throw new Error('no such scenario')
    const cluster = new Cluster({ seed: scenario.seed, settings: scenario.settings })
    cluster.importObjects(scenario.objects)
    cluster.simulation.run({ until: 1_000 })
    const names = (): (string | undefined)[] => cluster.listAt(resources.pods).map((pod) => pod.metadata.name)
    const before = names()
    for (const object of scenario.steps.flatMap((step) => step.apply)) {
      const answer = cluster.request({
        method: 'PATCH', path: `/apis/apps/v1/namespaces/shop/deployments/${object.metadata.name ?? ''}`, query: { fieldManager: 'kubectl', force: 'true' },
        headers: { 'content-type': 'application/apply-patch+yaml' }, body: object, userAgent: 'kubectl',
      })
      expect(answer.status).toBe(200)
    }
    cluster.simulation.run({ until: 30_000 })
    const after = names()
    expect(before.filter((name) => !after.includes(name))).toEqual([])
    expect(after.filter((name) => !before.includes(name))).toEqual([expect.stringMatching(/^web-6c4d9f7b8-/), expect.stringMatching(/^web-6c4d9f7b8-/)])
    const made = (cluster.listAt(resources.pods) as readonly ApiObject[] as unknown as readonly Pod[]).filter((pod) => !before.includes(pod.metadata.name))
    expect(made.map((pod) => pod.status?.phase)).toEqual(['Running', 'Running'])
  })

  test('the textbook has a node for every predicate, by its own policy, and one that is best', () => {
    const scenario = scenarioOf('textbook')
    if (scenario === undefined) throw new Error('no such scenario')
    expect(scenario.settings.schedulerConfiguration).toEqual(textbookPolicy)
    const cluster = new Cluster({ seed: scenario.seed, settings: scenario.settings })
    cluster.importObjects(scenario.objects)
    cluster.simulation.run({ until: 1_000 })
    for (const object of scenario.steps.flatMap((step) => step.apply)) {
      const plural = { Pod: 'pods', Service: 'services', ReplicationController: 'replicationcontrollers' }[object.kind ?? '']
      cluster.request({ method: 'PATCH', path: `/api/v1/namespaces/book/${plural ?? ''}/${object.metadata.name ?? ''}`, query: { fieldManager: 'kubectl', force: 'true' }, headers: { 'content-type': 'application/apply-patch+yaml' }, body: object, userAgent: 'kubectl' })
    }
    cluster.simulation.run({ until: 20_000 })
    const explained = [1, 2].map((cycle) => cluster.explain(cycle)).sort((one, other) => compareText(one?.cycle.pod.name ?? '', other?.cycle.pod.name ?? ''))
    const rejected = explained.map((explanation) => (explanation?.filters ?? []).flatMap(({ plugin, verdicts }) => verdicts.filter((verdict) => verdict.reported).map(({ node }) => `${node} ${plugin}`)).sort(compareText))
    expect(rejected).toEqual([
      ['node-c MatchNodeSelector', 'node-d PodFitsResources', 'node-e PodFitsHostPorts', 'node-f CheckNodeDiskPressure'],
      ['node-f CheckNodeDiskPressure', 'node-g CheckNodeMemoryPressure'],
    ])
    expect(explained.map((explanation) => explanation?.cycle.pod.name.replace(/-.*/, ''))).toEqual(['chapter', 'note'])
    expect(explained[0]?.winner).toBe('node-a')
  })
})

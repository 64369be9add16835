import type { NowFact, OwnershipView } from '../../protocol'

/** What of the graph the last event was about: "Pod web-1", "ReplicaSet web-6c4d", "EndpointSlice web-x7k2p". What the sentence is about comes first. */
export function nowOf(view: OwnershipView, fact: NowFact | undefined): readonly string[] {
  const pods = new Set(view.groups.flatMap((group) => group.pods.map((pod) => pod.key)))
  const shown = new Set([
    `${view.kind} ${view.name}`, ...view.groups.map((group) => `${group.kind} ${group.name}`), ...[...pods].map((key) => `Pod ${key.slice(key.indexOf('/') + 1)}`),
    ...view.services.flatMap((service) => [`Service ${service.name}`, ...service.slices.map((slice) => `EndpointSlice ${slice.name}`)]),
    ...view.autoscalers.map(({ name }) => `HorizontalPodAutoscaler ${name}`), ...view.budgets.map(({ name }) => `PodDisruptionBudget ${name}`),
  ])
  const names: string[] = []
  if (fact !== undefined) {
    const { kind, name } = fact.target
    const bare = name.slice(name.indexOf('/') + 1)
    // What a kubelet does to a Pod is told of its node.
    const pod = kind === 'pod' ? name : String(fact.args['pod'] ?? '')
    if (pods.has(pod)) names.push(`Pod ${pod.slice(pod.indexOf('/') + 1)}`)
    if (kind === 'workload' && name === `${view.namespace}/${bare}`) names.push(...new Set([`${view.kind} ${bare}`, ...view.groups.map((group) => `${group.kind} ${bare}`)].filter((each) => shown.has(each))))
  }
  for (const each of view.changed) {
    const [kind = '', key = ''] = each.split(' ')
    const name = `${kind} ${key.slice(key.indexOf('/') + 1)}`
    if (shown.has(name) && !names.includes(name)) names.push(name)
  }
  return names
}

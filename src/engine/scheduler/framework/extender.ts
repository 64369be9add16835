/**
 * Parts of the decision outside the scheduler. A KubeSchedulerConfiguration names them by URL: they are asked over the road that a
 * host with a network hands in (`asking`); where there is none, such a one cannot be reached, and does to a Pod what an unreachable
 * one does in the real scheduler. One whose urlPrefix is "described:" followed by JSON is there and then: a described function, data
 * like the rest of the configuration.
 *
 *     described:{"filter":[{"matchExpressions":[{"key":"disk","operator":"In","values":["hdd"]}],"reason":"spinning disk"}],
 *                "prioritize":[{"matchExpressions":[{"key":"zone","operator":"Exists"}],"score":10}]}
 *
 * filter: a node that meets all expressions of a rule is refused. prioritize: scores 0 to 10; those of all rules it meets add up.
 * Upstream: pkg/scheduler/extender.go.
 */
import { matches, type Labels, type Requirement } from '../../../api'
import { check, list, object, string, int32, bool, type ConfigurationIssue } from '../config/decode'
import type { ExtenderConfig } from '../config/types'
import type { PodInfo } from './types'
import type { Extender, ExtenderFilterAnswer } from './runtime'

interface FilterRule {
  readonly matchExpressions?: readonly Requirement[]
  readonly reason?: string
  /** Evicting Pods would not help either. */
  readonly unresolvable?: boolean
}

interface ScoreRule {
  readonly matchExpressions?: readonly Requirement[]
  readonly score?: number
}

interface Description {
  readonly filter?: readonly FilterRule[]
  readonly prioritize?: readonly ScoreRule[]
}

export const describedPrefix = 'described:'
const maxExtenderPriority = 10

const expressions = list(object('NodeSelectorRequirement', { key: string, operator: string, values: list(string) }))
const schema = object('DescribedExtender', {
  filter: list(object('FilterRule', { matchExpressions: expressions, reason: string, unresolvable: bool })),
  prioritize: list(object('ScoreRule', { matchExpressions: expressions, score: int32 })),
})

/** What is wrong with the description of an extender; none for those that have a URL. */
export function descriptionIssues({ urlPrefix }: ExtenderConfig, path: string): ConfigurationIssue[] {
  if (!urlPrefix.startsWith(describedPrefix)) return []
  const issues: ConfigurationIssue[] = []
  try {
    check(JSON.parse(urlPrefix.slice(describedPrefix.length)), schema, path, 'DescribedExtender', issues)
  } catch (error) {
    issues.push({ field: path, message: `${path}: Invalid value: ${JSON.stringify(urlPrefix)}: ${error instanceof Error ? error.message : String(error)}` })
  }
  return issues
}

/** The extenders of a configuration; ignorable ones come last. `labelsOf` gives a node's labels. Upstream: buildExtenders. */
export function makeExtenders(configs: readonly ExtenderConfig[], labelsOf: (node: string) => Labels | undefined, asking: Asking): readonly Extender[] {
  const extenders = configs.map((config) => makeExtender(config, labelsOf, asking))
  return [...extenders.filter(({ ignorable }) => !ignorable), ...extenders.filter(({ ignorable }) => ignorable)]
}

function makeExtender(config: ExtenderConfig, labelsOf: (node: string) => Labels | undefined, asking: Asking): Extender {
  const { urlPrefix, weight, ignorable, filterVerb, prioritizeVerb, bindVerb, preemptVerb, managedResources } = config
  const managed = new Set(managedResources.map(({ name }) => name))
  const common = {
    weight, ignorable,
    isInterested: (pod: PodInfo) => managed.size === 0 || [...pod.spec.containers, ...(pod.spec.initContainers ?? [])]
      .some(({ resources }) => [...Object.keys(resources?.requests ?? {}), ...Object.keys(resources?.limits ?? {})].some((name) => managed.has(name))),
  }
  if (urlPrefix.startsWith(describedPrefix)) {
    const description = JSON.parse(urlPrefix.slice(describedPrefix.length)) as Description
    return {
      ...common, name: 'described', isFilter: description.filter !== undefined, isPrioritizer: description.prioritize !== undefined && weight > 0,
      isBinder: false, supportsPreemption: false,
      filter: (_pod, nodes) => filterNodes(description.filter ?? [], nodes, labelsOf),
      prioritize: (_pod, nodes) => new Map(nodes.map((node) => [node, scoreOf(description.prioritize ?? [], labelsOf(node))])),
      bind: () => undefined, processPreemption: () => undefined,
    }
  }
  const prefix = urlPrefix.replace(/\/+$/, '')
  const base = config.enableHTTPS && prefix.startsWith('http://') ? `https://${prefix.slice('http://'.length)}` : prefix
  const ask = (verb: string, body: unknown): unknown => asking.ask(`${base}/${verb}`, body, Math.max(1, config.httpTimeoutSeconds) * 1_000)
  // Upstream: ExtenderArgs. An extender that keeps its own list of nodes is told names only.
  const argsOf = (pod: PodInfo, nodes: readonly string[]): unknown => (config.nodeCacheCapable
    ? { pod: pod.pod, nodenames: nodes }
    : { pod: pod.pod, nodes: { apiVersion: 'v1', kind: 'NodeList', metadata: {}, items: nodes.map((node) => asking.nodeOf(node)).filter((node) => node !== undefined) } })
  return {
    ...common, name: urlPrefix, isFilter: filterVerb !== '', isPrioritizer: prioritizeVerb !== '', isBinder: bindVerb !== '', supportsPreemption: preemptVerb !== '',
    filter: (pod, nodes) => filterAnswer(ask(filterVerb, argsOf(pod, nodes))),
    prioritize: (pod, nodes) => prioritizeAnswer(ask(prioritizeVerb, argsOf(pod, nodes))),
    bind: (pod, node) => {
      const { error } = fieldsOf(ask(bindVerb, { podName: pod.pod.metadata.name ?? '', podNamespace: pod.pod.metadata.namespace ?? '', podUID: pod.uid, node }))
      if (typeof error === 'string' && error !== '') throw new Error(error)
    },
    processPreemption: (pod) => { ask(preemptVerb, { pod: pod.pod }) },
  }
}

/** How extenders with a URL are asked, and what they are told of nodes. */
export interface Asking {
  ask(url: string, body: unknown, timeoutMs: number): unknown
  nodeOf(name: string): unknown
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? value as Readonly<Record<string, unknown>> : {}
}

function textsOf(value: unknown): ReadonlyMap<string, string> {
  return new Map(Object.entries(fieldsOf(value)).map(([node, reason]) => [node, String(reason)]))
}

/** Upstream: ExtenderFilterResult. */
function filterAnswer(value: unknown): ExtenderFilterAnswer {
  const { error, nodenames, nodes, failedNodes, failedAndUnresolvableNodes } = fieldsOf(value)
  if (typeof error === 'string' && error !== '') throw new Error(error)
  const items = fieldsOf(nodes)['items']
  const names = Array.isArray(nodenames) ? nodenames.map(String)
    : Array.isArray(items) ? items.map((item) => String(fieldsOf(fieldsOf(item)['metadata'])['name'] ?? '')) : []
  return { nodes: names, failed: textsOf(failedNodes), failedAndUnresolvable: textsOf(failedAndUnresolvableNodes) }
}

/** Upstream: HostPriorityList. */
function prioritizeAnswer(value: unknown): ReadonlyMap<string, number> {
  if (!Array.isArray(value)) throw new Error('the answer of the extender is no list of scores')
  return new Map(value.map((one) => [String(fieldsOf(one)['host'] ?? ''), Number(fieldsOf(one)['score'] ?? 0)]))
}

function filterNodes(rules: readonly FilterRule[], nodes: readonly string[], labelsOf: (node: string) => Labels | undefined): ExtenderFilterAnswer {
  const failed = new Map<string, string>()
  const failedAndUnresolvable = new Map<string, string>()
  const passed: string[] = []
  for (const node of nodes) {
    const rule = rules.find(({ matchExpressions }) => meets(matchExpressions, labelsOf(node)))
    if (rule === undefined) passed.push(node)
    else (rule.unresolvable === true ? failedAndUnresolvable : failed).set(node, rule.reason ?? 'node(s) were refused by an extender')
  }
  return { nodes: passed, failed, failedAndUnresolvable }
}

function scoreOf(rules: readonly ScoreRule[], labels: Labels | undefined): number {
  let score = 0
  for (const rule of rules) if (meets(rule.matchExpressions, labels)) score += rule.score ?? 0
  return Math.max(0, Math.min(maxExtenderPriority, score))
}

function meets(requirements: readonly Requirement[] | undefined, labels: Labels | undefined): boolean {
  return matches((requirements ?? []).map(({ key, operator, values }) => ({ key, operator, values: values ?? [] })), labels)
}

import { compareText } from '../../base'
import { controllerOf, milliValue, quantityValue, type ApiObject, type Container, type Deployment, type Event, type Node, type Pod, type ReplicaSet, type Service } from '../../api'
import type { Access, NamedObject } from '../access'
import { selectorFlags, type Verb } from '../command'
import { CommandError, type Environment } from '../environment'
import { alignColumns, humanDuration } from '../table'
import { selected } from './edit-metadata'

/** Lines "Key:  value" whose values line up, nested by two spaces. Upstream: kubectl describe, PrefixWriter over a tab writer. */
class Pages {
  readonly #lines: { readonly depth: number; readonly cells: readonly string[] }[] = []

  add(depth: number, ...cells: readonly string[]): void {
    this.#lines.push({ depth, cells })
  }

  /** key with one line a value; nothing is said as <none>. */
  map(depth: number, key: string, values: Readonly<Record<string, string>> | undefined, separator: string): void {
    const keys = Object.keys(values ?? {}).sort(compareText)
    if (keys.length === 0) { this.add(depth, `${key}:`, '<none>'); return }
    keys.forEach((name, i) => { this.add(depth, i === 0 ? `${key}:` : '', `${name}${separator}${(values as Record<string, string>)[name] ?? ''}`) })
  }

  table(depth: number, headings: readonly string[], rows: readonly (readonly string[])[]): void {
    const underline = headings.map((heading) => '-'.repeat(heading.length))
    for (const line of alignColumns(headings, [underline, ...rows])) this.add(depth, line)
  }

  print(environment: Environment): void {
    // Lines of one depth that follow each other share their first column's width.
    let i = 0
    while (i < this.#lines.length) {
      let end = i
      while (end < this.#lines.length && this.#lines[end]?.depth === this.#lines[i]?.depth && (this.#lines[end]?.cells.length ?? 0) > 1) end++
      if (end === i) {
        const line = this.#lines[i] as { depth: number; cells: readonly string[] }
        environment.out(`${' '.repeat(line.depth)}${line.cells[0] ?? ''}`)
        i++
        continue
      }
      const block = this.#lines.slice(i, end)
      const width = Math.max(...block.map((line) => (line.cells[0] as string).length))
      for (const line of block) environment.out(`${' '.repeat(line.depth)}${(line.cells[0] as string).padEnd(width + 2)}${line.cells.slice(1).join('  ')}`)
      i = end
    }
  }
}

export const describe: Verb = {
  name: 'describe',
  about: 'Show details of a specific resource or group of resources',
  completes: 'resources',
  flags: [...selectorFlags, { name: 'show-events', type: 'bool' }],
  async run(invocation) {
    const { access, environment, words, flags, namespace, allNamespaces } = invocation
    if (words.length === 0) throw new CommandError('error: You must specify the type of resource to describe. Use "kubectl api-resources" for a complete list of supported resources.')
    let targets: NamedObject[]
    if (words.length === 1 && !(words[0] as string).includes('/')) {
      const resource = await access.resource(words[0] as string)
      const selector = flags.string('selector')
      const list = await access.list(resource, allNamespaces ? undefined : namespace, selector ? { labelSelector: selector } : {})
      targets = list.items.map((item) => ({ resource, namespace: item.metadata.namespace, name: item.metadata.name ?? '' }))
      if (targets.length === 0) { environment.error(allNamespaces || !resource.namespaced ? 'No resources found' : `No resources found in ${namespace} namespace.`); return }
    } else targets = await selected(invocation, words)
    let first = true
    for (const target of targets) {
      if (!first) { environment.out(''); environment.out('') }
      first = false
      const object = await access.get(target)
      const pages = new Pages()
      await describeObject(access, environment, object, pages)
      if (!flags.has('show-events') || flags.bool('show-events')) await describeEvents(access, environment, object, pages)
      pages.print(environment)
    }
  },
}

async function describeObject(access: Access, environment: Environment, object: ApiObject, pages: Pages): Promise<void> {
  switch (object.kind) {
    case 'Pod': describePod(environment, object as unknown as Pod, pages); return
    case 'Node': await describeNode(access, environment, object as unknown as Node, pages); return
    case 'Deployment': await describeDeployment(access, object as unknown as Deployment, pages); return
    case 'ReplicaSet': await describeReplicaSet(access, object as unknown as ReplicaSet, pages); return
    case 'Service': describeService(object as unknown as Service, pages); return
    default: describeAny(object, pages)
  }
}

const since = (environment: Environment, time: string | undefined): string => (time === undefined ? '<unknown>' : humanDuration(environment.now() - Date.parse(time)))

/** Go's RFC1123Z in UTC, as describe prints times. */
function longTime(text: string | undefined): string {
  if (text === undefined) return '<unset>'
  return new Date(text).toUTCString().replace('GMT', '+0000')
}

function describeHead(pages: Pages, object: { readonly metadata: ApiObject['metadata'] }): void {
  pages.add(0, 'Name:', object.metadata.name ?? '')
  if (object.metadata.namespace !== undefined) pages.add(0, 'Namespace:', object.metadata.namespace)
}

function describeContainers(pages: Pages, heading: string, containers: readonly Container[], statuses: readonly { readonly name: string; readonly ready?: boolean; readonly restartCount?: number; readonly containerID?: string; readonly imageID?: string; readonly state?: { readonly running?: { startedAt?: string }; readonly waiting?: { reason?: string; message?: string }; readonly terminated?: { reason?: string; exitCode: number; startedAt?: string; finishedAt?: string } } }[] | undefined, depth = 0): void {
  pages.add(depth, heading)
  for (const container of containers) {
    pages.add(depth + 2, `${container.name}:`)
    const status = statuses?.find((one) => one.name === container.name)
    if (status !== undefined) pages.add(depth + 4, 'Container ID:', status.containerID ?? '')
    pages.add(depth + 4, 'Image:', container.image ?? '')
    if (status !== undefined) pages.add(depth + 4, 'Image ID:', status.imageID ?? '')
    const ports = (container.ports ?? []).map((port) => `${port.containerPort}/${port.protocol ?? 'TCP'}${port.name ? ` (${port.name})` : ''}`)
    pages.add(depth + 4, ports.length > 1 ? 'Ports:' : 'Port:', ports.length === 0 ? '<none>' : ports.join(', '))
    pages.add(depth + 4, 'Host Port:', ports.length === 0 ? '<none>' : (container.ports ?? []).map((port) => `${port.hostPort ?? 0}/${port.protocol ?? 'TCP'}`).join(', '))
    if (status?.state?.running) {
      pages.add(depth + 4, 'State:', 'Running')
      pages.add(depth + 6, 'Started:', longTime(status.state.running.startedAt))
    } else if (status?.state?.waiting) {
      pages.add(depth + 4, 'State:', 'Waiting')
      pages.add(depth + 6, 'Reason:', status.state.waiting.reason ?? '')
    } else if (status?.state?.terminated) {
      pages.add(depth + 4, 'State:', 'Terminated')
      pages.add(depth + 6, 'Reason:', status.state.terminated.reason ?? '')
      pages.add(depth + 6, 'Exit Code:', String(status.state.terminated.exitCode))
    }
    if (status !== undefined) {
      pages.add(depth + 4, 'Ready:', status.ready ? 'True' : 'False')
      pages.add(depth + 4, 'Restart Count:', String(status.restartCount ?? 0))
    }
    for (const [name, amounts] of [['Limits', container.resources?.limits], ['Requests', container.resources?.requests]] as const) {
      if (amounts === undefined || Object.keys(amounts).length === 0) continue
      pages.add(depth + 4, `${name}:`)
      for (const key of Object.keys(amounts).sort(compareText)) pages.add(depth + 6, `${key}:`, String(amounts[key]))
    }
    const env = container.env ?? []
    if (env.length === 0) pages.add(depth + 4, 'Environment:', '<none>')
    else {
      pages.add(depth + 4, 'Environment:')
      for (const one of env) pages.add(depth + 6, `${one.name}:`, one.value ?? '')
    }
  }
}

function describePod(environment: Environment, pod: Pod, pages: Pages): void {
  describeHead(pages, pod)
  pages.add(0, 'Priority:', String(pod.spec?.priority ?? 0))
  if (pod.spec?.priorityClassName) pages.add(0, 'Priority Class Name:', pod.spec.priorityClassName)
  pages.add(0, 'Service Account:', pod.spec?.serviceAccountName ?? 'default')
  pages.add(0, 'Node:', pod.spec?.nodeName ? `${pod.spec.nodeName}/${pod.status?.hostIP ?? ''}` : '<none>')
  if (pod.status?.startTime) pages.add(0, 'Start Time:', longTime(pod.status.startTime))
  pages.map(0, 'Labels', pod.metadata.labels, '=')
  pages.map(0, 'Annotations', pod.metadata.annotations, ': ')
  if (pod.metadata.deletionTimestamp !== undefined) {
    pages.add(0, 'Status:', `Terminating (lasts ${since(environment, pod.metadata.deletionTimestamp)})`)
    pages.add(0, 'Termination Grace Period:', `${pod.metadata.deletionGracePeriodSeconds ?? 0}s`)
  } else pages.add(0, 'Status:', pod.status?.phase ?? '')
  if (pod.status?.reason) pages.add(0, 'Reason:', pod.status.reason)
  if (pod.status?.message) pages.add(0, 'Message:', pod.status.message)
  pages.add(0, 'IP:', pod.status?.podIP ?? '')
  if ((pod.status?.podIPs ?? []).length === 0) pages.add(0, 'IPs:', '<none>')
  else {
    pages.add(0, 'IPs:')
    for (const ip of pod.status?.podIPs ?? []) pages.add(2, 'IP:', ip.ip)
  }
  const owner = controllerOf(pod)
  if (owner !== undefined) pages.add(0, 'Controlled By:', `${owner.kind}/${owner.name}`)
  if (pod.status?.nominatedNodeName) pages.add(0, 'NominatedNodeName:', pod.status.nominatedNodeName)
  if ((pod.spec?.initContainers ?? []).length > 0) describeContainers(pages, 'Init Containers:', pod.spec?.initContainers ?? [], pod.status?.initContainerStatuses)
  describeContainers(pages, 'Containers:', pod.spec?.containers ?? [], pod.status?.containerStatuses)
  if ((pod.status?.conditions ?? []).length > 0) {
    pages.add(0, 'Conditions:')
    for (const line of alignColumns(['Type', 'Status'], (pod.status?.conditions ?? []).map((one) => [one.type, one.status]))) pages.add(2, line)
  }
  const volumes = pod.spec?.volumes ?? []
  if (volumes.length === 0) pages.add(0, 'Volumes:', '<none>')
  else {
    pages.add(0, 'Volumes:')
    for (const volume of volumes) {
      pages.add(2, `${volume.name}:`)
      const [type] = Object.keys(volume).filter((key) => key !== 'name')
      pages.add(4, 'Type:', type ?? '')
    }
  }
  pages.add(0, 'QoS Class:', pod.status?.qosClass ?? '')
  pages.map(0, 'Node-Selectors', pod.spec?.nodeSelector, '=')
  const tolerations = (pod.spec?.tolerations ?? []).map((one) => `${one.key ?? ''}${one.value ? `=${one.value}` : ''}${one.effect ? `:${one.effect}` : ''}${one.operator === 'Exists' ? ' op=Exists' : ''}${one.tolerationSeconds !== undefined ? ` for ${one.tolerationSeconds}s` : ''}`)
  if (tolerations.length === 0) pages.add(0, 'Tolerations:', '<none>')
  tolerations.forEach((text, i) => { pages.add(0, i === 0 ? 'Tolerations:' : '', text) })
}

async function describeNode(access: Access, environment: Environment, node: Node, pages: Pages): Promise<void> {
  const name = node.metadata.name ?? ''
  pages.add(0, 'Name:', name)
  const roles = Object.keys(node.metadata.labels ?? {}).filter((key) => key.startsWith('node-role.kubernetes.io/')).map((key) => key.split('/')[1] ?? '').join(',')
  pages.add(0, 'Roles:', roles === '' ? '<none>' : roles)
  pages.map(0, 'Labels', node.metadata.labels, '=')
  pages.map(0, 'Annotations', node.metadata.annotations, ': ')
  pages.add(0, 'CreationTimestamp:', longTime(node.metadata.creationTimestamp))
  const taints = (node.spec?.taints ?? []).map((taint) => `${taint.key}${taint.value ? `=${taint.value}` : ''}:${taint.effect}`)
  if (taints.length === 0) pages.add(0, 'Taints:', '<none>')
  taints.forEach((text, i) => { pages.add(0, i === 0 ? 'Taints:' : '', text) })
  pages.add(0, 'Unschedulable:', String(node.spec?.unschedulable ?? false))
  const lease = await access.find({ resource: await access.resource('leases.coordination.k8s.io'), namespace: 'kube-node-lease', name })
  const leaseSpec = lease?.['spec'] as { holderIdentity?: string; renewTime?: string } | undefined
  pages.add(0, 'Lease:')
  pages.add(2, 'HolderIdentity:', leaseSpec?.holderIdentity ?? '<unset>')
  pages.add(2, 'AcquireTime:', '<unset>')
  pages.add(2, 'RenewTime:', longTime(leaseSpec?.renewTime))
  if ((node.status?.conditions ?? []).length > 0) {
    pages.add(0, 'Conditions:')
    pages.table(2, ['Type', 'Status', 'LastHeartbeatTime', 'LastTransitionTime', 'Reason', 'Message'], (node.status?.conditions ?? []).map((one) => [one.type, one.status, longTime(one.lastHeartbeatTime), longTime(one.lastTransitionTime), one.reason ?? '', one.message ?? '']))
  }
  pages.add(0, 'Addresses:')
  for (const address of node.status?.addresses ?? []) pages.add(2, `${address.type}:`, address.address)
  for (const [heading, amounts] of [['Capacity', node.status?.capacity], ['Allocatable', node.status?.allocatable]] as const) {
    pages.add(0, `${heading}:`)
    for (const key of Object.keys(amounts ?? {}).sort(compareText)) pages.add(2, `${key}:`, String(amounts?.[key]))
  }
  const info = node.status?.nodeInfo
  if (info !== undefined) {
    pages.add(0, 'System Info:')
    for (const [label, value] of [['Kernel Version', info.kernelVersion], ['OS Image', info.osImage], ['Operating System', info.operatingSystem], ['Architecture', info.architecture], ['Container Runtime Version', info.containerRuntimeVersion], ['Kubelet Version', info.kubeletVersion]]) pages.add(2, `${label ?? ''}:`, value ?? '')
  }
  if (node.spec?.podCIDR) pages.add(0, 'PodCIDR:', node.spec.podCIDR)
  const list = await access.list(await access.resource('pods'), undefined, { fieldSelector: `spec.nodeName=${name},status.phase!=Succeeded,status.phase!=Failed` })
  const pods = list.items as unknown as Pod[]
  const cpuWhole = milliValue(node.status?.allocatable?.['cpu'])
  const memoryWhole = quantityValue(node.status?.allocatable?.['memory'])
  const sum = (pod: Pod, what: 'requests' | 'limits', resource: string): number => (pod.spec?.containers ?? []).reduce((total, container) => total + (resource === 'cpu' ? milliValue(container.resources?.[what]?.[resource]) : quantityValue(container.resources?.[what]?.[resource])), 0)
  const share = (amount: number, whole: number): string => `(${whole === 0 ? 0 : Math.trunc(amount * 100 / whole)}%)`
  const cpu = (milli: number): string => (milli % 1000 === 0 ? String(milli / 1000) : `${milli}m`)
  const bytes = (amount: number): string => (amount === 0 ? '0' : amount % 1024 ** 3 === 0 ? `${amount / 1024 ** 3}Gi` : amount % 1024 ** 2 === 0 ? `${amount / 1024 ** 2}Mi` : String(amount))
  pages.add(0, 'Non-terminated Pods:', `(${pods.length} in total)`)
  pages.table(2, ['Namespace', 'Name', 'CPU Requests', 'CPU Limits', 'Memory Requests', 'Memory Limits', 'Age'], pods.map((pod) => [
    pod.metadata.namespace ?? '', pod.metadata.name ?? '',
    `${cpu(sum(pod, 'requests', 'cpu'))} ${share(sum(pod, 'requests', 'cpu'), cpuWhole)}`, `${cpu(sum(pod, 'limits', 'cpu'))} ${share(sum(pod, 'limits', 'cpu'), cpuWhole)}`,
    `${bytes(sum(pod, 'requests', 'memory'))} ${share(sum(pod, 'requests', 'memory'), memoryWhole)}`, `${bytes(sum(pod, 'limits', 'memory'))} ${share(sum(pod, 'limits', 'memory'), memoryWhole)}`,
    since(environment, pod.metadata.creationTimestamp),
  ]))
  pages.add(0, 'Allocated resources:')
  pages.add(2, '(Total limits may be over 100 percent, i.e., overcommitted.)')
  const total = (what: 'requests' | 'limits', resource: string): number => pods.reduce((amount, pod) => amount + sum(pod, what, resource), 0)
  pages.table(2, ['Resource', 'Requests', 'Limits'], [
    ['cpu', `${cpu(total('requests', 'cpu'))} ${share(total('requests', 'cpu'), cpuWhole)}`, `${cpu(total('limits', 'cpu'))} ${share(total('limits', 'cpu'), cpuWhole)}`],
    ['memory', `${bytes(total('requests', 'memory'))} ${share(total('requests', 'memory'), memoryWhole)}`, `${bytes(total('limits', 'memory'))} ${share(total('limits', 'memory'), memoryWhole)}`],
  ])
}

function selectorText(selector: { readonly matchLabels?: Readonly<Record<string, string>> } | undefined): string {
  const labels = selector?.matchLabels ?? {}
  const keys = Object.keys(labels).sort(compareText)
  return keys.length === 0 ? '<none>' : keys.map((key) => `${key}=${labels[key] ?? ''}`).join(',')
}

async function describeDeployment(access: Access, deployment: Deployment, pages: Pages): Promise<void> {
  const { spec, status } = deployment
  describeHead(pages, deployment)
  pages.add(0, 'CreationTimestamp:', longTime(deployment.metadata.creationTimestamp))
  pages.map(0, 'Labels', deployment.metadata.labels, '=')
  pages.map(0, 'Annotations', deployment.metadata.annotations, ': ')
  pages.add(0, 'Selector:', selectorText(spec?.selector))
  pages.add(0, 'Replicas:', `${spec?.replicas ?? 0} desired | ${status?.updatedReplicas ?? 0} updated | ${status?.replicas ?? 0} total | ${status?.availableReplicas ?? 0} available | ${status?.unavailableReplicas ?? 0} unavailable`)
  pages.add(0, 'StrategyType:', spec?.strategy?.type ?? '')
  pages.add(0, 'MinReadySeconds:', String(spec?.minReadySeconds ?? 0))
  if (spec?.strategy?.rollingUpdate) pages.add(0, 'RollingUpdateStrategy:', `${String(spec.strategy.rollingUpdate.maxUnavailable ?? '')} max unavailable, ${String(spec.strategy.rollingUpdate.maxSurge ?? '')} max surge`)
  pages.add(0, 'Pod Template:')
  pages.map(2, 'Labels', spec?.template?.metadata?.labels, '=')
  describeContainers(pages, 'Containers:', spec?.template?.spec?.containers ?? [], undefined, 2)
  if ((status?.conditions ?? []).length > 0) {
    pages.add(0, 'Conditions:')
    pages.table(2, ['Type', 'Status', 'Reason'], (status?.conditions ?? []).map((one) => [one.type ?? '', one.status ?? '', one.reason ?? '']))
  }
  const sets = (await access.list(await access.resource('replicasets.apps'), deployment.metadata.namespace)).items as unknown as ReplicaSet[]
  const own = sets.filter((one) => controllerOf(one)?.uid === deployment.metadata.uid)
  const revision = deployment.metadata.annotations?.['deployment.kubernetes.io/revision']
  const text = (list: readonly ReplicaSet[]): string => (list.length === 0 ? '<none>' : list.map((one) => `${one.metadata.name ?? ''} (${one.status?.replicas ?? 0}/${one.spec?.replicas ?? 0} replicas created)`).join(', '))
  const fresh = own.filter((one) => one.metadata.annotations?.['deployment.kubernetes.io/revision'] === revision)
  pages.add(0, 'OldReplicaSets:', text(own.filter((one) => !fresh.includes(one))))
  pages.add(0, 'NewReplicaSet:', text(fresh))
}

async function describeReplicaSet(access: Access, set: ReplicaSet, pages: Pages): Promise<void> {
  describeHead(pages, set)
  pages.add(0, 'Selector:', selectorText(set.spec?.selector))
  pages.map(0, 'Labels', set.metadata.labels, '=')
  pages.map(0, 'Annotations', set.metadata.annotations, ': ')
  const owner = controllerOf(set)
  if (owner !== undefined) pages.add(0, 'Controlled By:', `${owner.kind}/${owner.name}`)
  pages.add(0, 'Replicas:', `${set.status?.replicas ?? 0} current / ${set.spec?.replicas ?? 0} desired`)
  const pods = ((await access.list(await access.resource('pods'), set.metadata.namespace, { labelSelector: selectorText(set.spec?.selector) })).items as unknown as Pod[])
  const count = (phase: string): number => pods.filter((pod) => pod.status?.phase === phase).length
  pages.add(0, 'Pods Status:', `${count('Running')} Running / ${count('Pending')} Waiting / ${count('Succeeded')} Succeeded / ${count('Failed')} Failed`)
  pages.add(0, 'Pod Template:')
  pages.map(2, 'Labels', set.spec?.template?.metadata?.labels, '=')
  describeContainers(pages, 'Containers:', set.spec?.template?.spec?.containers ?? [], undefined, 2)
}

function describeService(service: Service, pages: Pages): void {
  const { spec } = service
  describeHead(pages, service)
  pages.map(0, 'Labels', service.metadata.labels, '=')
  pages.map(0, 'Annotations', service.metadata.annotations, ': ')
  pages.add(0, 'Selector:', selectorText({ matchLabels: spec?.selector ?? {} }))
  pages.add(0, 'Type:', spec?.type ?? '')
  pages.add(0, 'IP Family Policy:', spec?.ipFamilyPolicy ?? '')
  pages.add(0, 'IP Families:', (spec?.ipFamilies ?? []).join(','))
  pages.add(0, 'IP:', spec?.clusterIP ?? '')
  pages.add(0, 'IPs:', (spec?.clusterIPs ?? []).join(','))
  for (const port of spec?.ports ?? []) {
    pages.add(0, 'Port:', `${port.name ?? '<unset>'}  ${port.port}/${port.protocol ?? 'TCP'}`)
    pages.add(0, 'TargetPort:', `${String(port.targetPort ?? port.port)}/${port.protocol ?? 'TCP'}`)
    if (port.nodePort !== undefined) pages.add(0, 'NodePort:', `${port.name ?? '<unset>'}  ${port.nodePort}/${port.protocol ?? 'TCP'}`)
  }
  pages.add(0, 'Session Affinity:', spec?.sessionAffinity ?? 'None')
}

/** Any other kind: its fields as they are, keys in words. Upstream: genericDescriber. */
function describeAny(object: ApiObject, pages: Pages): void {
  describeHead(pages, object)
  pages.map(0, 'Labels', object.metadata.labels, '=')
  pages.map(0, 'Annotations', object.metadata.annotations, ': ')
  pages.add(0, 'API Version:', object.apiVersion)
  pages.add(0, 'Kind:', object.kind)
  const words = (key: string): string => key.replace(/([a-z])([A-Z])/g, '$1 $2').replace(/^./, (char) => char.toUpperCase())
  const walk = (value: unknown, depth: number, key: string): void => {
    if (Array.isArray(value)) {
      pages.add(depth, `${key}:`)
      for (const item of value) typeof item === 'object' && item !== null ? Object.entries(item).forEach(([name, inner]) => { walk(inner, depth + 2, words(name)) }) : pages.add(depth + 2, String(item))
    } else if (typeof value === 'object' && value !== null) {
      pages.add(depth, `${key}:`)
      for (const name of Object.keys(value).sort(compareText)) walk((value as Record<string, unknown>)[name], depth + 2, words(name))
    } else pages.add(depth, `${key}:`, String(value))
  }
  pages.add(0, 'Metadata:')
  pages.add(2, 'Creation Timestamp:', object.metadata.creationTimestamp ?? '')
  pages.add(2, 'Resource Version:', object.metadata.resourceVersion ?? '')
  pages.add(2, 'UID:', object.metadata.uid ?? '')
  for (const key of Object.keys(object).sort(compareText)) if (!['apiVersion', 'kind', 'metadata'].includes(key)) walk(object[key], 0, words(key))
}

async function describeEvents(access: Access, environment: Environment, object: ApiObject, pages: Pages): Promise<void> {
  const uid = object.metadata.uid ?? ''
  const list = await access.list(await access.resource('events'), object.metadata.namespace ?? undefined, { fieldSelector: `involvedObject.uid=${uid}` })
  const found = list.items as unknown as Event[]
  if (found.length === 0) { pages.add(0, 'Events:', '<none>'); return }
  pages.add(0, 'Events:')
  const time = (event: Event): string => (event as { series?: { lastObservedTime?: string } }).series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime ?? ''
  pages.table(2, ['Type', 'Reason', 'Age', 'From', 'Message'], [...found].sort((a, b) => compareText(time(a), time(b))).map((event) => {
    const count = event.series?.count ?? event.count ?? 1
    const age = since(environment, time(event))
    return [event.type ?? '', event.reason ?? '', count > 1 ? `${age} (x${count} over ${since(environment, event.firstTimestamp ?? event.eventTime)})` : age, event.source?.component ?? event.reportingComponent ?? '', (event.message ?? '').trim()]
  }))
}

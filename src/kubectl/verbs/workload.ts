import { compareText } from '../../base'
import { ApiError, controllerOf, parseDuration, type ApiObject, type Deployment, type DaemonSet, type ReplicaSet, type StatefulSet } from '../../api'
import { fullName, type NamedObject } from '../access'
import { dryRunFlag, dryRunSuffix, fileFlags, outputFlag, selectorFlags, type Invocation, type Verb } from '../command'
import { CommandError } from '../environment'
import { alignColumns } from '../table'
import { holdsFor } from '../wait-condition'
import { selected } from './edit-metadata'
import { controllerRevisionsOf, keepsControllerRevisions, undoToControllerRevision } from './rollback'
import { report } from './write'

export const scale: Verb = {
  name: 'scale',
  about: 'Set a new size for a deployment, replica set, or replication controller',
  completes: 'resources',
  flags: [...selectorFlags, ...fileFlags, outputFlag, dryRunFlag, { name: 'replicas', type: 'string' }, { name: 'current-replicas', type: 'string' }, { name: 'all', type: 'bool' }],
  async run(invocation) {
    const { access, environment, words, flags } = invocation
    const replicas = flags.integer('replicas')
    if (replicas === undefined || replicas < 0) throw new CommandError('error: The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0')
    for (const target of await selected(invocation, words)) {
      const current = flags.integer('current-replicas')
      if (current !== undefined) {
        const now = await access.ask<{ spec?: { replicas?: number } }>('GET', access.pathOf(target.resource, target.namespace, target.name, 'scale'))
        if ((now.spec?.replicas ?? 0) !== current) throw new CommandError(`error: Expected replicas to be ${current}, was ${now.spec?.replicas ?? 0}`)
      }
      if (flags.string('dry-run') !== 'client') await access.patch(target, 'merge', { spec: { replicas } }, { subresource: 'scale', dryRun: flags.string('dry-run') === 'server' })
      environment.out(`${fullName(target.resource)}/${target.name} scaled${dryRunSuffix(flags)}`)
    }
  },
}

const revisionAnnotation = 'deployment.kubernetes.io/revision'

export const rollout: Verb = {
  name: 'rollout',
  about: 'Manage the rollout of a resource',
  completes: 'resources',
  subverbs: ['history', 'pause', 'restart', 'resume', 'status', 'undo'],
  flags: [...selectorFlags, ...fileFlags, outputFlag, { name: 'watch', short: 'w', type: 'bool' }, { name: 'timeout', type: 'string' }, { name: 'to-revision', type: 'string' }, { name: 'revision', type: 'string' }],
  async run(invocation) {
    const [subverb, ...words] = invocation.words
    const targets = await selected(invocation, words)
    for (const target of targets) {
      switch (subverb) {
        case 'status': await rolloutStatus(invocation, target); break
        case 'history': await rolloutHistory(invocation, target); break
        case 'undo': await rolloutUndo(invocation, target); break
        case 'restart': {
          const at = `${new Date(invocation.environment.now()).toISOString().slice(0, 19)}Z`
          await invocation.access.patch(target, 'merge', { spec: { template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': at } } } } }, { manager: 'kubectl-rollout' })
          invocation.environment.out(`${fullName(target.resource)}/${target.name} restarted`)
          break
        }
        case 'pause': case 'resume': {
          const paused = subverb === 'pause'
          const live = await invocation.access.get(target) as ApiObject & Deployment
          if ((live.spec?.paused ?? false) === paused) throw new CommandError(`error: ${fullName(target.resource)} "${target.name}" ${paused ? 'is already paused' : 'is not paused'}`)
          await invocation.access.patch(target, 'merge', { spec: { paused: paused ? true : null } }, { manager: 'kubectl-rollout' })
          invocation.environment.out(`${fullName(target.resource)}/${target.name} ${paused ? 'paused' : 'resumed'}`)
          break
        }
        default: throw new CommandError(`error: unknown command "${subverb ?? ''}"\nSee 'kubectl rollout -h' for help and examples`)
      }
    }
  },
}

/** A sentence about how far it is, and whether it is done. Upstream: kubectl polymorphichelpers, StatusViewer. */
export function rolloutSentence(object: ApiObject): { readonly text: string; readonly done: boolean; readonly failed?: boolean } {
  const name = object.metadata.name ?? ''
  const generation = object.metadata.generation ?? 0
  switch (object.kind) {
    case 'Deployment': {
      const { spec, status } = object as unknown as Deployment
      if (generation > (status?.observedGeneration ?? 0)) return { text: 'Waiting for deployment spec update to be observed...', done: false }
      const progressing = status?.conditions?.find((condition) => condition.type === 'Progressing')
      if (progressing?.reason === 'ProgressDeadlineExceeded') return { text: `error: deployment "${name}" exceeded its progress deadline`, done: true, failed: true }
      const wanted = spec?.replicas ?? 1
      const [updated, replicas, available] = [status?.updatedReplicas ?? 0, status?.replicas ?? 0, status?.availableReplicas ?? 0]
      if (updated < wanted) return { text: `Waiting for deployment "${name}" rollout to finish: ${updated} out of ${wanted} new replicas have been updated...`, done: false }
      if (replicas > updated) return { text: `Waiting for deployment "${name}" rollout to finish: ${replicas - updated} old replicas are pending termination...`, done: false }
      if (available < updated) return { text: `Waiting for deployment "${name}" rollout to finish: ${available} of ${updated} updated replicas are available...`, done: false }
      return { text: `deployment "${name}" successfully rolled out`, done: true }
    }
    case 'StatefulSet': {
      const { spec, status } = object as unknown as StatefulSet
      if (generation > (status?.observedGeneration ?? 0)) return { text: 'Waiting for statefulset spec update to be observed...', done: false }
      const wanted = spec?.replicas ?? 1
      if ((status?.readyReplicas ?? 0) < wanted) return { text: `Waiting for ${wanted - (status?.readyReplicas ?? 0)} pods to be ready...`, done: false }
      if (spec?.updateStrategy?.type === 'RollingUpdate' && status?.updateRevision !== status?.currentRevision) {
        return { text: `waiting for statefulset rolling update to complete ${status?.updatedReplicas ?? 0} pods at revision ${status?.updateRevision ?? ''}...`, done: false }
      }
      return { text: `statefulset rolling update complete ${status?.currentReplicas ?? 0} pods at revision ${status?.currentRevision ?? ''}...`, done: true }
    }
    case 'DaemonSet': {
      const { status } = object as unknown as DaemonSet
      if (generation > (status?.observedGeneration ?? 0)) return { text: 'Waiting for daemon set spec update to be observed...', done: false }
      const [wanted, updated, available] = [status?.desiredNumberScheduled ?? 0, status?.updatedNumberScheduled ?? 0, status?.numberAvailable ?? 0]
      if (updated < wanted) return { text: `Waiting for daemon set "${name}" rollout to finish: ${updated} out of ${wanted} new pods have been updated...`, done: false }
      if (available < wanted) return { text: `Waiting for daemon set "${name}" rollout to finish: ${available} of ${wanted} updated pods are available...`, done: false }
      return { text: `daemon set "${name}" successfully rolled out`, done: true }
    }
    default: throw new CommandError(`error: no status viewer has been implemented for ${object.kind}`)
  }
}

async function rolloutStatus({ access, environment, flags }: Invocation, target: NamedObject): Promise<void> {
  const until = deadlineOf(flags.string('timeout'), environment.now())
  let last = ''
  for (;;) {
    const { text, done, failed } = rolloutSentence(await access.get(target))
    if (failed === true) throw new CommandError(text)
    if (text !== last) environment.out(text)
    last = text
    if (done || (flags.has('watch') && !flags.bool('watch'))) return
    if (environment.now() >= until) throw new CommandError('error: timed out waiting for the condition')
    await environment.change()
  }
}

/** "30s", "5m", "1h30m" or "0" (no limit) as an instant. */
export function deadlineOf(timeout: string | undefined, now: number): number {
  if (timeout === undefined || timeout === '0' || timeout === '0s') return Number.POSITIVE_INFINITY
  const wait = parseDuration(timeout)
  if (wait === undefined) throw new CommandError(`error: invalid argument "${timeout}" for "--timeout" flag: time: invalid duration "${timeout}"`)
  return now + wait
}

async function replicaSetsOf({ access }: Invocation, target: NamedObject): Promise<(ApiObject & ReplicaSet)[]> {
  const deployment = await access.get(target)
  if (deployment.kind !== 'Deployment') throw new CommandError(`error: no history viewer has been implemented for "${target.resource.kind}"`)
  const list = await access.list(await access.resource('replicasets.apps'), target.namespace)
  const revision = (one: ApiObject): number => Number(one.metadata.annotations?.[revisionAnnotation] ?? 0)
  return (list.items as (ApiObject & ReplicaSet)[])
    .filter((one) => controllerOf(one)?.uid === deployment.metadata.uid)
    .sort((a, b) => revision(a) - revision(b))
}

async function rolloutHistory(invocation: Invocation, target: NamedObject): Promise<void> {
  const { environment, flags } = invocation
  const owner = await invocation.access.get(target)
  if (keepsControllerRevisions(owner.kind)) {
    environment.out(`${fullName(target.resource)}/${target.name} `)
    for (const line of alignColumns(['REVISION', 'CHANGE-CAUSE'], (await controllerRevisionsOf(invocation, owner)).map((one) => [String(one.revision ?? 0), one.metadata.annotations?.['kubernetes.io/change-cause'] ?? '<none>']))) environment.out(line)
    environment.out('')
    return
  }
  const sets = await replicaSetsOf(invocation, target)
  const wanted = flags.string('revision')
  if (wanted !== undefined && wanted !== '0') {
    const set = sets.find((one) => one.metadata.annotations?.[revisionAnnotation] === wanted)
    if (set === undefined) throw new CommandError(`error: unable to find the specified revision`)
    environment.out(`${fullName(target.resource)}/${target.name} with revision #${wanted}`)
    environment.out('Pod Template:')
    const labels = set.spec?.template?.metadata?.labels ?? {}
    Object.keys(labels).sort(compareText).forEach((key, i) => { environment.out(`  ${i === 0 ? 'Labels:' : '       '}\t${key}=${labels[key] ?? ''}`) })
    environment.out('  Containers:')
    for (const container of set.spec?.template?.spec?.containers ?? []) {
      environment.out(`   ${container.name}:`)
      environment.out(`    Image:\t${container.image ?? ''}`)
    }
    return
  }
  environment.out(`${fullName(target.resource)}/${target.name} `)
  for (const line of alignColumns(['REVISION', 'CHANGE-CAUSE'], sets.map((set) => [set.metadata.annotations?.[revisionAnnotation] ?? '', set.metadata.annotations?.['kubernetes.io/change-cause'] ?? '<none>']))) environment.out(line)
  environment.out('')
}

async function rolloutUndo(invocation: Invocation, target: NamedObject): Promise<void> {
  const { access, environment, flags } = invocation
  const wanted = flags.integer('to-revision') ?? 0
  const live = await access.get(target)
  if (keepsControllerRevisions(live.kind)) {
    await undoToControllerRevision(invocation, target, live, wanted)
    return
  }
  const sets = await replicaSetsOf(invocation, target)
  const deployment = live as ApiObject & Deployment
  if (deployment.spec?.paused === true) throw new CommandError(`error: cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again`)
  const set = wanted > 0 ? sets.find((one) => one.metadata.annotations?.[revisionAnnotation] === String(wanted)) : sets.at(-2)
  if (set === undefined) throw new CommandError(wanted > 0 ? `error: unable to find specified revision ${wanted} in history` : 'error: no rollout history found for deployment "' + target.name + '"')
  const template = set.spec?.template
  const { ['pod-template-hash']: _hash, ...labels } = { ...template?.metadata?.labels }
  const restored = { ...template, metadata: { ...template?.metadata, labels } }
  await access.patch(target, 'json', [{ op: 'replace', path: '/spec/template', value: restored }], { manager: 'kubectl-rollout' })
  environment.out(`${fullName(target.resource)}/${target.name} rolled back`)
}

export const set: Verb = {
  name: 'set',
  about: 'Set specific features on objects (image)',
  completes: 'resources',
  subverbs: ['image'],
  flags: [...selectorFlags, outputFlag, dryRunFlag, { name: 'all', type: 'bool' }],
  async run(invocation) {
    const { access, environment, flags } = invocation
    const [subverb, ...words] = invocation.words
    if (subverb !== 'image') throw new CommandError(`error: unknown command "${subverb ?? ''}"\nSee 'kubectl set -h' for help and examples`)
    const pairs = words.filter((word) => word.includes('='))
    const what = words.filter((word) => !word.includes('='))
    if (pairs.length === 0) throw new CommandError('error: at least one image update is required')
    for (const target of await selected(invocation, what)) {
      const live = await access.get(target)
      const isPod = live.kind === 'Pod'
      const spec = live['spec'] as { containers?: { name: string; image?: string }[]; template?: { spec?: { containers?: { name: string; image?: string }[] } } } | undefined
      const containers = (isPod ? spec?.containers : spec?.template?.spec?.containers) ?? []
      const changes: { name: string; image: string }[] = []
      for (const pair of pairs) {
        const equals = pair.indexOf('=')
        const [name, image] = [pair.slice(0, equals), pair.slice(equals + 1)]
        const hit = containers.filter((container) => name === '*' || container.name === name)
        if (hit.length === 0) throw new CommandError(`error: unable to find container named "${name}"`)
        changes.push(...hit.map((container) => ({ name: container.name, image })))
      }
      if (changes.every((change) => containers.find((container) => container.name === change.name)?.image === change.image)) continue
      const inner = { spec: { containers: changes } }
      if (flags.string('dry-run') !== 'client') await access.patch(target, 'strategic', isPod ? inner : { spec: { template: inner } }, { manager: 'kubectl-set', dryRun: flags.string('dry-run') === 'server' })
      environment.out(`${fullName(target.resource)}/${target.name} image updated${dryRunSuffix(flags)}`)
    }
  },
}

export const expose: Verb = {
  name: 'expose',
  about: 'Take a replication controller, service, deployment or pod and expose it as a new Kubernetes service',
  completes: 'resources',
  flags: [outputFlag, dryRunFlag, { name: 'port', type: 'string' }, { name: 'target-port', type: 'string' }, { name: 'type', type: 'string' }, { name: 'name', type: 'string' }, { name: 'protocol', type: 'string' }, { name: 'selector', type: 'string' }, { name: 'labels', short: 'l', type: 'string' }, { name: 'cluster-ip', type: 'string' }],
  async run(invocation) {
    const { access, environment, words, flags, namespace } = invocation
    const services = await access.resource('services')
    for (const target of await access.named(words, namespace)) {
      const live = await access.get(target)
      const spec = live['spec'] as { selector?: Record<string, unknown> & { matchLabels?: Record<string, string> }; template?: { spec?: { containers?: { ports?: { containerPort: number }[] }[] } }; containers?: { ports?: { containerPort: number }[] }[] } | undefined
      const selector = flags.string('selector') !== undefined
        ? Object.fromEntries((flags.string('selector') as string).split(',').map((pair) => pair.split('=') as [string, string]))
        : live.kind === 'Pod' ? live.metadata.labels : (spec?.selector?.matchLabels ?? (spec?.selector as Record<string, string> | undefined))
      if (selector === undefined || Object.keys(selector).length === 0) throw new CommandError(`error: couldn't retrieve selectors via --selector flag or introspection: the ${live.kind.toLowerCase()} has no labels and cannot be exposed`)
      const declared = (spec?.containers ?? spec?.template?.spec?.containers ?? []).flatMap((container) => container.ports ?? []).map((port) => port.containerPort)
      const port = flags.integer('port') ?? declared[0]
      if (port === undefined) throw new CommandError("error: couldn't find port via --port flag or introspection\nSee 'kubectl expose -h' for help and examples")
      const targetPort = flags.string('target-port')
      const service: ApiObject = {
        apiVersion: 'v1', kind: 'Service',
        metadata: { name: flags.string('name') ?? target.name, namespace, ...(live.metadata.labels ? { labels: live.metadata.labels } : {}) },
        spec: {
          ports: [{ port, protocol: flags.string('protocol') ?? 'TCP', targetPort: targetPort === undefined ? port : /^\d+$/.test(targetPort) ? Number(targetPort) : targetPort }],
          selector, ...(flags.string('type') ? { type: flags.string('type') } : {}), ...(flags.string('cluster-ip') ? { clusterIP: flags.string('cluster-ip') } : {}),
        },
      }
      const stored = flags.string('dry-run') === 'client' ? service : await access.ask<ApiObject>('POST', access.pathOf(services, namespace), { body: service, query: { fieldManager: 'kubectl-expose', ...(flags.string('dry-run') === 'server' ? { dryRun: 'All' } : {}) } })
      report(environment, flags, services, stored, 'exposed')
    }
  },
}

export const run: Verb = {
  name: 'run',
  about: 'Run a particular image on the cluster',
  completes: 'none',
  flags: [outputFlag, dryRunFlag, { name: 'image', type: 'string' }, { name: 'labels', short: 'l', type: 'string' }, { name: 'restart', type: 'string' }, { name: 'port', type: 'string' }, { name: 'env', type: 'texts' }, { name: 'command', type: 'bool' }, { name: 'annotations', type: 'texts' }, { name: 'image-pull-policy', type: 'string' }, { name: 'overrides', type: 'string' }],
  async run(invocation) {
    const { access, environment, words, flags, rest, namespace } = invocation
    const [name, ...extra] = words
    if (name === undefined) throw new CommandError('error: NAME is required for run')
    const image = flags.string('image')
    if (image === undefined || image === '') throw new CommandError('error: required flag(s) "image" not set')
    const labels = flags.string('labels') === undefined ? { run: name } : Object.fromEntries((flags.string('labels') as string).split(',').map((pair) => pair.split('=') as [string, string]))
    const args = [...extra, ...rest]
    const port = flags.integer('port')
    const container = {
      name, image, resources: {},
      ...(args.length > 0 ? (flags.bool('command') ? { command: args } : { args }) : {}),
      ...(port === undefined ? {} : { ports: [{ containerPort: port }] }),
      ...(flags.list('env').length > 0 ? { env: flags.list('env').map((pair) => ({ name: pair.split('=')[0] ?? '', value: pair.slice(pair.indexOf('=') + 1) })) } : {}),
      ...(flags.string('image-pull-policy') ? { imagePullPolicy: flags.string('image-pull-policy') } : {}),
    }
    const annotations = Object.fromEntries(flags.list('annotations').map((pair) => [pair.split('=')[0] ?? '', pair.slice(pair.indexOf('=') + 1)]))
    const pod: ApiObject = { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, labels, ...(Object.keys(annotations).length > 0 ? { annotations } : {}) }, spec: { containers: [container], dnsPolicy: 'ClusterFirst', restartPolicy: flags.string('restart') ?? 'Always' } }
    const pods = await access.resource('pods')
    const stored = flags.string('dry-run') === 'client' ? pod : await access.ask<ApiObject>('POST', access.pathOf(pods, namespace), { body: pod, query: { fieldManager: 'kubectl-run', ...(flags.string('dry-run') === 'server' ? { dryRun: 'All' } : {}) } })
    report(environment, flags, pods, stored, 'created')
  },
}

export const autoscale: Verb = {
  name: 'autoscale',
  about: 'Auto-scale a deployment, replica set, stateful set, or replication controller',
  completes: 'resources',
  flags: [outputFlag, dryRunFlag, { name: 'min', type: 'string' }, { name: 'max', type: 'string' }, { name: 'cpu-percent', type: 'string' }, { name: 'cpu', type: 'string' }, { name: 'name', type: 'string' }],
  async run(invocation) {
    const { access, environment, words, flags, namespace } = invocation
    const max = flags.integer('max')
    if (max === undefined || max < 1) throw new CommandError('error: --max=MAXPODS is required and must be at least 1, max: ' + String(max ?? 0))
    const resource = await access.resource('horizontalpodautoscalers.autoscaling')
    for (const target of await access.named(words, namespace)) {
      const live = await access.get(target)
      const percent = flags.integer('cpu-percent') ?? (flags.string('cpu')?.endsWith('%') ? Number.parseInt(flags.string('cpu') as string, 10) : 80)
      const hpa: ApiObject = {
        apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name: flags.string('name') ?? target.name, namespace },
        spec: {
          scaleTargetRef: { apiVersion: live.apiVersion, kind: live.kind, name: target.name }, minReplicas: flags.integer('min') ?? 1, maxReplicas: max,
          metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: percent } } }],
        },
      }
      const stored = flags.string('dry-run') === 'client' ? hpa : await access.ask<ApiObject>('POST', access.pathOf(resource, namespace), { body: hpa, query: { fieldManager: 'kubectl-autoscale' } })
      report(environment, flags, resource, stored, 'autoscaled')
    }
  },
}

export const wait: Verb = {
  name: 'wait',
  about: 'Wait for a specific condition on one or many resources',
  completes: 'resources',
  flags: [...selectorFlags, ...fileFlags, outputFlag, { name: 'for', type: 'string' }, { name: 'timeout', type: 'string' }, { name: 'all', type: 'bool' }],
  async run(invocation) {
    const { access, environment, words, flags } = invocation
    const condition = flags.string('for')
    if (condition === undefined) throw new CommandError('error: --for must be specified')
    const until = deadlineOf(flags.string('timeout') ?? '30s', environment.now())
    const holds = holdsFor(condition)
    const targets = await selected(invocation, words)
    if (targets.length === 0) throw new CommandError('error: no matching resources found')
    for (const target of targets) {
      for (;;) {
        let object: ApiObject | undefined
        try {
          object = await access.find(target)
        } catch (error) {
          if (!(error instanceof ApiError)) throw error
        }
        if (object === undefined && !holds.onDeletion && condition !== 'create') throw new CommandError(`Error from server (NotFound): ${target.resource.plural}${target.resource.group ? `.${target.resource.group}` : ''} "${target.name}" not found`)
        if (holds.test(object)) {
          environment.out(`${fullName(target.resource)}/${target.name} ${holds.onDeletion ? 'deleted' : 'condition met'}`)
          break
        }
        if (environment.now() >= until) throw new CommandError(`error: timed out waiting for the condition on ${target.resource.plural}/${target.name}`)
        await environment.change()
      }
    }
  },
}

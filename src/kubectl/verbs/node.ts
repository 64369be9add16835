import { ApiError, controllerOf, type ApiObject, type Pod } from '../../api'
import { dryRunFlag, dryRunSuffix, selectorFlags, type Invocation, type Verb } from '../command'
import { CommandError } from '../environment'
import type { NamedObject } from '../access'
import { deadlineOf } from './workload'

async function nodesOf({ access, words, flags }: Invocation, command: string): Promise<NamedObject[]> {
  const resource = await access.resource('nodes')
  const selector = flags.string('selector')
  if (selector !== undefined) {
    const list = await access.list(resource, undefined, { labelSelector: selector })
    return list.items.map((item) => ({ resource, namespace: undefined, name: item.metadata.name ?? '' }))
  }
  if (words.length === 0) throw new CommandError(`error: USAGE: ${command} NODE [flags]`)
  return words.map((word) => ({ resource, namespace: undefined, name: word.replace(/^nodes?\//, '') }))
}

async function setUnschedulable({ access, environment, flags }: Invocation, target: NamedObject, wanted: boolean): Promise<void> {
  const node = await access.get(target)
  const now = (node['spec'] as { unschedulable?: boolean } | undefined)?.unschedulable ?? false
  const word = wanted ? 'cordoned' : 'uncordoned'
  if (now === wanted) {
    environment.out(`node/${target.name} already ${word}${dryRunSuffix(flags)}`)
    return
  }
  if (flags.string('dry-run') !== 'client') await access.patch(target, 'strategic', { spec: { unschedulable: wanted ? true : null } }, { manager: 'kubectl-cordon', dryRun: flags.string('dry-run') === 'server' })
  environment.out(`node/${target.name} ${word}${dryRunSuffix(flags)}`)
}

function cordonVerb(name: 'cordon' | 'uncordon'): Verb {
  return {
    name,
    about: name === 'cordon' ? 'Mark node as unschedulable' : 'Mark node as schedulable',
    completes: 'nodes',
    flags: [...selectorFlags, dryRunFlag],
    async run(invocation) {
      for (const target of await nodesOf(invocation, name)) await setUnschedulable(invocation, target, name === 'cordon')
    },
  }
}

export const cordon = cordonVerb('cordon')
export const uncordon = cordonVerb('uncordon')

export const drain: Verb = {
  name: 'drain',
  about: 'Drain node in preparation for maintenance',
  completes: 'nodes',
  flags: [...selectorFlags, dryRunFlag, { name: 'force', type: 'bool' }, { name: 'ignore-daemonsets', type: 'bool' }, { name: 'delete-emptydir-data', type: 'bool' }, { name: 'grace-period', type: 'string' }, { name: 'timeout', type: 'string' }, { name: 'disable-eviction', type: 'bool' }, { name: 'pod-selector', type: 'string' }],
  async run(invocation) {
    const { access, environment, flags } = invocation
    const pods = await access.resource('pods')
    const until = deadlineOf(flags.string('timeout'), environment.now())
    for (const target of await nodesOf(invocation, 'drain')) {
      await setUnschedulable(invocation, target, true)
      const podSelector = flags.string('pod-selector')
      const list = await access.list(pods, undefined, { fieldSelector: `spec.nodeName=${target.name}`, ...(podSelector ? { labelSelector: podSelector } : {}) })
      const leave: Pod[] = []
      const refusals = new Map<string, string[]>()
      const warnings = new Map<string, string[]>()
      const add = (map: Map<string, string[]>, why: string, pod: ApiObject): void => { map.set(why, [...(map.get(why) ?? []), `${pod.metadata.namespace ?? ''}/${pod.metadata.name ?? ''}`]) }
      for (const item of list.items) {
        const pod = item as unknown as Pod
        const finished = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed'
        const controller = controllerOf(pod)
        if (pod.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined) continue
        if (!finished && controller?.kind === 'DaemonSet') {
          if (flags.bool('ignore-daemonsets')) add(warnings, 'ignoring DaemonSet-managed Pods', item)
          else add(refusals, 'cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore)', item)
          continue
        }
        if (!finished && controller === undefined) {
          if (!flags.bool('force')) { add(refusals, 'cannot delete Pods that declare no controller (use --force to override)', item); continue }
          add(warnings, 'deleting Pods that declare no controller', item)
        }
        if (!finished && pod.spec?.volumes?.some((volume) => volume.emptyDir !== undefined) === true && !flags.bool('delete-emptydir-data')) {
          add(refusals, 'cannot delete Pods with local storage (use --delete-emptydir-data to override)', item)
          continue
        }
        leave.push(pod)
      }
      if (refusals.size > 0) {
        throw new CommandError(`error: unable to drain node "${target.name}" due to error: [${[...refusals].map(([why, names]) => `${why}: ${names.join(', ')}`).join(', ')}], continuing command...\nThere are pending nodes to be drained:\n ${target.name}\n${[...refusals].map(([why, names]) => `${why}: ${names.join(', ')}`).join('\n')}`)
      }
      if (warnings.size > 0) environment.error(`Warning: ${[...warnings].map(([why, names]) => `${why}: ${names.join(', ')}`).join('; ')}`)
      if (flags.string('dry-run') !== undefined) {
        for (const pod of leave) environment.out(`evicting pod ${pod.metadata.namespace ?? ''}/${pod.metadata.name ?? ''}${dryRunSuffix(flags)}`)
        environment.out(`node/${target.name} drained${dryRunSuffix(flags)}`)
        continue
      }
      const grace = flags.integer('grace-period')
      for (const pod of leave) {
        const one: NamedObject = { resource: pods, namespace: pod.metadata.namespace, name: pod.metadata.name ?? '' }
        environment.out(`evicting pod ${one.namespace ?? ''}/${one.name}`)
        for (;;) {
          try {
            if (flags.bool('disable-eviction')) await access.ask('DELETE', access.pathOf(pods, one.namespace, one.name), { body: { kind: 'DeleteOptions', apiVersion: 'v1' } })
            else {
              await access.ask('POST', access.pathOf(pods, one.namespace, one.name, 'eviction'), {
                body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: one.name, namespace: one.namespace }, ...(grace === undefined || grace < 0 ? {} : { deleteOptions: { gracePeriodSeconds: grace } }) },
              })
            }
            break
          } catch (error) {
            if (ApiError.is(error, 'NotFound')) break
            // A disruption budget said no for now: try again every five seconds, as upstream.
            if (!ApiError.is(error, 'TooManyRequests')) throw error
            environment.error(`error when evicting pods/"${one.name}" -n "${one.namespace ?? ''}" (will retry after 5s): ${error.message}`)
            const next = environment.now() + 5_000
            while (environment.now() < next) await environment.change()
            if (environment.now() >= until) throw new CommandError(`error: unable to drain node "${target.name}" due to error: drain did not complete within ${flags.string('timeout') ?? ''}`)
          }
        }
      }
      for (const pod of leave) {
        const one: NamedObject = { resource: pods, namespace: pod.metadata.namespace, name: pod.metadata.name ?? '' }
        for (;;) {
          const there = await access.find(one)
          if (there === undefined || there.metadata.uid !== pod.metadata.uid) break
          if (environment.now() >= until) throw new CommandError(`error: unable to drain node "${target.name}" due to error: drain did not complete within ${flags.string('timeout') ?? ''}`)
          await environment.change()
        }
      }
      environment.out(`node/${target.name} drained`)
    }
  },
}

import { controllerOf, keyOf, virtualMs, type ApiObject, type OwnerReference } from '../api'
import type { Cluster } from '../engine'
import type { BecauseLink } from '../protocol'
import { kindWord, type Chronicle, type Write } from './chronicle'
import { componentName, isPerson } from './names'
import { cyclesOf } from './scheduler-view'

interface Subject {
  readonly resource: string
  readonly kind: string
  readonly key: string
  readonly name: string
  readonly object: ApiObject | undefined
}

/** Which resource an owner is of; controllers own no others. */
const ownerResources: Readonly<Record<string, string>> = {
  Deployment: 'deployments', ReplicaSet: 'replicasets', StatefulSet: 'statefulsets', DaemonSet: 'daemonsets', Job: 'jobs', CronJob: 'cronjobs',
  ReplicationController: 'replicationcontrollers', Node: 'nodes',
}

/**
 * From a person's command down to now: the write that made the object, before it the last one of its owner that can have caused it,
 * and so on upwards; below it the decision, the binding and what its kubelet said. Only what happened up to `event`.
 */
export function becauseOf(
  cluster: Cluster, chronicle: Chronicle, event: number, look: (resource: string, key: string) => ApiObject | undefined, resource: string, key: string,
): BecauseLink[] {
  const object = look(resource, key)
  const subject: Subject = { resource, kind: object?.kind ?? kindWord(resource), key, name: object?.metadata.name ?? key.slice(key.indexOf('/') + 1), object }
  const writes = until(chronicle, subject, event)
  const links: BecauseLink[] = []
  const made = writes.find((write) => write.verb === 'create' || (isPerson(write.from) && write === writes[0]))
  links.push(...above(chronicle, subject, made?.seq ?? Infinity, event, look, 0))
  links.push(made === undefined ? imported(subject) : createdLink(chronicle, subject, made, event))
  if (resource === 'pods') links.push(...podLinks(cluster, subject, writes, event))
  else {
    const later = writes.filter((write) => write !== made && write.subresource !== 'status' && write.subresource === undefined)
    for (const write of later.slice(-6)) links.push(writeLink(subject, write))
  }
  return links
}

/** The links above an object: its owners, each with the last write that came before and was not its own bookkeeping. */
function above(
  chronicle: Chronicle, subject: Subject, before: number, event: number, look: (resource: string, key: string) => ApiObject | undefined, depth: number,
): BecauseLink[] {
  const owner = subject.object === undefined ? undefined : controllerOf(subject.object)
  if (owner === undefined || depth > 4) return []
  const parent = ownerSubject(subject, owner, look)
  if (parent === undefined) return []
  const causes = until(chronicle, parent, event).filter((write) => write.seq < before && isCause(write))
  const cause = causes.at(-1)
  const higher = above(chronicle, parent, cause?.seq ?? before, event, look, depth + 1)
  if (cause === undefined) return [...higher, imported(parent)]
  return [...higher, cause.verb === 'create' ? createdLink(chronicle, parent, cause, event) : writeLink(parent, cause)]
}

/** Status reports and heartbeats cause nothing below. */
function isCause(write: Write): boolean {
  return write.subresource !== 'status' && (write.verb === 'create' || write.replicas !== undefined || isPerson(write.from))
}

function ownerSubject(subject: Subject, owner: OwnerReference, look: (resource: string, key: string) => ApiObject | undefined): Subject | undefined {
  const resource = ownerResources[owner.kind]
  if (resource === undefined) return undefined
  const namespace = subject.object?.metadata.namespace
  const key = namespace === undefined || namespace === '' || owner.kind === 'Node' ? owner.name : `${namespace}/${owner.name}`
  return { resource, kind: owner.kind, key, name: owner.name, object: look(resource, key) }
}

function until(chronicle: Chronicle, subject: Subject, event: number): readonly Write[] {
  return chronicle.writes(subject.resource, subject.key).filter((write) => write.event <= event)
}

function link(write: Write, id: string, args: BecauseLink['args']): BecauseLink {
  return { revision: write.revision, at: virtualMs(write.at), position: { event: write.event, beat: 0 }, id: `because.${id}`, args }
}

function imported(subject: Subject): BecauseLink {
  const revision = Number(subject.object?.metadata.resourceVersion ?? 0)
  return { revision, at: virtualMs(0), position: { event: 0, beat: 0 }, id: 'because.imported', args: { kind: subject.kind, name: subject.name } }
}

function byOf(write: Write): { readonly by: string; readonly controller?: string } {
  return { by: componentName(write.from), ...(write.controller === undefined ? {} : { controller: write.controller }) }
}

function createdLink(chronicle: Chronicle, subject: Subject, write: Write, event: number): BecauseLink {
  if (isPerson(write.from)) return link(write, 'applied', { kind: subject.kind, name: subject.name, by: write.from, outcome: 'created' })
  const place = subject.resource === 'pods' ? placeAmongSiblings(chronicle, subject, write, event) : {}
  return link(write, 'created', { kind: subject.kind, name: subject.name, ...byOf(write), ...place })
}

/** Which of its owner's replicas a Pod was when it was made; nothing when that cannot be told. */
function placeAmongSiblings(chronicle: Chronicle, subject: Subject, write: Write, event: number): { readonly index?: number; readonly of?: number } {
  const owner = subject.object === undefined ? undefined : controllerOf(subject.object)
  if (owner === undefined) return {}
  const namespace = subject.object?.metadata.namespace ?? ''
  const resource = ownerResources[owner.kind] ?? ''
  const scaled = chronicle.writes(resource, `${namespace}/${owner.name}`).findLast((each) => each.seq < write.seq && each.replicas?.[1] !== undefined)
  const of = scaled?.replicas?.[1]
  if (of === undefined || scaled === undefined) return {}
  const before = scaled.replicas?.[0] ?? 0
  const made = chronicle.createdBetween('pods', `${namespace}/${owner.name}-`, scaled.seq, write.seq, event)
  const index = before + made + 1
  return index <= of ? { index, of } : {}
}

function writeLink(subject: Subject, write: Write): BecauseLink {
  const [from, to] = write.replicas ?? []
  const replicas = from === undefined || to === undefined ? {} : { from, to }
  if (write.verb === 'delete') return link(write, 'deleted', { kind: subject.kind, name: subject.name, ...(isPerson(write.from) ? { by: write.from } : byOf(write)) })
  if (isPerson(write.from)) return link(write, 'applied', { kind: subject.kind, name: subject.name, by: write.from, outcome: 'configured', ...replicas })
  if (from !== undefined && to !== undefined) return link(write, 'scaled', { kind: subject.kind, name: subject.name, ...byOf(write), from, to })
  return link(write, 'updated', { kind: subject.kind, name: subject.name, ...byOf(write) })
}

/** What came of a Pod: the decisions, the binding, the phases its kubelet reported. */
function podLinks(cluster: Cluster, subject: Subject, writes: readonly Write[], event: number): BecauseLink[] {
  const links: BecauseLink[] = []
  const bound = writes.find((write) => write.subresource === 'binding')
  const cycles = cyclesOf(cluster, subject.key)
  const refused = cycles.filter((cycle) => cycle.outcome === 'unschedulable').at(-1)
  const position = bound === undefined ? { event, beat: 0 } : { event: bound.event, beat: 0 }
  if (refused !== undefined && bound === undefined) {
    links.push({ revision: refused.revision, at: refused.endedAt, position, id: 'because.unschedulable', args: { pod: subject.key, cycle: refused.id, message: refused.message ?? '' } })
  }
  if (bound !== undefined) {
    const cycle = cycles.findLast((each) => each.outcome === 'scheduled' && each.startedAt <= bound.at)
    if (cycle !== undefined) links.push({ revision: cycle.revision, at: cycle.startedAt, position, id: 'because.decided', args: { pod: subject.key, node: cycle.node ?? '', cycle: cycle.id } })
    links.push(link(bound, 'bound', { pod: subject.key, node: cycle?.node ?? nodeNameOf(subject.object) }))
    const status = writes.findLast((write) => write.subresource === 'status' && write.seq > bound.seq)
    const phase = (subject.object?.['status'] as { readonly phase?: string } | undefined)?.phase
    if (status !== undefined && phase !== undefined && phase !== 'Pending') links.push(link(status, 'status', { pod: subject.key, phase, node: nodeNameOf(subject.object) }))
  }
  const deleted = writes.find((write) => write.verb === 'delete')
  if (deleted !== undefined) links.push(writeLink(subject, deleted))
  return links
}

function nodeNameOf(object: ApiObject | undefined): string {
  return (object?.['spec'] as { readonly nodeName?: string } | undefined)?.nodeName ?? ''
}

export { keyOf }

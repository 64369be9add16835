import { type ApiError, type ApiObject, type Binding, type Namespace, type Pod } from '../../../api'
import { objectAnswer, now, writeOptions, type Answer, type Call, type Server } from '../call'
import { copyOf, type Fields } from '../draft'
import { badRequest, conflict, invalid, notFound, plainError } from '../errors'
import { FieldErrors } from '../field-errors'
import type { Kind } from '../kinds/kind'
import { checkName } from '../pipeline'
import { bodyOf } from './write'

// Roads below an object. Upstream: pkg/registry/core/pod/storage and its kin.

const created = (): ApiObject => ({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 })

/** Binds a Pod to a node. The Pod is that of the path, or for POST .../bindings that of the body. */
export function bind(server: Server, call: Call, podName: string): Answer {
  const { info } = call
  const pods = server.kinds.ofPath('', 'v1', 'pods')
  if (pods === undefined) throw notFound({ group: '', plural: 'pods' }, podName)
  const options = writeOptions(call, 'CreateOptions')
  const binding = server.pipeline.decode(server.kinds.ofPath('', 'v1', 'bindings') as Kind, bodyOf(call), options) as unknown as Binding
  const name = podName === '' ? (binding.metadata.name ?? '') : podName
  if (podName !== '' && binding.metadata.name !== undefined && binding.metadata.name !== podName) throw badRequest('name in URL does not match name in Binding object')
  if (binding.metadata.namespace !== undefined && binding.metadata.namespace !== info.namespace) throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  server.pipeline.admit({ operation: 'CREATE', kind: pods, namespace: info.namespace, name, subresource: 'binding', object: binding as unknown as Fields, dryRun: options.dryRun, userAgent: call.request.userAgent, warnings: call.warnings })
  const errors = new FieldErrors()
  const { target } = binding
  if (target.kind !== undefined && target.kind !== '' && target.kind !== 'Node') errors.notSupported('target.kind', target.kind, ['Node', '<empty>'])
  if (target.name === undefined || target.name === '') errors.required('target.name')
  if (errors.any) throw plainError(500, errors.list.length === 1 ? `${errors.list[0]?.field ?? ''}: ${errors.list[0]?.message ?? ''}` : `[${errors.list.map((error) => `${error.field}: ${error.message}`).join(', ')}]`)
  const live = server.storage.get(pods, info.namespace, name)
  if (live === undefined) throw notFound(pods.resource, name)
  const asBinding = { group: '', plural: 'pods/binding' }
  const pod = live as unknown as Pod
  const uid = binding.metadata.uid
  if (uid !== undefined && uid !== live.metadata.uid) {
    throw conflict(pods.resource, name, `StorageError: invalid object, Code: 4, Key: ${server.storage.keyOf(pods, info.namespace, name)}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${uid}, UID in object meta: ${live.metadata.uid ?? ''}`)
  }
  const refuse = (reason: string): ApiError => conflict(asBinding, name, reason)
  if (live.metadata.deletionTimestamp !== undefined) throw refuse(`pod ${name} is being deleted, cannot be assigned to a host`)
  if (pod.spec?.nodeName !== undefined && pod.spec.nodeName !== '') throw refuse(`pod ${name} is already assigned to node ${JSON.stringify(pod.spec.nodeName)}`)
  if ((pod.spec?.schedulingGates?.length ?? 0) > 0) throw refuse(`pod ${name} has non-empty .spec.schedulingGates`)
  const annotations = together(live.metadata.annotations, binding.metadata.annotations)
  const labels = together(live.metadata.labels, binding.metadata.labels)
  const conditions = (pod.status?.conditions ?? []).filter((condition) => condition.type !== 'PodScheduled')
  const scheduled = { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: now(server) }
  const draft = {
    ...live, metadata: { ...live.metadata, ...(annotations === undefined ? {} : { annotations }), ...(labels === undefined ? {} : { labels }) },
    spec: { ...pod.spec, nodeName: target.name }, status: { ...pod.status, conditions: [...conditions, scheduled] },
  } as unknown as Fields
  server.pipeline.store(pods, draft, live, options.dryRun)
  return { status: 201, body: created() }
}

type Texts = Readonly<Record<string, string>>

/** What one says and what the other adds; undefined: nothing. */
function together(mine: Texts | undefined, more: Texts | undefined): Texts | undefined {
  if (more === undefined) return mine
  return mine === undefined ? more : { ...mine, ...more }
}

/** The namespace controller takes its finalizer away; the last one gone, the namespace goes. */
export function finalize(server: Server, call: Call): Answer {
  const { kind, info } = call
  const options = writeOptions(call, 'UpdateOptions')
  const draft = server.pipeline.decode(kind, bodyOf(call), options)
  checkName(draft, '', info.name)
  const live = server.storage.get(kind, '', info.name)
  if (live === undefined) throw notFound(kind.resource, info.name)
  const namespace = live as unknown as Namespace
  const given = draft as unknown as Namespace
  if (given.metadata.resourceVersion !== undefined && given.metadata.resourceVersion !== live.metadata.resourceVersion) {
    throw conflict(kind.resource, info.name, 'the object has been modified; please apply your changes to the latest version and try again')
  }
  const finalizers = given.spec?.finalizers ?? []
  const errors = new FieldErrors()
  finalizers.forEach((finalizer, i) => { if (finalizer === '') errors.invalid(`spec.finalizers[${i}]`, finalizer, 'name part must be non-empty') })
  if (errors.any) throw invalid('', 'Namespace', info.name, errors.list)
  const { finalizers: _, ...spec } = namespace.spec ?? {}
  const next = copyOf({ ...live, spec: finalizers.length > 0 ? { ...spec, finalizers } : spec }) as unknown as Fields
  if (live.metadata.deletionTimestamp !== undefined && finalizers.length === 0 && (live.metadata.finalizers?.length ?? 0) === 0) {
    if (!options.dryRun) server.storage.remove(kind, next as unknown as ApiObject)
    return objectAnswer(call, next as unknown as ApiObject)
  }
  return objectAnswer(call, server.pipeline.store(kind, next, live, options.dryRun))
}

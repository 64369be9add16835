import { deepEqual } from '../../../base'
import { ApiError, failure, qosClassOf, type ApiObject, type Node, type Pod, type PodSpec } from '../../../api'
import { objectAnswer, writeOptions, type Answer, type Call, type Server } from '../call'
import type { Fields } from '../draft'
import { badRequest, invalid, notFound, plainError } from '../errors'
import { FieldErrors } from '../field-errors'
import type { Kind } from '../kinds/kind'
import { isTrue } from '../request-info'
import { update as updateObject, patch as patchObject } from './write'

/** What a log request asks of a kubelet. */
export interface LogRequest {
  readonly nodeName: string
  readonly namespace: string
  readonly pod: string
  readonly uid: string
  readonly container: string
  readonly previous: boolean
  readonly timestamps: boolean
  readonly tailLines?: number
  readonly sinceSeconds?: number
  readonly sinceTime?: string
  readonly limitBytes?: number
}

/** How the server reaches kubelets: for logs. Wired by the composition root; `undefined` answers mean that nobody listens there. */
export interface NodeConnection {
  logs(request: LogRequest): { readonly status: number; readonly text: string } | undefined
}

const podOf = (server: Server, call: Call): Pod => {
  const live = server.storage.get(call.kind, call.info.namespace, call.info.name)
  if (live === undefined) throw notFound(call.kind.resource, call.info.name)
  return live as unknown as Pod
}

const containerNames = (spec: PodSpec | undefined): string[] => (spec?.containers ?? []).map((container) => container.name)
const allNames = (spec: PodSpec | undefined): string[] => [...spec?.initContainers ?? [], ...spec?.containers ?? [], ...spec?.ephemeralContainers ?? []].map((container) => container.name)

function number(call: Call, name: string): number | undefined {
  const text = call.query[name]
  if (text === undefined) return undefined
  if (!/^[+-]?[0-9]+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`)
  return Number(text)
}

/** Upstream: pkg/registry/core/pod, LogLocation; validation.ValidatePodLogOptions. */
export function log(server: Server, call: Call): Answer {
  const { info, query } = call
  const [tailLines, sinceSeconds, limitBytes] = [number(call, 'tailLines'), number(call, 'sinceSeconds'), number(call, 'limitBytes')]
  const errors = new FieldErrors()
  if (tailLines !== undefined && tailLines < 0) errors.invalid('tailLines', tailLines, 'must be greater than or equal to 0')
  if (limitBytes !== undefined && limitBytes < 1) errors.invalid('limitBytes', limitBytes, 'must be greater than 0')
  if (sinceSeconds !== undefined && query['sinceTime'] !== undefined) errors.forbidden('', 'at most one of `sinceTime` or `sinceSeconds` may be specified')
  else if (sinceSeconds !== undefined && sinceSeconds < 1) errors.invalid('sinceSeconds', sinceSeconds, 'must be greater than 0')
  if (errors.any) throw invalid('', 'PodLogOptions', info.name, errors.list)
  const pod = podOf(server, call)
  const container = containerOf(pod, query['container'], 'container')
  const nodeName = pod.spec?.nodeName ?? ''
  // Not on a node yet: there is nothing to read, and that is no error.
  if (nodeName === '') return { status: 204, body: '', headers: { 'content-type': 'text/plain' } }
  if (server.storage.get(server.kinds.ofPath('', 'v1', 'nodes') as Kind, '', nodeName) === undefined) throw notFound(call.kind.resource, nodeName)
  const answer = server.nodeConnection?.logs({
    nodeName, namespace: info.namespace, pod: info.name, uid: pod.metadata.uid ?? '', container, previous: isTrue(query['previous']), timestamps: isTrue(query['timestamps']),
    ...(tailLines === undefined ? {} : { tailLines }), ...(sinceSeconds === undefined ? {} : { sinceSeconds }), ...(limitBytes === undefined ? {} : { limitBytes }),
    ...(query['sinceTime'] === undefined ? {} : { sinceTime: query['sinceTime'] }),
  })
  if (answer === undefined) throw refusedConnection(server, nodeName, `/containerLogs/${info.namespace}/${info.name}/${container}`)
  if (answer.status >= 400) throw new ApiError(failure(answer.status, answer.status === 400 ? 'BadRequest' : answer.status === 404 ? 'NotFound' : 'InternalError', answer.text))
  return { status: 200, body: answer.text, headers: { 'content-type': 'text/plain' } }
}

function refusedConnection(server: Server, nodeName: string, path: string): ApiError {
  const node = server.storage.get(server.kinds.ofPath('', 'v1', 'nodes') as Kind, '', nodeName) as unknown as Node | undefined
  const address = node?.status?.addresses?.find((one) => one.type === 'InternalIP')?.address ?? nodeName
  return plainError(500, `Get "https://${address}:10250${path}": dial tcp ${address}:10250: connect: connection refused`)
}

/** The container asked for; the only one when none was asked for. */
function containerOf(pod: Pod, asked: string | undefined, _what: string): string {
  const name = pod.metadata.name ?? ''
  if (asked !== undefined && asked !== '') {
    if (!allNames(pod.spec).includes(asked)) throw badRequest(`container ${asked} is not valid for pod ${name}`)
    return asked
  }
  const names = containerNames(pod.spec)
  if (names.length === 1) return names[0] as string
  if (names.length === 0) throw badRequest(`a container name must be specified for pod ${name}`)
  const init = (pod.spec?.initContainers ?? []).map((container) => container.name)
  throw badRequest(`a container name must be specified for pod ${name}, choose one of: [${names.join(' ')}]${init.length > 0 ? ` or one of the init containers: [${init.join(' ')}]` : ''}`)
}

/** exec, attach, portforward: streams that the simulated kubelet does not offer. Refused as far as the real road is known. */
export function stream(server: Server, call: Call): Answer {
  const pod = podOf(server, call)
  if (call.info.subresource !== 'portforward') containerOf(pod, call.query['container'], 'container')
  if ((pod.spec?.nodeName ?? '') === '') throw badRequest(`pod ${call.info.name} does not have a host assigned`)
  throw badRequest('Upgrade request required')
}

/** Traffic into the cluster does not go through this server. */
export function proxy(server: Server, call: Call): Answer {
  const live = server.storage.get(call.kind, call.info.namespace, call.info.name)
  if (live === undefined) throw notFound(call.kind.resource, call.info.name)
  if (call.kind.resource.plural === 'nodes') throw refusedConnection(server, call.info.name, '/')
  throw badRequest('address not allowed')
}

/** Containers for looking into a running Pod: they come, and do not go. Upstream: EphemeralContainersREST. */
export function ephemeralContainers(server: Server, call: Call): Answer {
  if (call.request.method === 'GET') return objectAnswer(call, podOf(server, call) as unknown as ApiObject)
  return writeThrough(server, call, (next, old) => {
    const errors = new FieldErrors()
    const [added, before] = [next.spec?.ephemeralContainers ?? [], old.spec?.ephemeralContainers ?? []]
    before.forEach((container, i) => {
      const kept = added.find((candidate) => candidate.name === container.name)
      if (kept === undefined) errors.forbidden('spec.ephemeralContainers', `existing ephemeral containers ${JSON.stringify(container.name)} may not be removed\n`)
      else if (!deepEqual(kept, container)) errors.forbidden('spec.ephemeralContainers', `existing ephemeral containers ${JSON.stringify(container.name)} may not be changed\n[${i}]`)
    })
    if (errors.any) throw invalid('', 'Pod', call.info.name, errors.list)
    const { ephemeralContainers: _, ...spec } = old.spec ?? { containers: [] }
    return added.length > 0 ? { ...spec, ephemeralContainers: added } : spec
  })
}

/** Resources of running containers. Upstream: ResizeREST, ValidatePodResize. */
export function resize(server: Server, call: Call): Answer {
  if (call.request.method === 'GET') return objectAnswer(call, podOf(server, call) as unknown as ApiObject)
  return writeThrough(server, call, (next, old) => {
    const oldSpec = old.spec ?? { containers: [] }
    const take = (field: 'containers' | 'initContainers'): PodSpec['containers'] | undefined => oldSpec[field]?.map((container) => {
      const { resources: _, ...rest } = container
      const wanted = next.spec?.[field]?.find((candidate) => candidate.name === container.name)?.resources
      return wanted === undefined ? rest : { ...rest, resources: wanted }
    })
    const initContainers = take('initContainers')
    const spec: PodSpec = { ...oldSpec, containers: take('containers') ?? [], ...(initContainers === undefined ? {} : { initContainers }) }
    const errors = new FieldErrors()
    if (qosClassOf(spec) !== qosClassOf(oldSpec)) errors.invalid('spec', old.status?.qosClass ?? '', 'Pod QOS Class may not change as a result of resizing')
    if (errors.any) throw invalid('', 'Pod', call.info.name, errors.list)
    return spec
  })
}

/** A write to a Pod of which only one part counts: `specOf` says what the spec becomes. */
function writeThrough(server: Server, call: Call, specOf: (next: Pod, old: Pod) => PodSpec): Answer {
  const kind: Kind = {
    ...call.kind,
    // The one part was looked at already; the rest is as it was.
    validateUpdate: () => undefined,
    prepareForUpdate(draft, old) {
      const fields = draft as unknown as Fields
      fields['spec'] = specOf(draft as unknown as Pod, old as unknown as Pod)
      fields['status'] = old['status']
    },
  }
  const road: Call = { ...call, kind }
  writeOptions(call, call.request.method === 'PUT' ? 'UpdateOptions' : 'PatchOptions')
  return call.request.method === 'PUT' ? updateObject(server, road) : patchObject(server, road)
}


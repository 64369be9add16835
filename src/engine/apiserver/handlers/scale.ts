import { type ApiObject, type Scale } from '../../../api'
import { objectAnswer, writeOptions, type Answer, type Call, type Server } from '../call'
import { copyOf, isFields, type Fields } from '../draft'
import { badRequest, invalid, notFound } from '../errors'
import { FieldErrors } from '../field-errors'
import type { Kind, ScaleRoad } from '../kinds/kind'
import { bodyKinds } from '../kinds/table'
import { checkName } from '../pipeline'
import { bodyOf, decodePatched, patchedFields, patchReader, patchTypeOf } from './write'
import { readBody } from '../body'

/** An object's replicas, as autoscaling/v1 Scale shows them. */
function scaleOf(kind: Kind, object: ApiObject): Scale {
  const road = kind.scale as ScaleRoad
  const { name = '', namespace, uid, resourceVersion, creationTimestamp } = object.metadata
  const replicas = road.replicasOf(object)
  const selector = road.selectorOf(object)
  return {
    kind: 'Scale', apiVersion: 'autoscaling/v1',
    metadata: {
      name, ...(namespace === undefined ? {} : { namespace }), ...(uid === undefined ? {} : { uid }), ...(resourceVersion === undefined ? {} : { resourceVersion }),
      ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
    },
    spec: replicas === 0 ? {} : { replicas }, status: { replicas: road.statusReplicasOf(object), ...(selector === '' ? {} : { selector }) },
  }
}

const shown = (call: Call, object: ApiObject): Answer => objectAnswer({ ...call, kind: bodyKinds().scale }, scaleOf(call.kind, object) as unknown as ApiObject)

/** Replicas read and written without touching the rest. Upstream: pkg/registry/apps/<kind>/storage, ScaleREST. */
export function scale(server: Server, call: Call): Answer {
  const { kind, info, request } = call
  const live = server.storage.get(kind, info.namespace, info.name)
  if (request.method === 'GET') {
    if (live === undefined) throw notFound(kind.resource, info.name)
    return shown(call, live)
  }
  const scaleKind = bodyKinds().scale
  const scaleCall: Call = { ...call, kind: scaleKind }
  let wanted: (object: ApiObject) => Scale
  let options
  if (request.method === 'PUT') {
    options = writeOptions(call, 'UpdateOptions')
    const draft = server.pipeline.decode(scaleKind, bodyOf(scaleCall), options)
    checkName(draft, info.namespace, info.name)
    const body = draft as unknown as Scale
    wanted = () => body
  } else {
    const type = patchTypeOf(call)
    options = writeOptions(call, 'PatchOptions', type === 'apply')
    const writing = options
    if (type === 'apply') {
      const config = readBody(request, (problem) => badRequest(`error decoding YAML: ${problem}`))
      if (!isFields(config)) throw badRequest('error decoding YAML: json: cannot unmarshal into Go value of type map[string]interface {}')
      const body = server.pipeline.decode(scaleKind, config, writing) as unknown as Scale
      wanted = () => body
    } else {
      const change = patchReader(scaleCall, type)
      wanted = (object) => decodePatched(server, scaleCall, patchedFields(() => change(scaleOf(kind, object) as unknown as Fields)), writing) as unknown as Scale
    }
  }
  if (live === undefined) throw notFound(kind.resource, info.name)
  const { object } = server.pipeline.update(kind, info.namespace, info.name, '', options, (current) => {
    const next = wanted(current as ApiObject)
    const replicas = next.spec?.replicas ?? 0
    const errors = new FieldErrors()
    if (replicas < 0) errors.invalid('spec.replicas', replicas, 'must be greater than or equal to 0')
    if (errors.any) throw invalid('autoscaling', 'Scale', info.name, errors.list)
    const draft = copyOf(current) as unknown as Fields
    ;(kind.scale as ScaleRoad).setReplicas(draft, replicas)
    const meta = draft['metadata'] as Fields
    const version = next.metadata.resourceVersion
    if (version === undefined) delete meta['resourceVersion']
    else meta['resourceVersion'] = version
    return draft
  }, { subresourceName: 'scale' })
  return shown(call, object)
}

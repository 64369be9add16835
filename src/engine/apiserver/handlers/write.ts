import { ApiError, failure, type ApiObject, type DeleteOptions } from '../../../api'
import { contentType, readBody } from '../body'
import { notesOf } from '../body-notes'
import { listAnswer, objectAnswer, successStatus, unsupportedPatch, writeOptions, type Answer, type Call, type Server } from '../call'
import { DecodeError, decodeObject } from '../decode'
import { isFields, type Fields } from '../draft'
import { badRequest, invalid, plainError } from '../errors'
import { FieldErrors, quoted } from '../field-errors'
import { applyJsonPatch, PatchError, readJsonPatch } from '../patch/json-patch'
import { applyMergePatch } from '../patch/merge-patch'
import { applyStrategicPatch } from '../patch/strategic'
import { checkName, kindNameOf, type Kept } from '../pipeline'
import { schemaType } from '../../../api'
import { listObjects } from './read'

// POST, PUT, PATCH and DELETE. Upstream: apiserver/pkg/endpoints/handlers.

/** The text of a body that is no object of a kind, as the decoder reports it. */
export function unrecognized(call: Call, problem: string): ApiError {
  const { body } = call.request
  const text = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body)
  const yaml = contentType(call.request).includes('yaml')
  const shown = text === '' ? '<empty>' : yaml || !/^[\s{]/.test(text) ? hexOf(text) : text.length > 1024 ? `${text.slice(0, 1024)} ...` : text
  return badRequest(`the object provided is unrecognized (must be of type ${call.kind.resource.kind}): ${problem} (${shown})`)
}

function hexOf(text: string): string {
  let out = ''
  for (let i = 0; i < Math.min(text.length, 1024); i++) out += text.charCodeAt(i).toString(16).padStart(2, '0')
  return out
}

const goStruct = 'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }'

/** The body as an object of some kind. Throws BadRequest. */
export function bodyOf(call: Call): Fields {
  const body = readBody(call.request, (problem) => unrecognized(call, problem))
  if (body === undefined || (body === null && call.request.body === undefined)) throw unrecognized(call, "couldn't get version/kind; json parse error: unexpected end of JSON input")
  if (!isFields(body)) {
    if (body === null) return {}
    const shown = Array.isArray(body) ? 'array' : typeof body === 'boolean' ? 'bool' : typeof body
    throw unrecognized(call, `couldn't get version/kind; json parse error: json: cannot unmarshal ${shown} into Go value of type ${goStruct}`)
  }
  for (const [field, goName] of [['apiVersion', 'apiVersion'], ['kind', 'kind']] as const) {
    const value = body[field]
    if (value !== undefined && value !== null && typeof value !== 'string') {
      const shown = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value
      throw unrecognized(call, `couldn't get version/kind; json parse error: json: cannot unmarshal ${shown} into Go struct field .${goName} of type string`)
    }
  }
  return body
}

/** A body as an object of the stored kind, whatever form the path has. Throws as the pipeline's `decode`. */
function decodeStored(server: Server, call: Call, body: Fields, options: ReturnType<typeof writeOptions>, kept?: Kept): Fields {
  const { viewed, kind } = call
  if (viewed?.view === undefined) return server.pipeline.decode(kind, body, options, kept)
  const seen = server.pipeline.decode(viewed, body, options)
  return server.pipeline.decode(kind, viewed.view.toStored(seen), { ...options, fieldValidation: 'Ignore' })
}

/** What a client sees of a stored object. */
function seenBy(call: Call, live: ApiObject): Fields {
  return (call.viewed?.view?.fromStored(live) ?? live) as unknown as Fields
}

/** Upstream: customresource_handler.go, ServeHTTP. */
const terminating = (verb: string): ApiError => new ApiError(failure(405, 'MethodNotAllowed', `${verb} not allowed while custom resource definition is terminating`, {}))

export function create(server: Server, call: Call): Answer {
  const { kind, info, viewed } = call
  if (kind.terminating === true) throw terminating('create')
  const options = writeOptions(call, 'CreateOptions')
  const body = bodyOf(call)
  const draft = decodeStored(server, call, body, options)
  const rules = viewed?.view?.validateCreate
  if (rules !== undefined) return objectAnswer(call, server.pipeline.create({ ...kind, validate: (object, errors) => { rules(seenBy(call, object), errors) } }, info.namespace, draft, options), 201)
  return objectAnswer(call, server.pipeline.create(kind, info.namespace, draft, options), 201)
}

export function update(server: Server, call: Call, subresource = ''): Answer {
  const { kind, info } = call
  const options = writeOptions(call, 'UpdateOptions')
  // Through /status a component sends back what it was told of the object, with another status.
  const live = subresource === 'status' && kind.custom !== true ? server.storage.get(kind, info.namespace, info.name) : undefined
  const draft = decodeStored(server, call, bodyOf(call), options, live === undefined ? undefined : { field: 'spec', value: live['spec'], live })
  // Before anyone looks whether there is such an object. Upstream: handlers.UpdateResource.
  checkName(draft, info.namespace, info.name)
  const { uid } = (draft['metadata'] ?? {}) as { readonly uid?: string }
  const { object, created } = server.pipeline.update(kind, info.namespace, info.name, subresource, options, () => draft, uid === undefined ? {} : { uid })
  return objectAnswer(call, object, created ? 201 : 200)
}

export type PatchType = 'json' | 'merge' | 'strategic' | 'apply'

const patchTypes: Record<string, PatchType> = {
  'application/json-patch+json': 'json', 'application/merge-patch+json': 'merge', 'application/strategic-merge-patch+json': 'strategic', 'application/apply-patch+yaml': 'apply',
}

/** Throws 415 for a Content-Type that is no patch, or none for this kind. */
export function patchTypeOf(call: Call): PatchType {
  const type = patchTypes[contentType(call.request)]
  if (type === undefined || (type === 'strategic' && call.kind.custom === true)) throw unsupportedPatch()
  return type
}

export function patch(server: Server, call: Call, subresource = ''): Answer {
  const { kind, info } = call
  const type = patchTypeOf(call)
  const options = writeOptions(call, 'PatchOptions', type === 'apply')
  if (type === 'apply') {
    const config = readBody(call.request, (problem) => badRequest(`error decoding YAML: ${problem}`))
    if (!isFields(config)) throw badRequest('error decoding YAML: json: cannot unmarshal into Go value of type map[string]interface {}')
    checkApplied(server, call, config)
    const [twice] = notesOf(config)?.duplicates ?? []
    if (twice !== undefined && options.fieldValidation !== 'Ignore') {
      const text = `error converting YAML to JSON: ${twice}`
      if (options.fieldValidation === 'Strict') throw badRequest(`error strict decoding YAML: ${text}`)
      options.warnings.push(text)
    }
    const stored = call.viewed?.view?.toStored(config) ?? config
    const { object, created } = server.pipeline.apply(kind, info.namespace, info.name, subresource, stored, options.force, options)
    return objectAnswer(call, object, created ? 201 : 200)
  }
  const change = patchReader(call, type)
  const { object } = server.pipeline.update(kind, info.namespace, info.name, subresource, options, (live) => {
    const patched = patchedFields(() => change(seenBy(call, live as ApiObject)))
    // Through /status nobody writes the spec, and through the object itself nobody writes the status.
    const field = subresource === 'status' ? 'spec' : kind.status === true ? 'status' : undefined
    return decodePatched(server, call, patched, options, field === undefined || call.viewed?.view !== undefined ? undefined
      : { field, value: (live as ApiObject)[field], ...(subresource === 'status' ? { live: live as ApiObject } : {}) })
  }, { mustExist: true })
  return objectAnswer(call, object)
}

/** Reads the patch; what comes back applies it. */
export function patchReader(call: Call, type: Exclude<PatchType, 'apply'>): (live: Fields) => unknown {
  const body = readBody(call.request, (problem) => badRequest(type === 'merge' ? 'invalid JSON patch' : type === 'json' ? `error decoding patch: ${problem.replace(/^.*json parse error: /, '')}` : problem.replace(/^.*json parse error: /, '')))
  if (type === 'json') {
    try {
      const operations = readJsonPatch(body)
      if (operations.length > 10_000) throw new ApiError(failure(413, 'RequestEntityTooLarge', `The allowed maximum operations in a JSON patch is 10000, got ${operations.length}`))
      return (live) => applyJsonPatch(live, operations)
    } catch (error) {
      if (error instanceof PatchError) throw badRequest(`error decoding patch: ${error.message}`)
      throw error
    }
  }
  if (!isFields(body)) {
    if (type === 'merge') throw badRequest(body === null ? 'invalid JSON patch' : 'invalid JSON patch')
    throw badRequest(`json: cannot unmarshal ${Array.isArray(body) ? 'array' : typeof body} into Go value of type map[string]interface {}`)
  }
  if (type === 'merge') return (live) => applyMergePatch(live, body)
  return (live) => {
    try {
      return applyStrategicPatch(live, body, (call.viewed ?? call.kind).schema)
    } catch (error) {
      if (error instanceof PatchError) throw plainError(500, error.message)
      throw error
    }
  }
}

/** Runs a patch; one that does not fit is refused without saying why, as upstream does. */
export function patchedFields(apply: () => unknown): Fields {
  try {
    const patched = apply()
    if (!isFields(patched)) throw new PatchError('not an object')
    return patched
  } catch (error) {
    if (error instanceof PatchError) throw new ApiError(failure(422, 'Invalid', 'the server rejected our request due to an error in our request', {}))
    throw error
  }
}

/** A patched document as an object; what is wrong with it is wrong with the patch. */
export function decodePatched(server: Server, call: Call, patched: Fields, options: ReturnType<typeof writeOptions>, kept?: Kept): Fields {
  try {
    return decodeStored(server, call, patched, options, kept)
  } catch (error) {
    if (!ApiError.is(error, 'BadRequest')) throw error
    const problem = error.message.replace(/^.*? cannot be handled as a [A-Za-z]+: /, '')
    throw invalid('', '', '', [{ reason: 'FieldValueInvalid', field: 'patch', message: `Invalid value: ${quoted(sortedText(patched))}: ${problem}` }])
  }
}

/** JSON with the outer members sorted, metadata in the order Go writes it. */
function sortedText(object: Fields): string {
  const metaOrder = ['name', 'generateName', 'namespace', 'selfLink', 'uid', 'resourceVersion', 'generation', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'labels', 'annotations', 'ownerReferences', 'finalizers', 'managedFields']
  const members = Object.keys(object).sort().map((key) => {
    const value = object[key]
    if (key !== 'metadata' || !isFields(value)) return `${JSON.stringify(key)}:${JSON.stringify(value)}`
    const keys = Object.keys(value).sort((a, b) => metaOrder.indexOf(a) - metaOrder.indexOf(b))
    return `"metadata":{${keys.map((name) => `${JSON.stringify(name)}:${JSON.stringify(value[name])}`).join(',')}}`
  })
  return `{${members.join(',')}}`
}

/** An applied configuration must say what it is, and be that. */
function checkApplied(server: Server, call: Call, config: Fields): void {
  const { info } = call
  const kind = call.viewed ?? call.kind
  const gvk = kindNameOf(config)
  if (gvk.apiVersion === undefined || gvk.kind === undefined) {
    const [group = '', version = ''] = gvk.apiVersion === undefined ? ['', ''] : gvk.apiVersion.includes('/') ? gvk.apiVersion.split('/') : ['', gvk.apiVersion]
    throw badRequest(`invalid object type: ${group}/${version}, Kind=${gvk.kind ?? ''}`)
  }
  server.pipeline.checkKind(kind, gvk, (reason) => badRequest(`${gvk.kind ?? ''} in version ${JSON.stringify(kind.resource.version)} cannot be handled as a ${kind.resource.kind}: ${reason}`))
  const metadata = isFields(config['metadata']) ? config['metadata'] : {}
  const name = metadata['name']
  if (name !== undefined && name !== null && name !== '' && name !== info.name) throw badRequest(`the name of the object (${String(name)}) does not match the name on the URL (${info.name})`)
  const namespace = metadata['namespace']
  if (info.namespace !== '' && typeof namespace === 'string' && namespace !== '' && namespace !== info.namespace) {
    throw badRequest(`the namespace of the object (${namespace}) does not match the namespace on the request (${info.namespace})`)
  }
}

const propagationPolicies = ['Foreground', 'Background', 'Orphan', 'nil']

/** Options of a deletion, from the body or the query. Upstream: ValidateDeleteOptions. */
export function deleteOptions(call: Call): DeleteOptions {
  const { query, request } = call
  let options: DeleteOptions
  const hasBody = request.body !== undefined && request.body !== '' && request.body !== null
  if (hasBody) {
    const body = readBody(request, (problem) => badRequest(problem))
    if (!isFields(body)) throw badRequest(`couldn't get version/kind; json parse error: json: cannot unmarshal ${Array.isArray(body) ? 'array' : typeof body} into Go value of type ${goStruct}`)
    const kindName = body['kind']
    if (kindName !== undefined && kindName !== 'DeleteOptions') throw badRequest(`decoded object cannot be converted to DeleteOptions`)
    try {
      options = decodeObject(body, schemaType('meta.v1.DeleteOptions')).object as unknown as DeleteOptions
    } catch (error) {
      if (error instanceof DecodeError) throw badRequest(`DeleteOptions in version "v1" cannot be handled as a DeleteOptions: ${error.message}`)
      throw error
    }
  } else {
    const grace = query['gracePeriodSeconds']
    if (grace !== undefined && !/^[+-]?[0-9]+$/.test(grace)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(grace)}: invalid syntax`)
    options = {
      apiVersion: 'v1', kind: 'DeleteOptions',
      ...(grace === undefined ? {} : { gracePeriodSeconds: Number(grace) }),
      ...(query['propagationPolicy'] === undefined ? {} : { propagationPolicy: query['propagationPolicy'] }),
      ...(query['orphanDependents'] === undefined ? {} : { orphanDependents: query['orphanDependents'] !== 'false' }),
      ...(query['dryRun'] === undefined ? {} : { dryRun: [query['dryRun']] }),
    }
  }
  if (query['dryRun'] !== undefined && options.dryRun === undefined) options = { ...options, dryRun: [query['dryRun']] }
  const errors = new FieldErrors()
  const { propagationPolicy, orphanDependents, dryRun } = options
  if (propagationPolicy !== undefined && orphanDependents !== undefined) errors.invalid('propagationPolicy', propagationPolicy, 'orphanDependents and deletionPropagation cannot be both set')
  if (propagationPolicy !== undefined && !['Foreground', 'Background', 'Orphan'].includes(propagationPolicy)) errors.notSupported('propagationPolicy', propagationPolicy, propagationPolicies)
  if (dryRun !== undefined && !dryRun.every((one) => one === 'All')) errors.notSupported('dryRun', dryRun, ['All'])
  if (errors.any) throw invalid('meta.k8s.io', 'DeleteOptions', '', errors.list)
  return options
}

export function remove(server: Server, call: Call): Answer {
  const { kind, info, request, warnings } = call
  const options = deleteOptions(call)
  if (kind.resource.plural === 'jobs' && kind.resource.group === 'batch' && options.propagationPolicy === undefined && options.orphanDependents === undefined) {
    warnings.push('child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning')
  }
  const dryRun = (options.dryRun?.length ?? 0) > 0
  const { object, gone } = server.pipeline.delete(kind, info.namespace, info.name, options, { dryRun, userAgent: request.userAgent, warnings })
  return deletedAnswer(call, object, gone, !gone && options.orphanDependents === false ? 202 : 200)
}

function deletedAnswer(call: Call, object: ApiObject, gone: boolean, status: number): Answer {
  const { kind } = call
  if (!gone || kind.returnsDeleted === true) return objectAnswer(call, object, status)
  return { status, body: successStatus({ name: object.metadata.name ?? '', group: kind.resource.group, plural: kind.resource.plural, uid: object.metadata.uid ?? '' }) }
}

/** Deletes all that a list of the same query would show. */
export function removeCollection(server: Server, call: Call): Answer {
  const { kind, info, request, warnings } = call
  const options = deleteOptions(call)
  const dryRun = (options.dryRun?.length ?? 0) > 0
  const { items, metadata } = listObjects(server, call)
  for (const item of items) {
    try {
      server.pipeline.delete(kind, item.metadata.namespace ?? info.namespace, item.metadata.name ?? '', options, { dryRun, userAgent: request.userAgent, warnings })
    } catch (error) {
      if (!ApiError.is(error, 'NotFound')) throw error
    }
  }
  return listAnswer(call, items, metadata)
}

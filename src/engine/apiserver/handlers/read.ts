import { ApiError, failure, type ApiObject, type ApiRequest, type Requirement } from '../../../api'
import { badRequest, gone, invalid, notFound } from '../errors'
import { FieldErrors } from '../field-errors'
import { listAnswer, objectAnswer, type Answer, type Call, type Server } from '../call'
import { jsonProblem } from '../body'
import { fieldValue } from '../kinds/fields'
import type { Kind } from '../kinds/kind'
import { pathOf } from '../request-info'
import { parseFieldSelector, parseLabelSelector, selects, type Selection } from '../selectors'

// GET of one object and of many. Upstream: apiserver/pkg/endpoints/handlers/get.go.

/** Throws when the store is not there yet: a client cannot read the future. */
function checkNotAhead(server: Server, revision: number): void {
  if (revision <= server.storage.revision) return
  const message = `Too large resource version: ${revision}, current: ${server.storage.revision}`
  throw new ApiError(failure(504, 'Timeout', `Timeout: ${message}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }], retryAfterSeconds: 1,
  }))
}

/** A resourceVersion of a query. Throws BadRequest. */
export function revisionOf(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined
  if (!/^[0-9]+$/.test(text)) throw badRequest(`invalid resource version: resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`)
  const revision = Number(text)
  if (!Number.isSafeInteger(revision)) throw badRequest(`invalid resource version: resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: value out of range`)
  return revision
}

export function get(server: Server, call: Call): Answer {
  const { kind, info, query } = call
  const made = kind.readOnly?.()
  if (made !== undefined) {
    const found = made.find((object) => object.metadata.name === info.name)
    if (found === undefined) throw notFound(kind.resource, info.name)
    return objectAnswer(call, found)
  }
  const revision = revisionOf(query['resourceVersion'])
  if (revision !== undefined) checkNotAhead(server, revision)
  const object = server.storage.get(kind, info.namespace, info.name)
  if (object === undefined) throw notFound(kind.resource, info.name)
  return objectAnswer(call, object)
}

/** What a query selects. Throws BadRequest for what cannot be read or is not offered. */
export function selectionOf(kind: Kind, query: Readonly<Record<string, string>>, viewed?: Kind): Selection {
  const labels = parseLabelSelector(query['labelSelector'] ?? '')
  const fieldText = query['fieldSelector'] ?? ''
  if (fieldText === '') return { labels, fields: [] }
  const stored = viewed?.view?.selectorField
  const parsed = parseFieldSelector(fieldText)
  const fields = stored === undefined ? parsed : parsed.map((term) => ({ ...term, field: stored(term.field) }))
  for (const { field } of fields) {
    if (field === 'metadata.name' || field === 'metadata.namespace' || (kind.selectableFields !== undefined && Object.hasOwn(kind.selectableFields, field))) continue
    if (kind.legacyFieldLabels === true) throw badRequest(`field label not supported: ${field}`)
    const offered = ['metadata.name', 'metadata.namespace', ...kind.custom === true ? Object.keys(kind.selectableFields ?? {}) : []]
    throw badRequest(kind.custom === true
      ? `field label not supported: ${field}`
      : `${JSON.stringify(field)} is not a known field selector: only ${offered.map((name) => JSON.stringify(name)).join(', ')}`)
  }
  return { labels, fields }
}

export interface ListQuery {
  readonly selection: Selection
  readonly revision: number | undefined
  readonly match: string
}

/** Upstream: metainternalversion/validation, ValidateListOptions. */
export function checkListOptions(query: Readonly<Record<string, string>>, watching: boolean): void {
  const errors = new FieldErrors()
  const match = query['resourceVersionMatch'] ?? ''
  const version = query['resourceVersion'] ?? ''
  const sendInitialEvents = query['sendInitialEvents']
  if (watching) {
    if (sendInitialEvents !== undefined) {
      if (match === '') errors.forbidden('resourceVersionMatch', 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan')
      else if (match !== 'NotOlderThan') errors.notSupported('resourceVersionMatch', match, ['NotOlderThan'])
    } else if (match !== '') errors.forbidden('resourceVersionMatch', 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided')
  } else {
    if (sendInitialEvents !== undefined) errors.forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list')
    if (match !== '') {
      if (version === '') errors.forbidden('resourceVersionMatch', 'resourceVersionMatch is forbidden unless resourceVersion is provided')
      if ((query['continue'] ?? '') !== '') errors.forbidden('resourceVersionMatch', 'resourceVersionMatch is forbidden when continue is provided')
      if (match !== 'Exact' && match !== 'NotOlderThan') errors.notSupported('resourceVersionMatch', match, ['Exact', 'NotOlderThan', ''])
      if (match === 'Exact' && version === '0') errors.forbidden('resourceVersionMatch', 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"')
    }
  }
  if (errors.any) throw invalid('meta.k8s.io', 'ListOptions', '', errors.list)
}

interface Continue {
  readonly revision: number
  /** Key behind which to go on, below the kind's prefix. */
  readonly after: string
}

const base64Url = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Opaque to clients; as upstream, base64url of a JSON text. */
export function continueToken(revision: number, after: string): string {
  const text = JSON.stringify({ v: 'meta.k8s.io/v1', rv: revision, start: `${after}\u0000` })
  let out = ''
  for (let i = 0; i < text.length; i += 3) {
    const [a, b, c] = [text.charCodeAt(i), text.charCodeAt(i + 1), text.charCodeAt(i + 2)]
    out += base64Url.charAt(a >> 2) + base64Url.charAt(((a & 3) << 4) | (Number.isNaN(b) ? 0 : b >> 4))
    if (!Number.isNaN(b)) out += base64Url.charAt(((b & 15) << 2) | (Number.isNaN(c) ? 0 : c >> 6))
    if (!Number.isNaN(c)) out += base64Url.charAt(c & 63)
  }
  return out
}

function readContinue(token: string): Continue {
  const fail = (problem: string): ApiError => badRequest(`invalid continue token: continue key is not valid: ${problem}`)
  let bits = 0
  let count = 0
  let text = ''
  for (let i = 0; i < token.length; i++) {
    const digit = base64Url.indexOf(token.charAt(i))
    if (digit < 0) throw fail(`illegal base64 data at input byte ${i}`)
    bits = ((bits << 6) | digit) & 0xffff
    count += 6
    if (count >= 8) {
      count -= 8
      text += String.fromCharCode((bits >> count) & 255)
    }
  }
  if (token.length % 4 === 1) throw fail(`illegal base64 data at input byte ${token.length - 1}`)
  let parsed: unknown
  try {
    parsed = JSON.parse(text) as unknown
  } catch {
    throw fail(jsonProblem(text))
  }
  const { v, rv, start } = (typeof parsed === 'object' && parsed !== null ? parsed : {}) as { readonly v?: unknown; readonly rv?: unknown; readonly start?: unknown }
  if (v !== 'meta.k8s.io/v1') throw fail(`server does not recognize this encoded version ${JSON.stringify(typeof v === 'string' ? v : '')}`)
  if (typeof rv !== 'number' || !Number.isSafeInteger(rv) || rv === 0) throw fail('incorrect encoded start resourceVersion (version meta.k8s.io/v1)')
  if (typeof start !== 'string' || start === '') throw fail('encoded start key empty (version meta.k8s.io/v1)')
  if (start.includes('..') || start.startsWith('/')) throw fail('continue key is not valid')
  return { revision: rv, after: start.replace(/\u0000$/, '') }
}

function limitOf(text: string | undefined): number {
  if (text === undefined || text === '') return 0
  if (!/^[+-]?[0-9]+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`)
  const limit = Number(text)
  if (Math.abs(limit) > 2 ** 63) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: value out of range`)
  return limit < 0 ? 0 : Math.min(limit, Number.MAX_SAFE_INTEGER)
}

export interface Listed {
  readonly items: readonly ApiObject[]
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string; readonly remainingItemCount?: number }
}

const staleContinue = 'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.'

/** The objects a list request asks for. */
export function listObjects(server: Server, call: Call): Listed {
  const { kind, info, query } = call
  checkListOptions(query, false)
  const selection = selectionOf(kind, query, call.viewed)
  const limit = limitOf(query['limit'])
  const token = query['continue'] ?? ''
  const wanted = revisionOf(query['resourceVersion'])
  const { storage } = server
  if (wanted !== undefined && wanted !== 0) checkNotAhead(server, wanted)
  let revision: number | undefined
  let after: string | undefined
  const prefix = storage.keyOf(kind, '', '').replace(/\/\/?$/, '/')
  if (token !== '') {
    if (wanted !== undefined && wanted !== 0) throw badRequest('specifying resource version is not allowed when using continue')
    const from = readContinue(token)
    revision = from.revision < 0 ? undefined : from.revision
    after = prefix + from.after
    if (revision !== undefined) {
      checkNotAhead(server, revision)
      if (revision < storage.compactRevision) {
        const error = gone(staleContinue)
        throw new ApiError({ ...error.status, metadata: { continue: continueToken(-1, from.after) } })
      }
    }
  } else if (wanted !== undefined && wanted !== 0 && (query['resourceVersionMatch'] === 'Exact' || (limit > 0 && query['resourceVersionMatch'] !== 'NotOlderThan'))) revision = wanted
  const fieldOf = (object: ApiObject, field: string): string | undefined => fieldValue(kind, object, field)
  const hasSelection = selection.labels.length > 0 || selection.fields.length > 0

  if (revision === undefined && after === undefined && limit === 0) {
    const shortcut = candidates(server, call, selection)
    if (shortcut !== undefined) {
      return { items: shortcut.filter((object) => selects(selection, object, fieldOf)), metadata: { resourceVersion: String(storage.revision) } }
    }
  }
  if (limit === 0) {
    const page = storage.list(kind, info.namespace, { ...(revision === undefined ? {} : { revision }), ...(after === undefined ? {} : { after }) })
    const items = hasSelection ? page.items.filter((object) => selects(selection, object, fieldOf)) : page.items
    return { items, metadata: { resourceVersion: String(page.revision) } }
  }
  // Page by page, until enough are selected.
  const items: ApiObject[] = []
  let at = after
  let lastKey: string | undefined
  let remaining: number | undefined
  let read: number
  for (;;) {
    const page = storage.list(kind, info.namespace, {
      ...(revision === undefined ? {} : { revision }), ...(at === undefined ? {} : { after: at }), limit: hasSelection ? Math.max(limit, 500) : limit, count: !hasSelection,
    })
    read = page.revision
    lastKey = page.lastKey
    remaining = page.remaining
    for (const object of page.items) {
      if (hasSelection && !selects(selection, object, fieldOf)) continue
      items.push(object)
      if (items.length === limit) break
    }
    if (items.length >= limit || lastKey === undefined) break
    at = lastKey
  }
  const last = items[items.length - 1]
  if (hasSelection && items.length === limit && last !== undefined) {
    // There is more only if something follows the last one taken.
    const key = storage.keyOf(kind, last.metadata.namespace ?? '', last.metadata.name ?? '')
    const rest = storage.list(kind, info.namespace, { ...(revision === undefined ? {} : { revision }), after: key, limit: 1 })
    lastKey = rest.items.length > 0 ? key : undefined
  }
  if (lastKey === undefined) return { items, metadata: { resourceVersion: String(read) } }
  return {
    items,
    metadata: {
      resourceVersion: String(read), continue: continueToken(read, lastKey.slice(prefix.length)),
      ...(hasSelection || remaining === undefined ? {} : { remainingItemCount: remaining }),
    },
  }
}

/** Those that a selector by name or by node leaves, found without looking at all. */
function candidates(server: Server, call: Call, selection: Selection): ApiObject[] | undefined {
  const { kind, info } = call
  const exact = (field: string): string | undefined => selection.fields.find((term) => term.field === field && term.equal)?.value
  const name = exact('metadata.name')
  if (name !== undefined && (info.namespace !== '' || !kind.resource.namespaced)) {
    const object = server.storage.get(kind, info.namespace, name)
    return object === undefined ? [] : [object]
  }
  const node = exact('spec.nodeName')
  if (node !== undefined && node !== '' && kind.resource.plural === 'pods' && kind.resource.group === '') {
    const pods = server.pods.of(node)
    return info.namespace === '' ? pods : pods.filter((pod) => pod.metadata.namespace === info.namespace)
  }
  return undefined
}

export function list(server: Server, call: Call): Answer {
  const made = call.kind.readOnly?.()
  if (made !== undefined) {
    const selection = selectionOf(call.kind, call.query)
    return listAnswer(call, made.filter((object) => selects(selection, object, (one, field) => fieldValue(call.kind, one, field))), {})
  }
  const { items, metadata } = listObjects(server, call)
  return listAnswer(call, items, metadata)
}

/** What the label selector of a request demands, for those who answer in front of the server. Throws a BadRequest `ApiError`. */
export function labelRequirementsOf(request: ApiRequest): readonly Requirement[] {
  return parseLabelSelector({ ...pathOf(request).query, ...request.query }['labelSelector'] ?? '')
}

import { ApiError, failure, virtualMs, timeText, type ApiRequest, type ApiResponse, type ApiObject } from '../../api'
import type { ActorContext } from '../kernel'
import { invalid } from './errors'
import { FieldErrors } from './field-errors'
import type { NodeConnection } from './handlers/pod-roads'
import { byteLength } from './names'
import type { Kind, StrategyContext } from './kinds/kind'
import type { KindTable } from './kinds/table'
import type { AcceptedForm } from './negotiation'
import type { FieldValidation, Pipeline, WriteOptions } from './pipeline'
import type { PodIndex } from './pod-index'
import type { RequestInfo } from './request-info'
import type { Storage } from './storage'

/** An API group that somebody else answers, in front of this server, but that clients find here. Upstream: APIService. */
export interface AggregatedApi {
  readonly group: string
  readonly version: string
  /** As an APIResourceList names them. */
  readonly resources: readonly { readonly name: string; readonly singularName: string; readonly namespaced: boolean; readonly kind: string; readonly verbs: readonly string[] }[]
}

/** The server's parts, as handlers need them. */
export interface Server {
  readonly context: ActorContext
  readonly storage: Storage
  readonly kinds: KindTable
  readonly pipeline: Pipeline
  readonly pods: PodIndex
  readonly strategyContext: StrategyContext
  /** Requests answered, by labels of the metric. */
  readonly counts: { readonly requests: ReadonlyMap<string, number> }
  /** Open watches. */
  watches(): number
  /** APIs of others that discovery names. */
  readonly aggregated: readonly AggregatedApi[]
  /** Absent until wired. */
  readonly nodeConnection?: NodeConnection | undefined
}

/** A request on its way through the server. */
export interface Call {
  readonly request: ApiRequest
  readonly query: Readonly<Record<string, string>>
  readonly info: RequestInfo
  /** The kind that is stored. */
  readonly kind: Kind
  /** The kind of the path, when it is a view of `kind`. */
  readonly viewed?: Kind
  readonly form: AcceptedForm
  /** Texts for the Warning header. */
  readonly warnings: string[]
}

/** What a handler answers; the server renders it. `object` is a single object, `list` a list of a kind, `raw` neither. */
export interface Answer {
  readonly status: number
  readonly body: unknown
  /** Set when `body` is an object or list of a kind that may be shown as a Table. */
  readonly shown?: { readonly kind: Kind; readonly items: readonly ApiObject[]; readonly list: boolean }
  readonly headers?: Readonly<Record<string, string>>
}

export const now = (server: Server): string => timeText(virtualMs(server.context.now()))

/** Whose columns and deprecation count: versions of a custom kind have their own, those of a built-in one do not. */
export const shownKind = ({ viewed, kind }: Call): Kind => (viewed?.custom === true ? viewed : kind)

/** Answers with one stored object, in the form of the path. */
export function objectAnswer(call: Call, object: ApiObject, status = 200): Answer {
  const body = call.viewed?.view?.fromStored(object) ?? object
  return { status, body, shown: { kind: shownKind(call), items: [call.viewed?.custom === true ? body : object], list: false } }
}

/** Answers with a list of stored objects, in the form of the path. */
export function listAnswer(call: Call, items: readonly ApiObject[], metadata: object): Answer {
  const kind = call.viewed ?? call.kind
  const view = call.viewed?.view
  const seen = view === undefined ? items : items.map((item) => view.fromStored(item))
  return { status: 200, body: { kind: `${kind.resource.kind}List`, apiVersion: kind.apiVersion, metadata, items: seen }, shown: { kind: shownKind(call), items: call.viewed?.custom === true ? seen : items, list: true } }
}

/** "299 - \"text\"", as net/http's warning headers. */
export function warningHeader(texts: readonly string[]): string {
  return [...new Set(texts)].map((text) => `299 - ${JSON.stringify(text)}`).join(', ')
}

const printable = /^[\u0020-\u007e\u00a1-\u{10ffff}]*$/u
const fieldManagerMax = 128

/**
 * Options of a write, from the query. Throws Invalid, as `CreateOptions.meta.k8s.io "" is invalid`.
 * Upstream: metav1/validation, ValidateCreateOptions and its kin.
 */
export function writeOptions(call: Call, optionsKind: 'CreateOptions' | 'UpdateOptions' | 'PatchOptions', apply = false): WriteOptions & { readonly force: boolean } {
  const { query, request } = call
  const errors = new FieldErrors()
  const force = query['force'] !== undefined && query['force'] !== 'false' && query['force'] !== '0'
  if (optionsKind === 'PatchOptions') {
    if (apply && (query['fieldManager'] ?? '') === '') errors.required('fieldManager', 'is required for apply patch')
    else if (!apply && query['force'] !== undefined) errors.forbidden('force', 'may not be specified for non-apply patch')
  }
  const manager = query['fieldManager'] ?? ''
  if (manager.length > fieldManagerMax) errors.tooLong('fieldManager', fieldManagerMax)
  if (manager !== '' && !printable.test(manager)) {
    let at = 0
    for (const character of manager) {
      if (!printable.test(character)) errors.invalid('fieldManager', manager, `invalid character U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')} (at position ${at})`)
      at += byteLength(character)
    }
  }
  const dryRun = query['dryRun']
  if (dryRun !== undefined && dryRun !== 'All') errors.notSupported('dryRun', [dryRun], ['All'])
  const validation = query['fieldValidation'] ?? ''
  if (!['', 'Ignore', 'Strict', 'Warn'].includes(validation)) errors.notSupported('fieldValidation', validation, ['', 'Ignore', 'Strict', 'Warn'])
  if (errors.any) throw invalid('meta.k8s.io', optionsKind, '', errors.list)
  return {
    dryRun: dryRun === 'All', fieldValidation: validation === '' ? 'Warn' : validation as FieldValidation,
    manager: manager === '' ? managerOf(request.userAgent) : manager, userAgent: request.userAgent, warnings: call.warnings, force,
  }
}

const managerMemo = new Map<string, string>()

/** The user agent up to its first slash. Upstream: handlers.prefixFromUserAgent. */
function managerOf(userAgent: string): string {
  let manager = managerMemo.get(userAgent)
  if (manager === undefined) {
    // A memo: it says nothing that the user agent does not say.
    if (managerMemo.size > 10_000) managerMemo.clear()
    managerMemo.set(userAgent, manager = readManager(userAgent))
  }
  return manager
}

function readManager(userAgent: string): string {
  let name = ''
  for (const character of userAgent.split('/')[0] ?? '') {
    if (!printable.test(character)) continue
    name += character
    if (name.length >= fieldManagerMax) break
  }
  return name
}

/** A Status that says a deletion went well. */
export function successStatus(details: { readonly name: string; readonly group: string; readonly plural: string; readonly uid: string }): ApiObject {
  return {
    kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success',
    details: { name: details.name, ...(details.group === '' ? {} : { group: details.group }), kind: details.plural, uid: details.uid },
  }
}

export const unsupportedPatch = (): ApiError => new ApiError(failure(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {}))

export type Respond = (answer: Answer) => ApiResponse

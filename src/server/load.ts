import { keyOf, pathOf, resourceOfKind, splitApiVersion, type ApiObject, type ApiRequest, type ApiResponse, type Resource, type Status } from '../api'
import type { Cluster } from '../engine'
import { cameFromCluster, importDump, type ImportedDump, type ManifestDocument } from '../manifest'
import type { Scenario } from '../scenarios'

const userAgent = 'kubectl'
/** How long a create waits for what a controller makes (a namespace's ServiceAccount), as a person's next command would. */
const patienceMs = 5_000

/** A place in a file, and what is wrong there: "file:line: field: message". */
export interface LoadProblem {
  readonly file: string
  readonly line: number
  readonly field?: string
  readonly message: string
}

export function problemLine({ file, line, field, message }: LoadProblem): string {
  return `${file}:${line}: ${field === undefined || message.startsWith(field) ? '' : `${field}: `}${message.replaceAll(/\s*\n\s*/g, ' ')}`
}

export interface Loaded {
  /** What is wrong in the files. */
  readonly problems: readonly LoadProblem[]
  /** What a dump brought and the cluster could not use, or not as it stood. */
  readonly notes: readonly LoadProblem[]
}

/**
 * Puts the objects of files into a running cluster. What a real cluster wrote is taken as it is; everything else is created as
 * `kubectl create` does, or applied where it is there already. Gives what the server said against it, at its place in the file.
 */
export function loadIntoCluster(cluster: Cluster, dump: ImportedDump): Loaded {
  const notes: LoadProblem[] = []
  const problems: LoadProblem[] = []
  const documents = new Map(dump.documents.map((document) => [document.object, document]))
  const refuse = (object: ApiObject, status: Status): void => {
    const document = documents.get(object)
    if (document !== undefined) problems.push(...refusals(document, status))
  }
  const asTheyAre = dump.objects.filter(cameFromCluster)
  if (asTheyAre.length > 0) {
    const byName = new Map(dump.documents.map((document) => [`${document.object.kind} ${keyOf(document.object)}`, document]))
    for (const { kind, namespace, name, stored, reason, problems: doubts } of cluster.importObjects(asTheyAre).objects) {
      const document = byName.get(`${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`)
      if (document === undefined) continue
      const { file, line } = document.source
      if (!stored) notes.push({ file, line, message: `${kind} ${name}: left out: ${reason ?? 'it cannot be used'}` })
      for (const message of doubts) notes.push({ file, line: document.positionOf(/^[\w.[\]]+/.exec(message)?.[0] ?? '').line, message: `${kind} ${name}: ${message}` })
    }
  }
  for (const object of dump.objects) {
    if (cameFromCluster(object)) continue
    const response = create(cluster, object)
    if (response.status >= 400) refuse(object, response.body as Status)
  }
  return { problems, notes }
}

/** A scenario's own objects and steps, up to where a person would take over. */
export function openScenario(cluster: Cluster, scenario: Scenario): void {
  const { simulation } = cluster
  if (scenario.objects.length > 0) cluster.importObjects(scenario.objects)
  for (const { at, apply } of scenario.steps) {
    simulation.run({ until: at })
    const text = apply.map((object) => JSON.stringify(object)).join('\n')
    loadIntoCluster(cluster, importDump([{ name: `scenario ${scenario.id}`, text }]))
  }
  if (scenario.restMs > simulation.now) simulation.run({ until: scenario.restMs })
}

function create(cluster: Cluster, object: ApiObject): ApiResponse {
  const resource = resourceOf(cluster, object)
  if (resource === undefined) return notFound(object)
  const namespace = resource.namespaced ? object.metadata.namespace || 'default' : undefined
  const body = resource.namespaced && object.metadata.namespace !== namespace ? { ...object, metadata: { ...object.metadata, namespace } } : object
  const query = { fieldManager: userAgent, fieldValidation: 'Strict' }
  const request: ApiRequest = { method: 'POST', path: pathOf(resource, namespace), query, body, userAgent }
  let response = cluster.request(request)
  const until = cluster.simulation.now + patienceMs
  while (isEarly(response) && cluster.simulation.now < until) {
    cluster.simulation.run({ until: cluster.simulation.now + 50 })
    response = cluster.request(request)
  }
  const { name } = object.metadata
  if (response.status !== 409 || !name || (response.body as Status).reason !== 'AlreadyExists') return response
  return cluster.request({
    method: 'PATCH', path: pathOf(resource, namespace, name), query: { ...query, force: 'true' }, headers: { 'content-type': 'application/apply-patch+yaml' }, body, userAgent,
  })
}

/** Pods need their namespace's ServiceAccount, which a controller makes a moment after the namespace. */
function isEarly(response: ApiResponse): boolean {
  return response.status === 403 && /serviceaccount "[^"]*" not found/.test((response.body as Status).message ?? '')
}

/** The resource of a kind: a built-in one, or one that a CustomResourceDefinition of the cluster defines. */
function resourceOf(cluster: Cluster, object: ApiObject): Resource | undefined {
  const known = resourceOfKind(object.apiVersion, object.kind)
  if (known !== undefined) return known
  const { group, version } = splitApiVersion(object.apiVersion)
  const { status, body } = cluster.read({ method: 'GET', path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', userAgent })
  if (status !== 200) return undefined
  for (const item of (body as { readonly items?: readonly ApiObject[] }).items ?? []) {
    const spec = item['spec'] as { readonly group: string; readonly scope: string; readonly names: { readonly kind: string; readonly plural: string; readonly singular?: string } }
    if (spec.group !== group || spec.names.kind !== object.kind) continue
    const { plural, singular = object.kind.toLowerCase() } = spec.names
    return { group, version, plural, singular, kind: object.kind, namespaced: spec.scope === 'Namespaced', shortNames: [], categories: [] }
  }
  return undefined
}

function notFound(object: ApiObject): ApiResponse {
  const message = `no matches for kind "${object.kind}" in version "${object.apiVersion}"`
  return { status: 404, headers: {}, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', reason: 'NotFound', message, code: 404 } satisfies Status }
}

/** One problem for each wrong field; the message is the server's own. */
function refusals(document: ManifestDocument, status: Status): LoadProblem[] {
  const { file, line } = document.source
  const message = status.message ?? status.reason ?? 'refused'
  const causes = (status.details?.causes ?? []).filter((cause) => cause.field !== undefined && cause.field !== '')
  if (causes.length > 0) {
    return causes.map((cause) => ({ file, line: document.positionOf(cause.field as string).line, field: cause.field as string, message: cause.message ?? message }))
  }
  // Strict decoding names fields in its text: strict decoding error: unknown field "spec.replicass"
  const unknown = [...message.matchAll(/(unknown|duplicate) field "([^"]+)"/g)]
  if (unknown.length > 0) {
    return unknown.map(([, what = '', field = '']) => ({ file, line: document.positionOf(field, 'key').line, field, message: `${what} field` }))
  }
  const field = /(?:\.|^)((?:spec|metadata|status)(?:\.[A-Za-z]+|\[[^\]]*\])+)/.exec(message)?.[1]
  return [{ file, line: field === undefined ? line : document.positionOf(field).line, message }]
}

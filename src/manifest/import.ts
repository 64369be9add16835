import { apiVersionOf, keyOf, resourceOfKind, resources, splitApiVersion, type ApiObject } from '../api'
import { compareText } from '../base'
import { isOpenbTable, looksLikeTable, readOpenbTable, type GpuMapping } from './openb'
import { readManifests, type ManifestDocument, type Manifests } from './read'

/** Structurally the protocol's ImportProblem. */
export interface DumpProblem {
  readonly file: string
  readonly line?: number
  readonly column?: number
  readonly field?: string
  readonly what?: string
  readonly message: string
  readonly kind: 'error' | 'left-out' | 'note'
}

/** Structurally the protocol's ImportReport. `stored` counts what is handed on; whoever stores it takes off what the server refuses. */
export interface DumpReport {
  readonly read: number
  readonly stored: number
  readonly kinds: readonly { readonly kind: string; readonly read: number; readonly stored: number; readonly used: boolean }[]
  readonly problems: readonly DumpProblem[]
}

export interface ImportOptions {
  /** How Pods of the openb tables ask for GPUs; default `share`. */
  readonly gpu?: GpuMapping
  readonly onProgress?: (done: number, of: number) => void
}

export interface ImportedDump {
  /** In an order in which they can be stored: what others need comes first, Pods last. */
  readonly objects: readonly ApiObject[]
  /** The same objects with their places; an object that was brought up to date stands here as it is now. */
  readonly documents: readonly ManifestDocument[]
  /** Configuration files (KubeSchedulerConfiguration): no objects of a cluster, so not among the others and not in the report. */
  readonly configurations: readonly ManifestDocument[]
  readonly report: DumpReport
}

/** What others need comes first. Kinds that are not listed come before the workloads. */
const order: readonly string[] = [
  'Namespace', 'CustomResourceDefinition', 'PriorityClass', 'StorageClass', 'CSIDriver', 'RuntimeClass', 'Node', 'CSINode', 'Lease', 'ResourceQuota', 'LimitRange',
  'ServiceAccount', 'Secret', 'ConfigMap', 'PersistentVolume', 'PersistentVolumeClaim', 'Service', 'Endpoints', 'EndpointSlice', 'PodDisruptionBudget',
  '', 'CronJob', 'Job', 'Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'ReplicationController', 'HorizontalPodAutoscaler', 'Pod', 'Event',
]
const rankOf = new Map(order.map((kind, i) => [kind, i]))

/** Versions that are gone, of kinds whose fields did not change since. */
const oldVersions: readonly { readonly kinds: readonly string[]; readonly from: readonly string[]; readonly to: string }[] = [
  { kinds: ['Deployment', 'ReplicaSet', 'DaemonSet', 'StatefulSet', 'ControllerRevision'], from: ['extensions/v1beta1', 'apps/v1beta1', 'apps/v1beta2'], to: 'apps/v1' },
  { kinds: ['NetworkPolicy'], from: ['extensions/v1beta1'], to: 'networking.k8s.io/v1' },
  { kinds: ['PriorityClass'], from: ['scheduling.k8s.io/v1alpha1', 'scheduling.k8s.io/v1beta1'], to: 'scheduling.k8s.io/v1' },
  { kinds: ['PodDisruptionBudget'], from: ['policy/v1beta1'], to: 'policy/v1' },
  { kinds: ['CronJob'], from: ['batch/v1beta1', 'batch/v2alpha1'], to: 'batch/v1' },
  { kinds: ['StorageClass', 'VolumeAttachment', 'CSINode', 'CSIDriver', 'CSIStorageCapacity'], from: ['storage.k8s.io/v1beta1'], to: 'storage.k8s.io/v1' },
  { kinds: ['Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding'], from: ['rbac.authorization.k8s.io/v1alpha1', 'rbac.authorization.k8s.io/v1beta1'], to: 'rbac.authorization.k8s.io/v1' },
  { kinds: ['Lease'], from: ['coordination.k8s.io/v1beta1'], to: 'coordination.k8s.io/v1' },
  { kinds: ['RuntimeClass'], from: ['node.k8s.io/v1beta1'], to: 'node.k8s.io/v1' },
]

/** Did the API of a running cluster write this? Such an object is taken as it is; others are created like a person's manifest. */
export function cameFromCluster(object: ApiObject): boolean {
  const { uid, resourceVersion, creationTimestamp } = object.metadata
  return [uid, resourceVersion, creationTimestamp].some((value) => typeof value === 'string' && value !== '')
}

/**
 * Reads the files of a dump, or of anything else a person drops: YAML, JSON, Lists, the openb tables. Nothing is dropped silently:
 * what cannot be read is an error with its place, what occurs twice is left out once, and kinds that Berth does not know are kept.
 */
export function importDump(files: readonly { readonly name: string; readonly text: string }[], options: ImportOptions = {}): ImportedDump {
  const problems: DumpProblem[] = []
  const documents: ManifestDocument[] = []
  const configurations: ManifestDocument[] = []
  const outdated = new Map<string, Outdated>()
  const total = files.reduce((sum, file) => sum + file.text.length, 0)
  let done = 0
  for (const { name, text } of files) {
    const { onProgress } = options
    const manifests = readFile(name, text, options.gpu ?? 'share', onProgress === undefined ? undefined : (part) => { onProgress(done + part, total) })
    for (const problem of manifests.problems) problems.push({ ...problem, kind: 'error' })
    for (const document of manifests.documents) {
      if (/\.config\.k8s\.io\//.test(document.object.apiVersion)) configurations.push(document)
      else documents.push(bringUpToDate(document, outdated))
    }
    done += text.length
    onProgress?.(done, total)
  }

  for (const { document, to, count } of outdated.values()) {
    const { source, object } = document
    problems.push({
      file: source.file, line: source.line, what: `${object.kind} ${keyOf(object)}`, kind: 'note',
      message: `${object.apiVersion} is gone: taken as ${to}${count > 1 ? ` (so are ${count - 1} more)` : ''}`,
    })
  }

  const read = new Map<string, number>()
  const latest = new Map<string, ManifestDocument>()
  for (const document of documents) {
    const { object } = document
    const kind = kindInReport(object)
    read.set(kind, (read.get(kind) ?? 0) + 1)
    // Without a name it gets one when it is stored.
    const name = keyOf(object)
    const identity = object.metadata.name === undefined ? `${kind} #${latest.size}` : `${kind} ${name}`
    const before = latest.get(identity)
    if (before !== undefined) {
      problems.push({
        file: before.source.file, line: before.source.line, what: `${kind} ${name}`, kind: 'left-out',
        message: `occurs again in ${document.source.file}, line ${document.source.line}: that one counts`,
      })
    }
    latest.set(identity, document)
  }

  const kept = [...latest.values()]
  const ranked = kept.map((document, i) => ({ document, i, rank: rankOf.get(document.object.kind) ?? (rankOf.get('') as number) })).sort((a, b) => a.rank - b.rank || a.i - b.i)
  const stored = new Map<string, number>()
  const unknown = new Map<string, ManifestDocument>()
  const defined = new Set(kept.flatMap(({ object }) => definedBy(object)))
  for (const { document } of ranked) {
    const kind = kindInReport(document.object)
    stored.set(kind, (stored.get(kind) ?? 0) + 1)
    if (resourceOfKind(document.object.apiVersion, document.object.kind) === undefined && !unknown.has(kind)) unknown.set(kind, document)
  }
  for (const [kind, { source, object }] of unknown) {
    const message = defined.has(`${splitApiVersion(object.apiVersion).group}/${object.kind}`)
      ? `${kind} is a kind of a CustomResourceDefinition: stored, and not acted upon`
      : `${kind} is no kind of Kubernetes, and no CustomResourceDefinition is beside it: stored only if the cluster has one`
    problems.push({ file: source.file, line: source.line, what: kind, kind: 'note', message })
  }
  return {
    objects: ranked.map(({ document }) => document.object),
    documents: ranked.map(({ document }) => document),
    configurations,
    report: {
      read: documents.length, stored: kept.length, problems,
      kinds: [...read].sort(([a], [b]) => compareText(a, b)).map(([kind, count]) => ({ kind, read: count, stored: stored.get(kind) ?? 0, used: !unknown.has(kind) })),
    },
  }
}

function readFile(file: string, text: string, gpu: GpuMapping, onProgress: ((done: number) => void) | undefined): Manifests {
  if (isOpenbTable(text)) return readOpenbTable(text, file, gpu)
  if (looksLikeTable(text)) return { documents: [], problems: [{ file, line: 1, column: 1, message: 'this looks like a table (CSV), but not like one of the openb cluster, the only ones that are understood' }] }
  return readManifests(text, { file, ...(onProgress === undefined ? {} : { onProgress }) })
}

/** "Pod", or "Certificate.cert-manager.io (v1)" for what is not built in: how a report names a kind. */
export function kindInReport({ apiVersion, kind }: ApiObject): string {
  if (resourceOfKind(apiVersion, kind) !== undefined) return kind
  const { group, version } = splitApiVersion(apiVersion)
  return `${kind}${group === '' ? '' : `.${group}`} (${version})`
}

/** Group and kind that a CustomResourceDefinition defines. */
function definedBy(object: ApiObject): string[] {
  if (object.kind !== 'CustomResourceDefinition') return []
  const spec = object['spec'] as { readonly group?: unknown; readonly names?: { readonly kind?: unknown } } | null | undefined
  return [`${String(spec?.group)}/${String(spec?.names?.kind)}`]
}

/** The first object of a kind in a version that is gone, and how many there are. */
interface Outdated {
  readonly document: ManifestDocument
  readonly to: string
  count: number
}

function bringUpToDate(document: ManifestDocument, outdated: Map<string, Outdated>): ManifestDocument {
  const { object } = document
  const rule = oldVersions.find(({ kinds, from }) => kinds.includes(object.kind) && from.includes(object.apiVersion))
  if (rule === undefined) return document
  const known = outdated.get(`${object.kind} ${object.apiVersion}`)
  if (known === undefined) outdated.set(`${object.kind} ${object.apiVersion}`, { document, to: rule.to, count: 1 })
  else known.count++
  return { ...document, object: withSelector({ ...object, apiVersion: rule.to }) }
}

/** The old versions of workloads took a missing selector from the template's labels. */
function withSelector(object: ApiObject): ApiObject {
  const spec = object['spec'] as { readonly selector?: unknown; readonly template?: { readonly metadata?: { readonly labels?: unknown } } } | undefined
  const labels = spec?.template?.metadata?.labels
  const isWorkload = object.apiVersion === apiVersionOf(resources.deployments)
  if (!isWorkload || spec === undefined || spec === null || spec.selector !== undefined || labels === undefined) return object
  return { ...object, spec: { ...spec, selector: { matchLabels: labels } } }
}

import { base64OfBytes, sha256 } from '../../base'
import { kubernetesVersion, type ApiRequest, type ApiResponse, type Resource } from '../../api'
import type { AggregatedApi, Server } from './call'
import type { Fields } from './draft'
import { allVerbs, type Kind } from './kinds/kind'
import { acceptedForm } from './negotiation'

// What the server offers, for clients that ask before they act. Upstream: apiserver/pkg/endpoints/discovery.

/** Order in which groups are named. Upstream: apiservice priorities. */
const groupOrder = [
  'apps', 'events.k8s.io', 'authentication.k8s.io', 'authorization.k8s.io', 'autoscaling', 'batch', 'networking.k8s.io', 'policy', 'rbac.authorization.k8s.io', 'storage.k8s.io',
  'apiextensions.k8s.io', 'scheduling.k8s.io', 'coordination.k8s.io', 'node.k8s.io', 'discovery.k8s.io', 'resource.k8s.io',
]

interface GroupVersion {
  readonly group: string
  readonly version: string
}

/** Every group version served: by group in the order above, custom groups behind, the preferred version first. */
export function groupVersions(server: Server): readonly GroupVersion[] {
  const found = new Map<string, Set<string>>()
  for (const { resource } of server.kinds.all()) {
    const versions = found.get(resource.group) ?? new Set<string>()
    versions.add(resource.version)
    found.set(resource.group, versions)
  }
  for (const { group, version } of server.aggregated) found.set(group, (found.get(group) ?? new Set<string>()).add(version))
  const rank = (group: string): number => (group === '' ? -1 : groupOrder.includes(group) ? groupOrder.indexOf(group) : groupOrder.length)
  return [...found].sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1))
    .flatMap(([group, versions]) => [...versions].sort((a, b) => compareVersions(b, a)).map((version) => ({ group, version })))
}

/** v2 before v1 before v1beta1 before v1alpha1, anything else last. Upstream: version.CompareKubeAwareVersionStrings. */
export function compareVersions(a: string, b: string): number {
  const read = (text: string): [number, number, number] | undefined => {
    const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(text)
    return match === null ? undefined : [match[2] === undefined ? 3 : match[2] === 'beta' ? 2 : 1, Number(match[1]), Number(match[3] ?? 0)]
  }
  const [x, y] = [read(a), read(b)]
  if (x === undefined || y === undefined) return x === y ? (a < b ? 1 : a > b ? -1 : 0) : x === undefined ? -1 : 1
  for (let i = 0; i < 3; i++) if (x[i] !== y[i]) return (x[i] as number) - (y[i] as number)
  return 0
}

const kindsOf = (server: Server, group: string, version: string): Kind[] =>
  [...server.kinds.all()].filter(({ resource }) => resource.group === group && resource.version === version).sort((a, b) => (a.resource.plural < b.resource.plural ? -1 : 1))

const aggregatedOf = (server: Server, group: string, version: string): AggregatedApi | undefined =>
  server.aggregated.find((api) => api.group === group && api.version === version)

interface Subresource {
  readonly name: string
  readonly kind: string
  readonly verbs: readonly string[]
  readonly group?: string
  readonly version?: string
}

function subresourcesOf(kind: Kind): Subresource[] {
  const found: Subresource[] = [...kind.subresources ?? []]
  if (kind.scale !== undefined) found.push({ name: 'scale', kind: 'Scale', verbs: ['get', 'patch', 'update'], group: 'autoscaling', version: 'v1' })
  if (kind.status === true) found.push({ name: 'status', kind: kind.resource.kind, verbs: ['get', 'patch', 'update'] })
  return found.sort((a, b) => (a.name < b.name ? -1 : 1))
}

const groupVersionText = (group: string, version: string): string => (group === '' ? version : `${group}/${version}`)

const hashes = new Map<string, string>()

function storageVersionHash({ group, version, kind }: Resource): string {
  const name = `${group}/${version}/${kind}`
  let hash = hashes.get(name)
  if (hash === undefined) hashes.set(name, hash = base64OfBytes(sha256(name).slice(0, 8)))
  return hash
}

/** An APIResourceList; `undefined` when nothing is served there. */
function resourceList(server: Server, group: string, version: string): Fields | undefined {
  const others = aggregatedOf(server, group, version)
  if (others !== undefined) return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: groupVersionText(group, version), resources: others.resources }
  const kinds = kindsOf(server, group, version)
  if (kinds.length === 0) return undefined
  const list: Fields[] = []
  for (const kind of kinds) {
    const { resource } = kind
    list.push({
      name: resource.plural, singularName: resource.singular, namespaced: resource.namespaced, kind: resource.kind, verbs: [...kind.verbs ?? allVerbs].sort(),
      ...(resource.shortNames.length > 0 ? { shortNames: resource.shortNames } : {}), ...(resource.categories.length > 0 ? { categories: resource.categories } : {}),
      ...(kind.virtual === true || kind.readOnly !== undefined ? {} : { storageVersionHash: storageVersionHash((kind.view?.stored() ?? kind).resource) }),
    })
    for (const sub of subresourcesOf(kind)) {
      list.push({
        name: `${resource.plural}/${sub.name}`, singularName: '', namespaced: resource.namespaced, ...(sub.group === undefined ? {} : { group: sub.group, version: sub.version }),
        kind: sub.kind, verbs: sub.verbs,
      })
    }
  }
  // The oldest of all lists is the only one without a version of its own.
  return { kind: 'APIResourceList', ...(group === '' ? {} : { apiVersion: 'v1' }), groupVersion: groupVersionText(group, version), resources: list }
}

function groupOf(server: Server, group: string): Fields | undefined {
  const versions = groupVersions(server).filter((one) => one.group === group).map(({ version }) => ({ groupVersion: groupVersionText(group, version), version }))
  return versions.length === 0 ? undefined : { name: group, versions, preferredVersion: versions[0] }
}

function aggregated(server: Server, groups: readonly string[]): Fields {
  const items = groups.map((group) => {
    const versions = groupVersions(server).filter((one) => one.group === group)
    return {
      metadata: group === '' ? {} : { name: group },
      versions: versions.map(({ version }) => ({
        version,
        resources: aggregatedOf(server, group, version)?.resources.map(({ name, singularName, namespaced, kind, verbs }) => ({
          resource: name, responseKind: { group, version, kind }, scope: namespaced ? 'Namespaced' : 'Cluster', singularResource: singularName, verbs,
        })) ?? kindsOf(server, group, version).map((kind) => {
          const { resource } = kind
          const subresources = subresourcesOf(kind)
          return {
            resource: resource.plural, responseKind: responseKind(kind), scope: resource.namespaced ? 'Namespaced' : 'Cluster', singularResource: resource.singular,
            verbs: [...kind.verbs ?? allVerbs].sort(), ...(resource.shortNames.length > 0 ? { shortNames: resource.shortNames } : {}),
            ...(resource.categories.length > 0 ? { categories: resource.categories } : {}),
            ...(subresources.length > 0 ? {
              subresources: subresources.map((sub) => ({
                subresource: sub.name, responseKind: { group: sub.group ?? responseKind(kind).group, version: sub.version ?? responseKind(kind).version, kind: sub.kind }, verbs: sub.verbs,
              })),
            } : {}),
          }
        }),
        freshness: 'Current',
      })),
    }
  })
  return { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items }
}

/** Built-in kinds leave group and version of what they answer open: it is that of the list they stand in. */
function responseKind(kind: Kind): { readonly group: string; readonly version: string; readonly kind: string } {
  const { group, version, kind: name } = kind.resource
  return group === '' ? { group: '', version: '', kind: name } : { group: kind.custom === true ? group : '', version: kind.custom === true ? version : '', kind: name }
}

const json = (body: unknown, type = 'application/json'): ApiResponse => ({ status: 200, headers: { 'content-type': type }, body })
const aggregatedType = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'

/** Answers /api, /apis and what lies directly below; `undefined` for other paths. */
export function discover(server: Server, request: ApiRequest, path: string): ApiResponse | undefined {
  const parts = path.split('/').filter((part) => part !== '')
  const form = acceptedForm(request.headers?.['accept'], ['APIGroupDiscoveryList'])
  const wantsAll = form.as === 'APIGroupDiscoveryList'
  if (parts[0] === 'api') {
    if (parts.length === 1) {
      if (wantsAll) return json(aggregated(server, ['']), aggregatedType)
      return json({ kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: '10.96.0.1:443' }] })
    }
    const list = parts.length === 2 ? resourceList(server, '', parts[1] as string) : undefined
    return list === undefined ? undefined : json(list)
  }
  if (parts[0] !== 'apis') return undefined
  const groups = [...new Set(groupVersions(server).map(({ group }) => group))].filter((group) => group !== '')
  if (parts.length === 1) {
    if (wantsAll) return json(aggregated(server, groups), aggregatedType)
    return json({ kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map((group) => groupOf(server, group)) })
  }
  if (parts.length === 2) {
    const group = groupOf(server, parts[1] as string)
    return group === undefined ? undefined : json({ kind: 'APIGroup', apiVersion: 'v1', ...group })
  }
  const list = parts.length === 3 ? resourceList(server, parts[1] as string, parts[2] as string) : undefined
  return list === undefined ? undefined : json(list)
}

/** /version. */
export function versionInfo(): Fields {
  const [, major = '', minor = ''] = /^v?(\d+)\.(\d+)/.exec(kubernetesVersion) ?? []
  return {
    major, minor, emulationMajor: major, emulationMinor: minor, minCompatibilityMajor: major, minCompatibilityMinor: String(Number(minor) - 1), gitVersion: kubernetesVersion,
    gitCommit: '0'.repeat(40), gitTreeState: 'clean', buildDate: '2026-01-01T00:00:00Z', goVersion: 'go1.26.8', compiler: 'gc', platform: 'linux/amd64',
  }
}

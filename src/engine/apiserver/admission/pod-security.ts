import type { ApiObject, Container, EphemeralContainer, Namespace, Pod, PodSpec, PodTemplateSpec, Volume } from '../../../api'
import { forbidden, invalid } from '../errors'
import { FieldErrors } from '../field-errors'
import type { Kind } from '../kinds/kind'
import { isPod, isResource, type AdmissionPlugin, type Attributes } from './plugin'

type Level = 'privileged' | 'baseline' | 'restricted'
const levels: readonly string[] = ['privileged', 'baseline', 'restricted']
const labelOf = (mode: 'enforce' | 'warn' | 'audit'): string => `pod-security.kubernetes.io/${mode}`

interface Policy {
  readonly level: Level
  readonly version: string
}

/** What is wrong with a Pod under a level: a short name and the particulars. */
interface Violation {
  readonly reason: string
  readonly detail: string
}

/** Pods keep to the level their namespace asks for. Upstream: k8s.io/pod-security-admission. */
export const podSecurity: AdmissionPlugin = {
  name: 'PodSecurity',

  validate(attributes, world) {
    if (attributes.operation === 'DELETE' || attributes.subresource !== '') return
    if (isResource(attributes, '', 'namespaces')) {
      onNamespace(attributes, () => world.storage.list(world.kinds.ofPath('', 'v1', 'pods') as Kind, attributes.name).items as unknown as readonly Pod[])
      return
    }
    const spec = podSpecOf(attributes)
    if (spec === undefined || attributes.operation !== 'CREATE') return
    const namespace = world.storage.get(world.kinds.namespaces, '', attributes.namespace) as unknown as Namespace | undefined
    const labels = namespace?.metadata.labels
    if (labels === undefined) return
    const enforce = policyOf(labels, 'enforce')
    const warn = labels[labelOf('warn')] === undefined ? enforce : policyOf(labels, 'warn')
    if (isPod(attributes)) {
      const violations = evaluate(spec.spec, spec.annotations, enforce.level)
      if (violations.length > 0) throw forbidden(attributes.kind.resource, attributes.name, `violates PodSecurity ${JSON.stringify(`${enforce.level}:${enforce.version}`)}: ${textOf(violations)}`)
    }
    // A warning is for those who were let in.
    const warnings = evaluate(spec.spec, spec.annotations, warn.level)
    if (warnings.length > 0) attributes.warnings.push(`would violate PodSecurity ${JSON.stringify(`${warn.level}:${warn.version}`)}: ${textOf(warnings)}`)
  },
}

const textOf = (violations: readonly Violation[]): string => violations.map(({ reason, detail }) => (detail === '' ? reason : `${reason} (${detail})`)).join(', ')

function policyOf(labels: Readonly<Record<string, string>>, mode: 'enforce' | 'warn'): Policy {
  const level = labels[labelOf(mode)]
  // A level nobody knows is taken for the strictest. Upstream: PolicyToEvaluate.
  return { level: level === undefined ? 'privileged' : levels.includes(level) ? level as Level : 'restricted', version: labels[`${labelOf(mode)}-version`] ?? 'latest' }
}

function onNamespace(attributes: Attributes, pods: () => readonly Pod[]): void {
  const given = attributes.object as unknown as Namespace
  const labels = given.metadata.labels ?? {}
  const errors = new FieldErrors()
  for (const mode of ['enforce', 'audit', 'warn'] as const) {
    const level = labels[labelOf(mode)]
    if (level !== undefined && !levels.includes(level)) errors.invalid(`metadata.labels[${labelOf(mode)}]`, level, `must be one of ${levels.join(', ')}`)
    const version = labels[`${labelOf(mode)}-version`]
    if (version !== undefined && version !== 'latest' && !/^v1\.(0|[1-9]\d*)$/.test(version)) errors.invalid(`metadata.labels[${labelOf(mode)}-version]`, version, 'must be "latest" or "v1.x"')
  }
  const old = (attributes.old as unknown as Namespace | undefined)?.metadata.labels ?? {}
  const modes = ['enforce', 'audit', 'warn'].flatMap((mode) => [labelOf(mode as 'enforce'), `${labelOf(mode as 'enforce')}-version`])
  // Labels that were wrong before may stay so.
  if (errors.any && (attributes.operation === 'CREATE' || modes.some((label) => labels[label] !== old[label]))) throw invalid('', 'Namespace', attributes.name, errors.list)
  if (errors.any || attributes.operation !== 'UPDATE') return
  const [before, after] = [policyOf(old, 'enforce'), policyOf(labels, 'enforce')]
  if (levels.indexOf(after.level) <= levels.indexOf(before.level)) return
  const byText = new Map<string, string[]>()
  for (const pod of pods()) {
    if (pod.spec === undefined) continue
    const violations = evaluate(pod.spec, pod.metadata.annotations ?? {}, after.level)
    if (violations.length === 0) continue
    const text = violations.map(({ reason }) => reason).join(', ')
    byText.set(text, [...byText.get(text) ?? [], pod.metadata.name ?? ''])
  }
  if (byText.size === 0) return
  attributes.warnings.push(`existing pods in namespace ${JSON.stringify(attributes.name)} violate the new PodSecurity enforce level ${JSON.stringify(`${after.level}:${after.version}`)}`)
  for (const [text, names] of [...byText].sort(([, a], [, b]) => ((a[0] ?? '') < (b[0] ?? '') ? -1 : 1))) {
    const more = names.length === 1 ? '' : names.length === 2 ? ' (and 1 other pod)' : ` (and ${names.length - 1} other pods)`
    attributes.warnings.push(`${names[0] ?? ''}${more}: ${text}`)
  }
}

/** The Pod, or the template of Pods, in what is written. */
function podSpecOf(attributes: Attributes): { readonly spec: PodSpec; readonly annotations: Readonly<Record<string, string>> } | undefined {
  const object = attributes.object as unknown as ApiObject
  if (isPod(attributes)) {
    const pod = object as unknown as Pod
    return pod.spec === undefined ? undefined : { spec: pod.spec, annotations: pod.metadata.annotations ?? {} }
  }
  const { group, plural } = attributes.kind.resource
  let template: PodTemplateSpec | undefined
  if ((group === 'apps' && ['deployments', 'replicasets', 'statefulsets', 'daemonsets'].includes(plural)) || (group === 'batch' && plural === 'jobs') || (group === '' && plural === 'replicationcontrollers')) {
    template = (object['spec'] as { readonly template?: PodTemplateSpec } | undefined)?.template
  } else if (group === 'batch' && plural === 'cronjobs') {
    template = (object['spec'] as { readonly jobTemplate?: { readonly spec?: { readonly template?: PodTemplateSpec } } } | undefined)?.jobTemplate?.spec?.template
  } else if (group === '' && plural === 'podtemplates') template = object['template'] as PodTemplateSpec | undefined
  return template?.spec === undefined ? undefined : { spec: template.spec, annotations: template.metadata?.annotations ?? {} }
}

type AnyContainer = Container | EphemeralContainer
const containersOf = (spec: PodSpec): readonly AnyContainer[] => [...spec.initContainers ?? [], ...spec.containers ?? [], ...spec.ephemeralContainers ?? []]
const quote = (names: readonly string[]): string => names.map((name) => JSON.stringify(name)).join(', ')
const who = (names: readonly string[]): string => `container${names.length === 1 ? '' : 's'} ${quote(names)}`

const baselineCapabilities = new Set(['AUDIT_WRITE', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'MKNOD', 'NET_BIND_SERVICE', 'SETFCAP', 'SETGID', 'SETPCAP', 'SETUID', 'SYS_CHROOT'])
const safeSysctls = new Set([
  'kernel.shm_rmid_forced', 'net.ipv4.ip_local_port_range', 'net.ipv4.tcp_syncookies', 'net.ipv4.ping_group_range', 'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ip_local_reserved_ports', 'net.ipv4.tcp_keepalive_time', 'net.ipv4.tcp_fin_timeout', 'net.ipv4.tcp_keepalive_intvl', 'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem',
])
const restrictedVolumeTypes = new Set(['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'persistentVolumeClaim', 'projected', 'secret', 'image'])

/** The checks of a level: baseline's first, then those only restricted makes; each in order of its name. */
function evaluate(spec: PodSpec, annotations: Readonly<Record<string, string>>, level: Level): Violation[] {
  if (level === 'privileged') return []
  const containers = containersOf(spec)
  const out: Violation[] = []
  const add = (reason: string, detail: string): void => { out.push({ reason, detail }) }
  const namesOf = (test: (container: AnyContainer) => boolean): string[] => containers.filter(test).map((container) => container.name)
  const restricted = level === 'restricted'

  const appArmor = Object.keys(annotations).sort().filter((key) => key.startsWith('container.apparmor.security.beta.kubernetes.io/') && !['', 'runtime/default'].includes(annotations[key] ?? '') && annotations[key]?.startsWith('localhost/') !== true)
  const appArmorFields = [
    ...spec.securityContext?.appArmorProfile?.type === 'Unconfined' ? ['pod must not set AppArmor profile type to "Unconfined"'] : [],
    ...((names) => (names.length > 0 ? [`${who(names)} must not set AppArmor profile type to "Unconfined"`] : []))(namesOf((container) => container.securityContext?.appArmorProfile?.type === 'Unconfined')),
  ]
  if (appArmor.length + appArmorFields.length > 0) {
    add(appArmor.length + appArmorFields.length === 1 ? 'forbidden AppArmor profile' : 'forbidden AppArmor profiles', [...appArmorFields, ...appArmor.map((key) => `${key}=${JSON.stringify(annotations[key])}`)].join(', '))
  }
  if (!restricted) {
    const added = capabilitiesAdded(containers, baselineCapabilities)
    if (added.names.length > 0) add('non-default capabilities', `${who(added.names)} must not include ${quote(added.capabilities)} in securityContext.capabilities.add`)
  }
  const host = [...spec.hostNetwork === true ? ['hostNetwork=true'] : [], ...spec.hostPID === true ? ['hostPID=true'] : [], ...spec.hostIPC === true ? ['hostIPC=true'] : []]
  if (host.length > 0) add('host namespaces', host.join(', '))
  const hostPaths = (spec.volumes ?? []).filter((volume) => volume.hostPath !== undefined).map((volume) => volume.name)
  if (!restricted && hostPaths.length > 0) add('hostPath volumes', `volume${hostPaths.length === 1 ? '' : 's'} ${quote(hostPaths)}`)
  const hostPorts = containers.filter((container) => container.ports?.some((port) => (port.hostPort ?? 0) !== 0) === true)
  if (hostPorts.length > 0) {
    const ports = [...new Set(hostPorts.flatMap((container) => (container.ports ?? []).map((port) => port.hostPort ?? 0).filter((port) => port !== 0)))].sort((a, b) => a - b)
    const names = hostPorts.map((container) => container.name)
    add('hostPort', `${who(names)} ${names.length === 1 ? 'uses' : 'use'} hostPort${ports.length === 1 ? '' : 's'} ${ports.join(', ')}`)
  }
  const privileged = namesOf((container) => container.securityContext?.privileged === true)
  if (privileged.length > 0) add('privileged', `${who(privileged)} must not set securityContext.privileged=true`)
  const procMount = namesOf((container) => container.securityContext?.procMount !== undefined && container.securityContext.procMount !== 'Default')
  if (procMount.length > 0 && spec.hostUsers !== false) add('procMount', `${who(procMount)} must not set securityContext.procMount to "Unmasked"`)
  if (!restricted) {
    const seccomp = [...spec.securityContext?.seccompProfile?.type === 'Unconfined' ? ['pod'] : [], ...((names) => (names.length > 0 ? [who(names)] : []))(namesOf((container) => container.securityContext?.seccompProfile?.type === 'Unconfined'))]
    if (seccomp.length > 0) add('seccompProfile', `${seccomp.join(' and ')} must not set securityContext.seccompProfile.type to "Unconfined"`)
  }
  seLinux(spec, containers, add)
  const sysctls = (spec.securityContext?.sysctls ?? []).map((sysctl) => sysctl.name).filter((name) => !safeSysctls.has(name))
  if (sysctls.length > 0) add('forbidden sysctls', sysctls.join(', '))
  const hostProcess = [...spec.securityContext?.windowsOptions?.hostProcess === true ? ['pod'] : [], ...((names) => (names.length > 0 ? [who(names)] : []))(namesOf((container) => container.securityContext?.windowsOptions?.hostProcess === true))]
  if (hostProcess.length > 0) add('hostProcess', `${hostProcess.join(' and ')} must not set securityContext.windowsOptions.hostProcess=true`)
  if (!restricted) return out

  const escalating = namesOf((container) => container.securityContext?.allowPrivilegeEscalation !== false)
  if (escalating.length > 0 && spec.os?.name !== 'windows') add('allowPrivilegeEscalation != false', `${who(escalating)} must set securityContext.allowPrivilegeEscalation=false`)
  if (spec.os?.name !== 'windows') {
    const keeping = namesOf((container) => container.securityContext?.capabilities?.drop?.includes('ALL') !== true)
    const added = capabilitiesAdded(containers, new Set(['NET_BIND_SERVICE']))
    const details = [
      ...keeping.length > 0 ? [`${who(keeping)} must set securityContext.capabilities.drop=["ALL"]`] : [],
      ...added.names.length > 0 ? [`${who(added.names)} must not include ${quote(added.capabilities)} in securityContext.capabilities.add`] : [],
    ]
    if (details.length > 0) add('unrestricted capabilities', details.join('; '))
  }
  const volumes = (spec.volumes ?? []).map((volume) => ({ name: volume.name, type: volumeTypeOf(volume) })).filter(({ type }) => !restrictedVolumeTypes.has(type))
  if (volumes.length > 0) {
    const types = [...new Set(volumes.map(({ type }) => type))].sort()
    add('restricted volume types', `volume${volumes.length === 1 ? '' : 's'} ${quote(volumes.map(({ name }) => name))} ${volumes.length === 1 ? 'uses' : 'use'} restricted volume type${types.length === 1 ? '' : 's'} ${quote(types)}`)
  }
  const podNonRoot = spec.securityContext?.runAsNonRoot
  const refusing = namesOf((container) => container.securityContext?.runAsNonRoot === false)
  const silent = namesOf((container) => container.securityContext?.runAsNonRoot === undefined)
  if (podNonRoot === false || refusing.length > 0) {
    add('runAsNonRoot != true', [...podNonRoot === false ? ['pod'] : [], ...refusing.length > 0 ? [who(refusing)] : []].join(' and ').concat(' must not set securityContext.runAsNonRoot=false'))
  } else if (podNonRoot === undefined && silent.length > 0) add('runAsNonRoot != true', `pod or ${who(silent)} must set securityContext.runAsNonRoot=true`)
  const root = [...spec.securityContext?.runAsUser === 0 ? ['pod'] : [], ...((names) => (names.length > 0 ? [who(names)] : []))(namesOf((container) => container.securityContext?.runAsUser === 0))]
  if (root.length > 0) add('runAsUser=0', `${root.join(' and ')} must not set runAsUser=0`)
  const allowed = (type: string | undefined): boolean => type === 'RuntimeDefault' || type === 'Localhost'
  const podSeccomp = spec.securityContext?.seccompProfile?.type
  const wrong = namesOf((container) => container.securityContext?.seccompProfile !== undefined && !allowed(container.securityContext.seccompProfile.type))
  const unset = namesOf((container) => container.securityContext?.seccompProfile === undefined)
  if ((podSeccomp !== undefined && !allowed(podSeccomp)) || wrong.length > 0) {
    add('seccompProfile', [...podSeccomp !== undefined && !allowed(podSeccomp) ? ['pod'] : [], ...wrong.length > 0 ? [who(wrong)] : []].join(' and ').concat(' must not set securityContext.seccompProfile.type to "Unconfined"'))
  } else if (podSeccomp === undefined && unset.length > 0 && spec.os?.name !== 'windows') {
    add('seccompProfile', `pod or ${who(unset)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`)
  }
  return out
}

function capabilitiesAdded(containers: readonly AnyContainer[], allowed: ReadonlySet<string>): { readonly names: string[]; readonly capabilities: string[] } {
  const names: string[] = []
  const capabilities = new Set<string>()
  for (const container of containers) {
    const wrong = (container.securityContext?.capabilities?.add ?? []).filter((capability) => !allowed.has(capability))
    if (wrong.length === 0) continue
    names.push(container.name)
    for (const capability of wrong) capabilities.add(capability)
  }
  return { names, capabilities: [...capabilities].sort() }
}

function seLinux(spec: PodSpec, containers: readonly AnyContainer[], add: (reason: string, detail: string) => void): void {
  const allowedTypes = new Set(['', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t'])
  const setters: string[] = []
  const types = new Set<string>()
  let user = false
  let role = false
  const look = (options: { readonly type?: string; readonly user?: string; readonly role?: string } | undefined): boolean => {
    if (options === undefined) return false
    let wrong = false
    if (!allowedTypes.has(options.type ?? '')) {
      types.add(options.type ?? '')
      wrong = true
    }
    if ((options.user ?? '') !== '') { user = true; wrong = true }
    if ((options.role ?? '') !== '') { role = true; wrong = true }
    return wrong
  }
  if (look(spec.securityContext?.seLinuxOptions)) setters.push('pod')
  const names = containers.filter((container) => look(container.securityContext?.seLinuxOptions)).map((container) => container.name)
  if (names.length > 0) setters.push(who(names))
  if (setters.length === 0) return
  const what = [...types.size > 0 ? [`type${types.size === 1 ? '' : 's'} ${quote([...types].sort())}`] : [], ...user ? ['user may not be set'] : [], ...role ? ['role may not be set'] : []]
  add('seLinuxOptions', `${setters.join(' and ')} set forbidden securityContext.seLinuxOptions: ${what.join('; ')}`)
}

function volumeTypeOf(volume: Volume): string {
  return Object.keys(volume).find((key) => key !== 'name') ?? 'unknown'
}

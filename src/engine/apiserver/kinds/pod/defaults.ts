import type { Container, EphemeralContainer, Pod, PodSpec, PodTemplateSpec, Probe, Volume } from '../../../../api'
import type { Draft } from '../../draft'

// Upstream: pkg/apis/core/v1/defaults.go.

/** Defaults of a Pod itself. */
export function setPodDefaults(pod: Draft<Pod>): void {
  const spec = pod.spec
  if (spec === undefined) return
  setPodSpecDefaults(spec)
  // A limit without a request is also the request; a template leaves that to its Pods.
  for (const container of [...spec.containers ?? [], ...spec.initContainers ?? []]) {
    const { resources } = container
    if (resources?.limits === undefined) continue
    const requests: Record<string, string | number> = resources.requests ?? {}
    for (const name of Object.keys(resources.limits)) if (!Object.hasOwn(requests, name)) requests[name] = resources.limits[name] as string | number
    resources.requests = requests
  }
  const podLimits = spec.resources?.limits
  if (spec.resources !== undefined && podLimits !== undefined) {
    const requests: Record<string, string | number> = spec.resources.requests ?? {}
    for (const name of Object.keys(podLimits)) if (!Object.hasOwn(requests, name)) requests[name] = podLimits[name] as string | number
    if (Object.keys(requests).length > 0) spec.resources.requests = requests
  }
  spec.enableServiceLinks ??= true
  if (spec.hostNetwork === true) defaultHostPorts(spec)
}

export function setPodTemplateDefaults(template: Draft<PodTemplateSpec>): void {
  if (template.spec !== undefined) {
    setPodSpecDefaults(template.spec)
    if (template.spec.hostNetwork === true) defaultHostPorts(template.spec)
  }
}

function defaultHostPorts(spec: Draft<PodSpec>): void {
  for (const container of [...spec.containers ?? [], ...spec.initContainers ?? []]) {
    for (const port of container.ports ?? []) port.hostPort ??= port.containerPort
  }
}

export function setPodSpecDefaults(spec: Draft<PodSpec>): void {
  spec.dnsPolicy ??= 'ClusterFirst'
  spec.restartPolicy ??= 'Always'
  spec.securityContext ??= {}
  spec.terminationGracePeriodSeconds ??= 30
  spec.schedulerName ??= 'default-scheduler'
  // The old name and the new one say the same. Upstream: Convert_v1_PodSpec_To_core_PodSpec.
  if (spec.serviceAccountName === undefined && spec.serviceAccount !== undefined) spec.serviceAccountName = spec.serviceAccount
  if (spec.serviceAccountName !== undefined) spec.serviceAccount = spec.serviceAccountName
  for (const container of spec.containers ?? []) setContainerDefaults(container)
  for (const container of spec.initContainers ?? []) setContainerDefaults(container)
  for (const container of spec.ephemeralContainers ?? []) setContainerDefaults(container)
  for (const volume of spec.volumes ?? []) setVolumeDefaults(volume)
  for (const constraint of spec.topologySpreadConstraints ?? []) {
    constraint.nodeAffinityPolicy ??= 'Honor'
    constraint.nodeTaintsPolicy ??= 'Ignore'
  }
}

/** The tag of an image, or its digest: what says whether it can change. Upstream: parsers.ParseImageName. */
export function imageTag(image: string): string {
  const at = image.indexOf('@')
  if (at >= 0) return image.slice(at + 1)
  const colon = image.lastIndexOf(':')
  return colon > image.lastIndexOf('/') ? image.slice(colon + 1) : 'latest'
}

function setContainerDefaults(container: Draft<Container> | Draft<EphemeralContainer>): void {
  container.imagePullPolicy ??= imageTag(container.image ?? '') === 'latest' ? 'Always' : 'IfNotPresent'
  container.terminationMessagePath ??= '/dev/termination-log'
  container.terminationMessagePolicy ??= 'File'
  for (const probe of [container.livenessProbe, container.readinessProbe, container.startupProbe]) if (probe !== undefined) setProbeDefaults(probe)
  for (const variable of container.env ?? []) {
    if (variable.valueFrom?.fieldRef !== undefined) variable.valueFrom.fieldRef.apiVersion ??= 'v1'
    if (variable.valueFrom?.resourceFieldRef !== undefined) variable.valueFrom.resourceFieldRef.divisor ??= '0'
  }
  for (const hook of [container.lifecycle?.postStart, container.lifecycle?.preStop]) {
    if (hook?.httpGet !== undefined) setHttpGetDefaults(hook.httpGet)
  }
}


function setHttpGetDefaults(action: Draft<NonNullable<Probe['httpGet']>>): void {
  action.path ??= '/'
  action.scheme ??= 'HTTP'
}

function setProbeDefaults(probe: Draft<Probe>): void {
  probe.timeoutSeconds ??= 1
  probe.periodSeconds ??= 10
  probe.successThreshold ??= 1
  probe.failureThreshold ??= 3
  if (probe.httpGet !== undefined) setHttpGetDefaults(probe.httpGet)
  if (probe.grpc !== undefined) probe.grpc.service ??= ''
}

const octal644 = 420

function setVolumeDefaults(volume: Draft<Volume>): void {
  const { name: _, ...sources } = volume
  if (Object.keys(sources).length === 0) volume.emptyDir = {}
  if (volume.secret !== undefined) volume.secret.defaultMode ??= octal644
  if (volume.configMap !== undefined) volume.configMap.defaultMode ??= octal644
  if (volume.downwardAPI !== undefined) {
    volume.downwardAPI.defaultMode ??= octal644
    for (const item of volume.downwardAPI.items ?? []) if (item.fieldRef !== undefined) item.fieldRef.apiVersion ??= 'v1'
  }
  if (volume.projected !== undefined) {
    volume.projected.defaultMode ??= octal644
    for (const source of volume.projected.sources ?? []) {
      if (source.serviceAccountToken !== undefined) source.serviceAccountToken.expirationSeconds ??= 3600
      for (const item of source.downwardAPI?.items ?? []) if (item.fieldRef !== undefined) item.fieldRef.apiVersion ??= 'v1'
    }
  }
  if (volume.hostPath !== undefined) volume.hostPath.type ??= ''
  if (volume.iscsi !== undefined) volume.iscsi.iscsiInterface ??= 'default'
  if (volume.ephemeral?.volumeClaimTemplate !== undefined) volume.ephemeral.volumeClaimTemplate.spec.volumeMode ??= 'Filesystem'
}

import { deepEqual } from '../../../../base'
import {
  type Affinity, type Container, type EnvVar, type EphemeralContainer, type KeyToPath, type LifecycleHandler, type NodeSelectorTerm, type Pod, type PodAffinityTerm,
  type PodSpec, type PodTemplateSpec, type Probe, type ResourceRequirements, type SecurityContext, type Taint, type Toleration, type TopologySpreadConstraint, type Volume, type VolumeMount,
} from '../../../../api'
import type { FieldErrors } from '../../field-errors'
import { validateAnnotations, validateLabels } from '../../object-meta'
import { configKey, dnsLabel, dnsSubdomain, envVarName, ipAddress, isIPv4, isIPv6, labelValueRule, portName, portNumber, qualifiedName, type NameRule } from '../../names'
import { compareAmounts } from '../../quantities'
import { nonNegative, validateLabelSelector, validateNodeSelectorRequirement } from '../labels'
import { isExtended, isHugePages, validateContainerResourceName, validateQuantity } from './resource-names'

// Upstream: pkg/apis/core/validation/validation.go. The order of the checks is that of upstream: it shows in messages.

const int32Max = 2_147_483_647
const taintEffects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']

function named(rule: NameRule, value: string, path: string, errors: FieldErrors): void {
  for (const problem of rule(value)) errors.invalid(path, value, problem)
}

export function validatePodTemplate(template: PodTemplateSpec | undefined, path: string, errors: FieldErrors): void {
  validateLabels(template?.metadata?.labels, `${path}.labels`, errors)
  validateAnnotations(template?.metadata?.annotations, `${path}.annotations`, errors)
  if (template?.spec !== undefined) {
    validatePodSpec(template.spec, `${path}.spec`, errors)
    if ((template.spec.ephemeralContainers?.length ?? 0) > 0) errors.forbidden(`${path}.spec.ephemeralContainers`, 'ephemeral containers not allowed in pod template')
  } else {
    errors.required(`${path}.spec.containers`)
  }
}

/** `isPod`: what only counts for a Pod itself is checked as well. */
export function validatePodSpec(spec: PodSpec, path: string, errors: FieldErrors, isPod = false): void {
  const gracePeriod = spec.terminationGracePeriodSeconds ?? 30
  const volumes = validateVolumes(spec.volumes ?? [], `${path}.volumes`, errors)
  validateResourceClaims(spec, `${path}.resourceClaims`, errors)
  validateContainers(spec, volumes, gracePeriod, `${path}.containers`, errors, isPod)
  validateInitContainers(spec, volumes, gracePeriod, `${path}.initContainers`, errors, isPod)
  validateEphemeralContainers(spec, volumes, `${path}.ephemeralContainers`, errors)
  if (spec.resources !== undefined) validatePodResources(spec, `${path}.resources`, errors)
  if (spec.hostNetwork === true) {
    const check = (containers: readonly Container[] | undefined, at: string): void => containers?.forEach((container, i) => {
      container.ports?.forEach((port, j) => {
        if (port.hostPort !== port.containerPort) errors.invalid(`${at}[${i}].ports[${j}].hostPort`, port.hostPort ?? 0, 'must match `containerPort` when `hostNetwork` is true')
      })
    })
    check(spec.containers, `${path}.containers`)
    check(spec.initContainers, `${path}.initContainers`)
  }
  oneOf(spec.restartPolicy, ['Always', 'OnFailure', 'Never'], `${path}.restartPolicy`, errors)
  oneOf(spec.dnsPolicy, ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'], `${path}.dnsPolicy`, errors)
  validateLabels(spec.nodeSelector, `${path}.nodeSelector`, errors)
  validatePodSecurityContext(spec, `${path}.securityContext`, errors)
  spec.imagePullSecrets?.forEach((secret, i) => { if ((secret.name ?? '') === '') errors.required(`${path}.imagePullSecrets[${i}].name`) })
  if (spec.affinity !== undefined) validateAffinity(spec.affinity, `${path}.affinity`, errors)
  validateDnsConfig(spec, `${path}.dnsConfig`, errors)
  spec.readinessGates?.forEach((gate, i) => { named(qualifiedName, gate.conditionType, `${path}.readinessGates[${i}].conditionType`, errors) })
  const gates = new Set<string>()
  spec.schedulingGates?.forEach((gate, i) => {
    named(qualifiedName, gate.name, `${path}.schedulingGates[${i}]`, errors)
    if (gates.has(gate.name)) errors.duplicate(`${path}.schedulingGates[${i}]`, gate.name)
    gates.add(gate.name)
  })
  validateTopologySpread(spec.topologySpreadConstraints ?? [], `${path}.topologySpreadConstraints`, errors)
  if (spec.hostUsers === false) {
    if (spec.hostNetwork === true) errors.forbidden(`${path}.hostNetwork`, 'when `hostUsers` is false')
    if (spec.hostPID === true) errors.forbidden(`${path}.HostPID`, 'when `hostUsers` is false')
    if (spec.hostIPC === true) errors.forbidden(`${path}.HostIPC`, 'when `hostUsers` is false')
  }
  if (spec.serviceAccountName !== undefined) named(dnsSubdomain, spec.serviceAccountName, `${path}.serviceAccountName`, errors)
  if (spec.nodeName !== undefined) named(dnsSubdomain, spec.nodeName, `${path}.nodeName`, errors)
  if (spec.activeDeadlineSeconds !== undefined && (spec.activeDeadlineSeconds < 1 || spec.activeDeadlineSeconds > int32Max)) {
    errors.invalid(`${path}.activeDeadlineSeconds`, spec.activeDeadlineSeconds, `must be between 1 and ${int32Max}, inclusive`)
  }
  if (spec.hostname !== undefined) named(dnsLabel, spec.hostname, `${path}.hostname`, errors)
  if (spec.subdomain !== undefined) named(dnsLabel, spec.subdomain, `${path}.subdomain`, errors)
  validateTolerations(spec.tolerations ?? [], `${path}.tolerations`, errors)
  spec.hostAliases?.forEach((alias, i) => {
    named(ipAddress, alias.ip, `${path}.hostAliases[${i}].ip`, errors)
    alias.hostnames?.forEach((hostname, j) => { named(dnsSubdomain, hostname, `${path}.hostAliases[${i}].hostnames[${j}]`, errors) })
  })
  if (spec.priorityClassName !== undefined) named(dnsSubdomain, spec.priorityClassName, `${path}.priorityClassName`, errors)
  if (spec.runtimeClassName !== undefined) named(dnsSubdomain, spec.runtimeClassName, `${path}.runtimeClassName`, errors)
  if (spec.preemptionPolicy !== undefined && !['PreemptLowerPriority', 'Never'].includes(spec.preemptionPolicy)) {
    if (spec.preemptionPolicy === '') errors.required(`${path}.preemptionPolicy`)
    else errors.notSupported(`${path}.preemptionPolicy`, spec.preemptionPolicy, ['PreemptLowerPriority', 'Never'])
  }
  for (const [name, amount] of Object.entries(spec.overhead ?? {})) {
    validateContainerResourceName(name, `${path}.overhead[${name}]`, errors)
    validateQuantity(name, amount, `${path}.overhead[${name}]`, errors)
  }
  if (spec.os !== undefined) {
    if (spec.os.name === '') errors.required(`${path}.os.name`, 'cannot be empty')
    else if (!['linux', 'windows'].includes(spec.os.name)) errors.notSupported(`${path}.os.name`, spec.os.name, ['linux', 'windows'])
  }
  if (isPod && spec.serviceAccountName === undefined) {
    spec.volumes?.forEach((volume, i) => volume.projected?.sources?.forEach((source, j) => {
      if (source.serviceAccountToken !== undefined) errors.forbidden(`${path}.volumes[${i}].projected.sources[${j}].serviceAccountToken`, 'must not be specified when serviceAccountName is not set')
    }))
  }
}

function oneOf(value: string | undefined, values: readonly string[], path: string, errors: FieldErrors): void {
  if (value === undefined || value === '') errors.required(path)
  else if (!values.includes(value)) errors.notSupported(path, value, values)
}

// Containers.

type AnyContainer = Container | EphemeralContainer

function validateContainers(spec: PodSpec, volumes: ReadonlyMap<string, Volume>, gracePeriod: number, path: string, errors: FieldErrors, isPod: boolean): void {
  const containers = spec.containers ?? []
  if (containers.length === 0) {
    errors.required(path)
    return
  }
  const names = new Set<string>()
  containers.forEach((container, i) => {
    const at = `${path}[${i}]`
    validateContainer(container, spec, volumes, at, errors, isPod)
    if (names.has(container.name)) errors.duplicate(`${at}.name`, container.name)
    names.add(container.name)
    validateHandlersOf(container, gracePeriod, at, errors)
    if (container.restartPolicy !== undefined && container.restartPolicy !== '' && !['Always', 'OnFailure', 'Never'].includes(container.restartPolicy)) {
      errors.notSupported(`${at}.restartPolicy`, container.restartPolicy, ['Always', 'OnFailure', 'Never'])
    }
  })
  checkHostPortConflicts(containers, path, errors)
}

function validateInitContainers(spec: PodSpec, volumes: ReadonlyMap<string, Volume>, gracePeriod: number, path: string, errors: FieldErrors, isPod: boolean): void {
  const names = new Set((spec.containers ?? []).map((container) => container.name))
  spec.initContainers?.forEach((container, i) => {
    const at = `${path}[${i}]`
    validateContainer(container, spec, volumes, at, errors, isPod)
    const stays = container.restartPolicy === 'Always'
    if (container.restartPolicy !== undefined && !['Always', 'OnFailure', 'Never'].includes(container.restartPolicy)) {
      errors.notSupported(`${at}.restartPolicy`, container.restartPolicy, ['Always', 'OnFailure', 'Never'])
    }
    if (names.has(container.name)) errors.duplicate(`${at}.name`, container.name)
    names.add(container.name)
    checkHostPortConflicts([container], `${path}`, errors, i)
    if (stays) validateHandlersOf(container, gracePeriod, at, errors)
    else {
      if (container.lifecycle !== undefined) errors.forbidden(`${at}.lifecycle`, 'may not be set for init containers without restartPolicy=Always')
      for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe'] as const) if (container[probe] !== undefined) errors.forbidden(`${at}.${probe}`, 'may not be set for init containers without restartPolicy=Always')
    }
    if ((container.resizePolicy?.length ?? 0) > 0 && !stays) errors.invalid(`${at}.resizePolicy`, container.resizePolicy, 'must not be set for init containers')
  })
}

function validateEphemeralContainers(spec: PodSpec, volumes: ReadonlyMap<string, Volume>, path: string, errors: FieldErrors): void {
  const names = new Set([...spec.containers ?? [], ...spec.initContainers ?? []].map((container) => container.name))
  spec.ephemeralContainers?.forEach((container, i) => {
    const at = `${path}[${i}]`
    validateContainer(container, spec, volumes, at, errors, true)
    if (names.has(container.name)) errors.duplicate(`${at}.name`, container.name)
    names.add(container.name)
    for (const field of ['ports', 'lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const) if (container[field] !== undefined) errors.forbidden(`${at}.${field}`, 'cannot be set for an Ephemeral Container')
  })
}

function validateContainer(container: AnyContainer, spec: PodSpec, volumes: ReadonlyMap<string, Volume>, at: string, errors: FieldErrors, needsImage: boolean): void {
  if (container.name === '') errors.required(`${at}.name`)
  else named(dnsLabel, container.name, `${at}.name`, errors)
  const image = container.image ?? ''
  if (image === '') {
    if (needsImage) errors.required(`${at}.image`)
  } else if (image.trim().length !== image.length) errors.invalid(`${at}.image`, image, 'must not have leading or trailing whitespace')
  oneOf(container.terminationMessagePolicy, ['File', 'FallbackToLogsOnError'], `${at}.terminationMessagePolicy`, errors)
  validatePorts(container, `${at}.ports`, errors)
  validateEnv(container.env ?? [], `${at}.env`, errors)
  container.envFrom?.forEach((source, i) => {
    const from = `${at}.envFrom[${i}]`
    if (source.prefix !== undefined) named(envVarName, source.prefix, `${from}.prefix`, errors)
    const sources = (source.configMapRef === undefined ? 0 : 1) + (source.secretRef === undefined ? 0 : 1)
    if (source.configMapRef !== undefined && (source.configMapRef.name ?? '') === '') errors.required(`${from}.configMapRef.name`)
    if (source.secretRef !== undefined && (source.secretRef.name ?? '') === '') errors.required(`${from}.secretRef.name`)
    if (sources === 0) errors.invalid(from, '', 'must specify one of: `configMapRef` or `secretRef`')
    else if (sources > 1) errors.invalid(from, '', 'may not have more than one field specified at a time')
  })
  validateVolumeMounts(container, volumes, `${at}.volumeMounts`, errors)
  validateVolumeDevices(container, volumes, `${at}.volumeDevices`, errors)
  oneOf(container.imagePullPolicy, ['Always', 'IfNotPresent', 'Never'], `${at}.imagePullPolicy`, errors)
  if (container.resources !== undefined) validateResources(container.resources, new Set((spec.resourceClaims ?? []).map((claim) => claim.name)), `${at}.resources`, errors)
  const resized = new Set<string>()
  container.resizePolicy?.forEach((policy, i) => {
    if (resized.has(policy.resourceName)) errors.duplicate(`${at}.resizePolicy[${i}]`, policy.resourceName)
    resized.add(policy.resourceName)
    oneOf(policy.resourceName, ['cpu', 'memory'], `${at}.resizePolicy`, errors)
    oneOf(policy.restartPolicy, ['NotRequired', 'RestartContainer'], `${at}.resizePolicy`, errors)
    if (spec.restartPolicy === 'Never' && policy.restartPolicy === 'RestartContainer') {
      errors.invalid(`${at}.resizePolicy`, policy.restartPolicy, "must be 'NotRequired' when `restartPolicy` is 'Never'")
    }
  })
  validateSecurityContext(container, `${at}.securityContext`, errors)
}

function validatePorts(container: AnyContainer, path: string, errors: FieldErrors): void {
  const names = new Set<string>()
  container.ports?.forEach((port, i) => {
    const at = `${path}[${i}]`
    if (port.name !== undefined) {
      const problems = portName(port.name)
      for (const problem of problems) errors.invalid(`${at}.name`, port.name, problem)
      if (problems.length === 0) {
        if (names.has(port.name)) errors.duplicate(`${at}.name`, port.name)
        names.add(port.name)
      }
    }
    if (port.containerPort === 0) errors.required(`${at}.containerPort`)
    else for (const problem of portNumber(port.containerPort)) errors.invalid(`${at}.containerPort`, port.containerPort, problem)
    if (port.hostPort !== undefined && port.hostPort !== 0) for (const problem of portNumber(port.hostPort)) errors.invalid(`${at}.hostPort`, port.hostPort, problem)
    oneOf(port.protocol, ['SCTP', 'TCP', 'UDP'], `${at}.protocol`, errors)
  })
}

function checkHostPortConflicts(containers: readonly Container[], path: string, errors: FieldErrors, first = 0): void {
  const taken = new Set<string>()
  containers.forEach((container, i) => container.ports?.forEach((port, j) => {
    if ((port.hostPort ?? 0) === 0) return
    const key = `${port.protocol ?? ''}/${port.hostIP ?? ''}/${port.hostPort ?? 0}`
    if (taken.has(key)) errors.duplicate(`${path}[${first + i}].ports[${j}].hostPort`, key)
    taken.add(key)
  }))
}

const envFields = ['metadata.name', 'metadata.namespace', 'metadata.uid', 'spec.nodeName', 'spec.serviceAccountName', 'status.hostIP', 'status.hostIPs', 'status.podIP', 'status.podIPs']
const volumeFields = ['metadata.name', 'metadata.namespace', 'metadata.labels', 'metadata.annotations', 'metadata.uid']
const resourceFields = ['limits.cpu', 'limits.ephemeral-storage', 'limits.memory', 'requests.cpu', 'requests.ephemeral-storage', 'requests.memory']

function validateFieldRef(ref: { readonly apiVersion?: string; readonly fieldPath: string }, allowed: readonly string[], path: string, errors: FieldErrors): void {
  if ((ref.apiVersion ?? '') === '') {
    errors.required(`${path}.apiVersion`)
    return
  }
  if (ref.fieldPath === '') {
    errors.required(`${path}.fieldPath`)
    return
  }
  const keyed = /^(metadata\.(?:labels|annotations))\['(.*)'\]$/.exec(ref.fieldPath)
  if (keyed !== null) named(qualifiedName, keyed[1] === 'metadata.annotations' ? (keyed[2] ?? '').toLowerCase() : keyed[2] ?? '', path, errors)
  else if (!allowed.includes(ref.fieldPath)) {
    if (!/^(metadata|spec|status)\./.test(ref.fieldPath)) errors.invalid(`${path}.fieldPath`, ref.fieldPath, 'error converting fieldPath: field label not supported: '.concat(ref.fieldPath))
    else errors.notSupported(`${path}.fieldPath`, ref.fieldPath, allowed)
  }
}

function validateEnv(variables: readonly EnvVar[], path: string, errors: FieldErrors): void {
  variables.forEach((variable, i) => {
    const at = `${path}[${i}]`
    if (variable.name === '') errors.required(`${at}.name`)
    else named(envVarName, variable.name, `${at}.name`, errors)
    const from = variable.valueFrom
    if (from === undefined) return
    const source = `${at}.valueFrom`
    let count = 0
    if (from.fieldRef !== undefined) {
      count++
      validateFieldRef(from.fieldRef, envFields, `${source}.fieldRef`, errors)
    }
    if (from.resourceFieldRef !== undefined) {
      count++
      validateResourceFieldRef(from.resourceFieldRef, `${source}.resourceFieldRef`, errors)
    }
    for (const field of ['configMapKeyRef', 'secretKeyRef'] as const) {
      const ref = from[field]
      if (ref === undefined) continue
      count++
      if ((ref.name ?? '') === '') errors.required(`${source}.${field}.name`)
      if (ref.key === '') errors.required(`${source}.${field}.key`)
      else named(configKey, ref.key, `${source}.${field}.key`, errors)
    }
    if (from.fileKeyRef !== undefined) count++
    if (count === 0) errors.invalid(source, '', 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`')
    else if ((variable.value ?? '') !== '') errors.invalid(source, '', 'may not be specified when `value` is not empty')
    else if (count > 1) errors.invalid(source, '', 'may not have more than one field specified at a time')
  })
}

function validateResourceFieldRef(ref: { readonly containerName?: string; readonly resource: string }, path: string, errors: FieldErrors, volume = false): void {
  if (volume && (ref.containerName ?? '') === '') errors.required(`${path}.containerName`)
  else if (ref.resource === '') errors.required(`${path}.resource`)
  else if (!resourceFields.includes(ref.resource) && !/^(limits|requests)\.hugepages-/.test(ref.resource)) errors.notSupported(`${path}.resource`, ref.resource, resourceFields)
}

function validateVolumeMounts(container: AnyContainer, volumes: ReadonlyMap<string, Volume>, path: string, errors: FieldErrors): void {
  const paths = new Set<string>()
  container.volumeMounts?.forEach((mount: VolumeMount, i) => {
    const at = `${path}[${i}]`
    if (mount.name === '') errors.required(`${at}.name`)
    if (!volumes.has(mount.name)) errors.notFound(`${at}.name`, mount.name)
    if (mount.mountPath === '') errors.required(`${at}.mountPath`)
    if (paths.has(mount.mountPath)) errors.invalid(`${at}.mountPath`, mount.mountPath, 'must be unique')
    paths.add(mount.mountPath)
    if (container.volumeDevices?.some((device) => device.name === mount.name) === true) errors.invalid(`${at}.name`, mount.name, 'must not already exist in volumeDevices')
    if (container.volumeDevices?.some((device) => device.devicePath === mount.mountPath) === true) errors.invalid(`${at}.mountPath`, mount.mountPath, 'must not already exist as a path in volumeDevices')
    if (mount.subPath !== undefined) descendingPath(mount.subPath, `${path}.subPath`, errors)
    if (mount.subPathExpr !== undefined) {
      if (mount.subPath !== undefined) errors.invalid(`${at}.subPathExpr`, mount.subPathExpr, 'subPathExpr and subPath are mutually exclusive')
      descendingPath(mount.subPathExpr, `${path}.subPathExpr`, errors)
    }
    if (mount.mountPropagation !== undefined) {
      if (!['Bidirectional', 'HostToContainer', 'None'].includes(mount.mountPropagation)) errors.notSupported(`${path}.mountPropagation`, mount.mountPropagation, ['Bidirectional', 'HostToContainer', 'None'])
      else if (mount.mountPropagation === 'Bidirectional' && container.securityContext?.privileged !== true) errors.forbidden(`${path}.mountPropagation`, 'Bidirectional mount propagation is available only to privileged containers')
    }
  })
}

function validateVolumeDevices(container: AnyContainer, volumes: ReadonlyMap<string, Volume>, path: string, errors: FieldErrors): void {
  const [paths, names] = [new Set<string>(), new Set<string>()]
  container.volumeDevices?.forEach((device, i) => {
    const at = `${path}[${i}]`
    if (device.name === '') errors.required(`${at}.name`)
    if (names.has(device.name)) errors.invalid(`${at}.name`, device.name, 'must be unique')
    const volume = volumes.get(device.name)
    if (volume === undefined) errors.notFound(`${at}.name`, device.name)
    else if (volume.persistentVolumeClaim === undefined && volume.ephemeral === undefined) errors.invalid(`${at}.name`, device.name, 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode')
    if (device.devicePath === '') errors.required(`${at}.devicePath`)
    if (paths.has(device.devicePath)) errors.invalid(`${at}.devicePath`, device.devicePath, 'must be unique')
    else if (device.devicePath !== '' && device.devicePath.split('/').includes('..')) errors.invalid(`${at}.devicePath`, device.devicePath, "can not contain backsteps ('..')")
    paths.add(device.devicePath)
    names.add(device.name)
  })
}

function descendingPath(text: string, path: string, errors: FieldErrors): void {
  if (text.startsWith('/')) errors.invalid(path, text, 'must be a relative path')
  noBacksteps(text, path, errors)
}

function noBacksteps(text: string, path: string, errors: FieldErrors): void {
  if (text.split('/').includes('..')) errors.invalid(path, text, "must not contain '..'")
}

/** Upstream: ValidateContainerResourceRequirements. */
export function validateResources(resources: ResourceRequirements, claims: ReadonlySet<string>, path: string, errors: FieldErrors): void {
  const { limits = {}, requests = {} } = resources
  let hasBasics = false
  let hasHugePages = false
  for (const name of Object.keys(limits).sort()) {
    const at = `${path}.limits[${name}]`
    validateContainerResourceName(name, at, errors)
    validateQuantity(name, limits[name], at, errors)
    if (isHugePages(name)) hasHugePages = true
    if (name === 'cpu' || name === 'memory') hasBasics = true
  }
  for (const name of Object.keys(requests).sort()) {
    const at = `${path}.requests[${name}]`
    validateContainerResourceName(name, at, errors)
    validateQuantity(name, requests[name], at, errors)
    const limit = limits[name]
    const overcommit = !isHugePages(name) && !isExtended(name)
    if (limit !== undefined) {
      const order = compareAmounts(requests[name], limit)
      if (order !== 0 && !overcommit) errors.invalid(`${path}.requests`, String(requests[name]), `must be equal to ${name} limit of ${String(limit)}`)
      else if (order > 0) errors.invalid(`${path}.requests`, String(requests[name]), `must be less than or equal to ${name} limit of ${String(limit)}`)
    } else if (!overcommit) errors.required(`${path}.limits`, 'Limit must be set for non overcommitable resources')
    if (isHugePages(name)) hasHugePages = true
    if (name === 'cpu' || name === 'memory') hasBasics = true
  }
  if (hasHugePages && !hasBasics) errors.forbidden(path, 'HugePages require cpu or memory')
  const used = new Set<string>()
  resources.claims?.forEach((claim, i) => {
    if (claim.name === '') errors.required(`${path}.claims[${i}]`)
    else {
      const key = `${claim.name}/${claim.request ?? ''}`
      if (used.has(key)) errors.duplicate(`${path}.claims[${i}]`, claim.name)
      used.add(key)
      if (!claims.has(claim.name)) errors.notFound(`${path}.claims[${i}]`, claim.name)
    }
  })
}

function validatePodResources(spec: PodSpec, path: string, errors: FieldErrors): void {
  const resources = spec.resources as ResourceRequirements
  for (const of of ['limits', 'requests'] as const) {
    for (const name of Object.keys(resources[of] ?? {})) {
      if (name !== 'cpu' && name !== 'memory' && !isHugePages(name)) errors.notSupported(`${path}.${of}[${name}]`, name, ['cpu', 'memory', 'hugepages-'])
    }
  }
  validateResources(resources, new Set(), path, errors)
  if ((resources.claims?.length ?? 0) > 0) errors.forbidden(`${path}.claims`, 'claims may not be set for Resources at pod-level')
}

function validateResourceClaims(spec: PodSpec, path: string, errors: FieldErrors): void {
  const names = new Set<string>()
  spec.resourceClaims?.forEach((claim, i) => {
    const at = `${path}[${i}]`
    if (claim.name === '') errors.required(`${at}.name`)
    else {
      if (names.has(claim.name)) errors.duplicate(at, claim.name)
      names.add(claim.name)
      named(dnsLabel, claim.name, `${at}.name`, errors)
    }
    if (claim.resourceClaimName !== undefined && claim.resourceClaimTemplateName !== undefined) {
      errors.invalid(at, internalClaim(claim), 'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified')
    }
    if (claim.resourceClaimName === undefined && claim.resourceClaimTemplateName === undefined) errors.invalid(at, internalClaim(claim), 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`')
  })
}

// Probes and hooks.

function validateHandlersOf(container: Container, gracePeriod: number, at: string, errors: FieldErrors): void {
  if (container.lifecycle?.postStart !== undefined) validateHandler(container.lifecycle.postStart, `${at}.lifecycle.postStart`, errors, gracePeriod)
  if (container.lifecycle?.preStop !== undefined) validateHandler(container.lifecycle.preStop, `${at}.lifecycle.preStop`, errors, gracePeriod)
  if (container.livenessProbe !== undefined) validateProbe(container.livenessProbe, `${at}.livenessProbe`, errors, true)
  if (container.readinessProbe !== undefined) {
    validateProbe(container.readinessProbe, `${at}.readinessProbe`, errors, false)
    if (container.readinessProbe.terminationGracePeriodSeconds !== undefined) {
      errors.invalid(`${at}.readinessProbe.terminationGracePeriodSeconds`, container.readinessProbe.terminationGracePeriodSeconds, 'must not be set for readinessProbes')
    }
  }
  if (container.startupProbe !== undefined) validateProbe(container.startupProbe, `${at}.startupProbe`, errors, true)
}

function validateProbe(probe: Probe, path: string, errors: FieldErrors, once: boolean): void {
  validateHandler(probe, path, errors)
  for (const field of ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'] as const) nonNegative(probe[field], `${path}.${field}`, errors)
  if (probe.terminationGracePeriodSeconds !== undefined && probe.terminationGracePeriodSeconds <= 0) {
    errors.invalid(`${path}.terminationGracePeriodSeconds`, probe.terminationGracePeriodSeconds, 'must be greater than 0')
  }
  if (once && probe.successThreshold !== 1) errors.invalid(`${path}.successThreshold`, probe.successThreshold ?? 0, 'must be 1')
}

function validatePortOrName(port: string | number, path: string, errors: FieldErrors): void {
  if (typeof port === 'number') for (const problem of portNumber(port)) errors.invalid(path, port, problem)
  else for (const problem of portName(port)) errors.invalid(path, port, problem)
}

type Handler = Pick<Probe, 'exec' | 'httpGet' | 'tcpSocket' | 'grpc'> & Pick<LifecycleHandler, 'sleep'>

function validateHandler(handler: Handler, path: string, errors: FieldErrors, gracePeriod = 0): void {
  let count = 0
  const another = (field: string): boolean => {
    count++
    if (count > 1) errors.forbidden(`${path}.${field}`, 'may not specify more than 1 handler type')
    return count === 1
  }
  if (handler.exec !== undefined && another('exec') && (handler.exec.command?.length ?? 0) === 0) errors.required(`${path}.exec.command`)
  if (handler.httpGet !== undefined && another('httpGet')) {
    const { httpGet } = handler
    if ((httpGet.path ?? '') === '') errors.required(`${path}.httpGet.path`)
    validatePortOrName(httpGet.port, `${path}.httpGet.port`, errors)
    if (!['HTTP', 'HTTPS'].includes(httpGet.scheme ?? '')) errors.notSupported(`${path}.httpGet.scheme`, httpGet.scheme ?? '', ['HTTP', 'HTTPS'])
    httpGet.httpHeaders?.forEach((header) => {
      if (!/^[-A-Za-z0-9]+$/.test(header.name)) errors.invalid(`${path}.httpGet.httpHeaders`, header.name, "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')")
    })
  }
  if (handler.tcpSocket !== undefined && another('tcpSocket')) validatePortOrName(handler.tcpSocket.port, `${path}.tcpSocket.port`, errors)
  if (handler.grpc !== undefined && another('grpc')) validatePortOrName(handler.grpc.port, `${path}.grpc.port`, errors)
  if (handler.sleep !== undefined && another('sleep') && (handler.sleep.seconds < 0 || handler.sleep.seconds > gracePeriod)) {
    errors.invalid(`${path}.sleep`, handler.sleep.seconds, `must be non-negative and less than terminationGracePeriodSeconds (${gracePeriod}). Enable AllowPodLifecycleSleepActionZeroValue feature gate for zero sleep.`)
  }
  if (count === 0) errors.required(path, 'must specify a handler type')
}

// Volumes.

const octalMode = (mode: number | undefined, path: string, errors: FieldErrors): void => {
  if (mode !== undefined && (mode > 0o777 || mode < 0)) errors.invalid(path, mode, 'must be a number between 0 and 0777 (octal), both inclusive')
}

function validateKeyToPath(items: readonly KeyToPath[] | undefined, path: string, errors: FieldErrors): void {
  items?.forEach((item, i) => {
    const at = `${path}[${i}]`
    if (item.key === '') errors.required(`${at}.key`)
    if (item.path === '') errors.required(`${at}.path`)
    else reservedPath(item.path, `${at}.path`, errors)
    octalMode(item.mode, `${at}.mode`, errors)
  })
}

function reservedPath(text: string, path: string, errors: FieldErrors): void {
  descendingPath(text, path, errors)
  if (text.startsWith('..') && !text.startsWith('../')) errors.invalid(path, text, "must not start with '..'")
}

function validateDownwardItems(items: NonNullable<NonNullable<Volume['downwardAPI']>['items']> | undefined, path: string, errors: FieldErrors): void {
  items?.forEach((item, i) => {
    const at = `${path}[${i}]`
    if (item.path === '') errors.required(`${at}.path`)
    else reservedPath(item.path, `${at}.path`, errors)
    if (item.fieldRef !== undefined) {
      validateFieldRef(item.fieldRef, volumeFields, `${at}.fieldRef`, errors)
      if (item.resourceFieldRef !== undefined) errors.invalid(at, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously')
    } else if (item.resourceFieldRef !== undefined) validateResourceFieldRef(item.resourceFieldRef, `${at}.resourceFieldRef`, errors, true)
    else errors.required(at, 'one of fieldRef and resourceFieldRef is required')
    octalMode(item.mode, `${at}.mode`, errors)
  })
}

const volumeTypes = [
  'emptyDir', 'hostPath', 'gitRepo', 'gcePersistentDisk', 'awsElasticBlockStore', 'secret', 'nfs', 'iscsi', 'glusterfs', 'flocker', 'persistentVolumeClaim', 'rbd', 'cinder',
  'cephfs', 'quobyte', 'downwardAPI', 'fc', 'flexVolume', 'configMap', 'azureFile', 'vsphereVolume', 'photonPersistentDisk', 'portworxVolume', 'azureDisk', 'storageos',
  'projected', 'scaleIO', 'csi', 'ephemeral', 'image',
] as const

function validateVolumes(volumes: readonly Volume[], path: string, errors: FieldErrors): ReadonlyMap<string, Volume> {
  const good = new Map<string, Volume>()
  volumes.forEach((volume, i) => {
    const at = `${path}[${i}]`
    const before = errors.list.length
    validateVolumeSource(volume, at, errors)
    if (volume.name === '') errors.required(`${at}.name`)
    else named(dnsLabel, volume.name, `${at}.name`, errors)
    if (good.has(volume.name)) errors.duplicate(`${at}.name`, volume.name)
    if (errors.list.length === before) good.set(volume.name, volume)
  })
  return good
}

const hostPathTypes = ['', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket']

function validateVolumeSource(volume: Volume, at: string, errors: FieldErrors): void {
  const present = volumeTypes.filter((type) => volume[type] !== undefined)
  if (present.length === 0) {
    errors.required(at, 'must specify a volume type')
    return
  }
  present.slice(1).forEach((type) => { errors.forbidden(`${at}.${type}`, 'may not specify more than 1 volume type') })
  const needs = (type: string, source: { readonly [field: string]: unknown }, ...fields: readonly string[]): void => {
    for (const field of fields) if ((source[field] ?? '') === '') errors.required(`${at}.${type}.${field}`)
  }
  switch (present[0]) {
    case 'emptyDir':
      if (volume.emptyDir?.sizeLimit !== undefined && compareAmounts(volume.emptyDir.sizeLimit, '0') < 0) errors.forbidden(`${at}.emptyDir.sizeLimit`, 'SizeLimit field must be a valid resource quantity')
      break
    case 'hostPath': {
      const source = volume.hostPath as NonNullable<Volume['hostPath']>
      if (source.path === '') errors.required(`${at}.hostPath.path`)
      else {
        noBacksteps(source.path, `${at}.hostPath.path`, errors)
        if (!hostPathTypes.includes(source.type ?? '')) errors.notSupported(`${at}.hostPath.type`, source.type, hostPathTypes)
      }
      break
    }
    case 'secret': {
      const source = volume.secret as NonNullable<Volume['secret']>
      if ((source.secretName ?? '') === '') errors.required(`${at}.secret.secretName`)
      octalMode(source.defaultMode, `${at}.secret.defaultMode`, errors)
      validateKeyToPath(source.items, `${at}.secret.items`, errors)
      break
    }
    case 'configMap': {
      const source = volume.configMap as NonNullable<Volume['configMap']>
      if ((source.name ?? '') === '') errors.required(`${at}.configMap.name`)
      octalMode(source.defaultMode, `${at}.configMap.defaultMode`, errors)
      validateKeyToPath(source.items, `${at}.configMap.items`, errors)
      break
    }
    case 'nfs': {
      const source = volume.nfs as NonNullable<Volume['nfs']>
      needs('nfs', { ...source }, 'server', 'path')
      if (source.path !== '' && !source.path.startsWith('/')) errors.invalid(`${at}.nfs.path`, source.path, 'must be an absolute path')
      break
    }
    case 'persistentVolumeClaim': needs('persistentVolumeClaim', { ...volume.persistentVolumeClaim }, 'claimName'); break
    case 'downwardAPI':
      octalMode(volume.downwardAPI?.defaultMode, `${at}.downwardAPI.defaultMode`, errors)
      validateDownwardItems(volume.downwardAPI?.items, `${at}.downwardAPI`, errors)
      break
    case 'projected': validateProjected(volume.projected as NonNullable<Volume['projected']>, `${at}.projected`, errors); break
    case 'csi': {
      const source = volume.csi as NonNullable<Volume['csi']>
      if (source.driver === '') errors.required(`${at}.csi.driver`)
      else if (source.driver.length > 63) errors.tooLong(`${at}.csi.driver`, 63)
      break
    }
    case 'ephemeral':
      if (volume.ephemeral?.volumeClaimTemplate === undefined) errors.required(`${at}.ephemeral.volumeClaimTemplate`)
      break
    case 'gitRepo': needs('gitRepo', { ...volume.gitRepo }, 'repository'); break
    case 'gcePersistentDisk': needs('gcePersistentDisk', { ...volume.gcePersistentDisk }, 'pdName'); break
    case 'awsElasticBlockStore': needs('awsElasticBlockStore', { ...volume.awsElasticBlockStore }, 'volumeID'); break
    case 'cinder': needs('cinder', { ...volume.cinder }, 'volumeID'); break
    case 'glusterfs': needs('glusterfs', { ...volume.glusterfs }, 'endpoints', 'path'); break
    case 'iscsi': needs('iscsi', { ...volume.iscsi }, 'targetPortal', 'iqn'); break
    case 'azureFile': needs('azureFile', { ...volume.azureFile }, 'secretName', 'shareName'); break
    case 'azureDisk': needs('azureDisk', { ...volume.azureDisk }, 'diskName', 'diskURI'); break
    case 'flexVolume': needs('flexVolume', { ...volume.flexVolume }, 'driver'); break
    case 'vsphereVolume': needs('vsphereVolume', { ...volume.vsphereVolume }, 'volumePath'); break
    default: break
  }
}

function validateProjected(source: NonNullable<Volume['projected']>, path: string, errors: FieldErrors): void {
  octalMode(source.defaultMode, `${path}.defaultMode`, errors)
  const paths = new Set<string>()
  const take = (file: string, at: string, what: string): void => {
    if (file === '') return
    if (paths.has(file)) errors.invalid(at, file, what === '' ? 'conflicting duplicate paths' : `conflicting duplicate paths`)
    paths.add(file)
  }
  source.sources?.forEach((projection, i) => {
    const at = `${path}.sources[${i}]`
    const kinds = (['secret', 'configMap', 'downwardAPI', 'serviceAccountToken', 'clusterTrustBundle', 'podCertificate'] as const).filter((kind) => projection[kind] !== undefined)
    kinds.slice(1).forEach((kind) => { errors.forbidden(`${at}.${kind}`, 'may not specify more than 1 volume type per source') })
    for (const kind of ['secret', 'configMap'] as const) {
      const part = projection[kind]
      if (part === undefined) continue
      if ((part.name ?? '') === '') errors.required(`${at}.${kind}.name`)
      validateKeyToPath(part.items, `${at}.${kind}.items`, errors)
      for (const item of part.items ?? []) take(item.path, `${path}.sources`, kind)
    }
    if (projection.downwardAPI !== undefined) {
      validateDownwardItems(projection.downwardAPI.items, `${at}.downwardAPI`, errors)
      for (const item of projection.downwardAPI.items ?? []) take(item.path, `${path}.sources`, '')
    }
    if (projection.serviceAccountToken !== undefined) {
      const token = projection.serviceAccountToken
      if ((token.expirationSeconds ?? 3600) < 600) errors.invalid(`${at}.serviceAccountToken.expirationSeconds`, token.expirationSeconds, 'may not specify a duration less than 10 minutes')
      if ((token.expirationSeconds ?? 3600) > 2 ** 32) errors.invalid(`${at}.serviceAccountToken.expirationSeconds`, token.expirationSeconds, 'may not specify a duration larger than 2^32 seconds')
      if (token.path === '') errors.required(`${at}.serviceAccountToken.path`)
      else reservedPath(token.path, `${at}.serviceAccountToken.path`, errors)
      take(token.path, `${path}.sources`, '')
    }
  })
}

// Security.

const userId = (id: number | undefined, path: string, errors: FieldErrors): void => {
  if (id !== undefined && (id < 0 || id > int32Max)) errors.invalid(path, id, `must be between 0 and ${int32Max}, inclusive`)
}

function validateProfile(profile: { readonly type: string; readonly localhostProfile?: string } | undefined, path: string, errors: FieldErrors, types: readonly string[]): void {
  if (profile === undefined) return
  if (profile.type === '') errors.required(`${path}.type`, 'type is required when seccompProfile is set')
  else if (!types.includes(profile.type)) errors.notSupported(`${path}.type`, profile.type, types)
  if (profile.type === 'Localhost') {
    if ((profile.localhostProfile ?? '') === '') errors.required(`${path}.localhostProfile`, 'must be set when seccomp type is Localhost')
    else descendingPath(profile.localhostProfile as string, `${path}.localhostProfile`, errors)
  } else if (profile.localhostProfile !== undefined) errors.invalid(`${path}.localhostProfile`, profile.localhostProfile, 'can only be set when seccomp type is Localhost')
}

const seccompTypes = ['Localhost', 'RuntimeDefault', 'Unconfined']
const sysctlPattern = /^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$/

function validatePodSecurityContext(spec: PodSpec, path: string, errors: FieldErrors): void {
  const context = spec.securityContext
  if (context === undefined) return
  userId(context.fsGroup, `${path}.fsGroup`, errors)
  userId(context.runAsUser, `${path}.runAsUser`, errors)
  userId(context.runAsGroup, `${path}.runAsGroup`, errors)
  context.supplementalGroups?.forEach((group, i) => { userId(group, `${path}.supplementalGroups[${i}]`, errors) })
  if (spec.shareProcessNamespace === true && spec.hostPID === true) errors.invalid(path.replace(/securityContext$/, 'shareProcessNamespace'), true, 'ShareProcessNamespace and HostPID cannot both be enabled')
  const names = new Set<string>()
  context.sysctls?.forEach((sysctl, i) => {
    const at = `${path}.sysctls[${i}].name`
    if (sysctl.name === '') errors.required(at)
    else if (sysctl.name.length > 253 || !sysctlPattern.test(sysctl.name)) errors.invalid(at, sysctl.name, `must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$`)
    else if (names.has(sysctl.name)) errors.duplicate(at, sysctl.name)
    names.add(sysctl.name)
  })
  if (context.fsGroupChangePolicy !== undefined && !['OnRootMismatch', 'Always'].includes(context.fsGroupChangePolicy)) errors.notSupported(`${path}.fsGroupChangePolicy`, context.fsGroupChangePolicy, ['OnRootMismatch', 'Always'])
  validateProfile(context.seccompProfile, `${path}.seccompProfile`, errors, seccompTypes)
  validateProfile(context.appArmorProfile, `${path}.appArmorProfile`, errors, ['Localhost', 'RuntimeDefault', 'Unconfined'])
}

/** A claim as upstream's internal type prints. */
const internalClaim = (claim: { readonly name: string; readonly resourceClaimName?: string; readonly resourceClaimTemplateName?: string }): object =>
  ({ Name: claim.name, ResourceClaimName: claim.resourceClaimName ?? null, ResourceClaimTemplateName: claim.resourceClaimTemplateName ?? null })

/** A security context as upstream's internal type prints. */
function internalContext(context: SecurityContext): object {
  const { capabilities, seLinuxOptions: linux, seccompProfile, appArmorProfile } = context
  return {
    Capabilities: capabilities === undefined ? null : { Add: capabilities.add ?? null, Drop: capabilities.drop ?? null }, Privileged: context.privileged ?? null,
    SELinuxOptions: linux === undefined ? null : { User: linux.user ?? '', Role: linux.role ?? '', Type: linux.type ?? '', Level: linux.level ?? '' }, WindowsOptions: null,
    RunAsUser: context.runAsUser ?? null, RunAsGroup: context.runAsGroup ?? null, RunAsNonRoot: context.runAsNonRoot ?? null, ReadOnlyRootFilesystem: context.readOnlyRootFilesystem ?? null,
    AllowPrivilegeEscalation: context.allowPrivilegeEscalation ?? null, ProcMount: context.procMount ?? null,
    SeccompProfile: seccompProfile === undefined ? null : { Type: seccompProfile.type, LocalhostProfile: seccompProfile.localhostProfile ?? null },
    AppArmorProfile: appArmorProfile === undefined ? null : { Type: appArmorProfile.type, LocalhostProfile: appArmorProfile.localhostProfile ?? null },
  }
}

function validateSecurityContext(container: AnyContainer, path: string, errors: FieldErrors): void {
  const context = container.securityContext
  if (context === undefined) return
  userId(context.runAsUser, `${path}.runAsUser`, errors)
  userId(context.runAsGroup, `${path}.runAsGroup`, errors)
  if (context.procMount !== undefined && !['Default', 'Unmasked'].includes(context.procMount)) errors.notSupported(`${path}.procMount`, context.procMount, ['Default', 'Unmasked'])
  validateProfile(context.seccompProfile, `${path}.seccompProfile`, errors, seccompTypes)
  if (context.allowPrivilegeEscalation === false) {
    if (context.privileged === true) errors.invalid(path, internalContext(context), 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true')
    if (context.capabilities?.add?.includes('CAP_SYS_ADMIN') === true) errors.invalid(path, internalContext(context), 'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN')
  }
  validateProfile(context.appArmorProfile, `${path}.appArmorProfile`, errors, ['Localhost', 'RuntimeDefault', 'Unconfined'])
}

// Scheduling.

function validateNodeSelectorTerm(term: NodeSelectorTerm, path: string, errors: FieldErrors): void {
  term.matchExpressions?.forEach((requirement, i) => { validateNodeSelectorRequirement(requirement, `${path}.matchExpressions[${i}]`, errors) })
  term.matchFields?.forEach((requirement, i) => {
    const at = `${path}.matchFields[${i}]`
    if (requirement.operator === 'In' || requirement.operator === 'NotIn') {
      if (requirement.values?.length !== 1) errors.required(`${at}.values`, "must be only one value when `operator` is 'In' or 'NotIn' for node field selector")
    } else errors.invalid(`${at}.operator`, requirement.operator, 'not a valid selector operator')
    if (requirement.key !== 'metadata.name') errors.invalid(`${at}.key`, requirement.key, 'not a valid field selector key')
    else requirement.values?.forEach((value, j) => { named(dnsSubdomain, value, `${at}.values[${j}]`, errors) })
  })
}

/** Upstream: ValidateNodeSelector. */
export function validateNodeSelector(terms: readonly NodeSelectorTerm[] | undefined, path: string, errors: FieldErrors): void {
  if ((terms?.length ?? 0) === 0) {
    errors.required(`${path}.nodeSelectorTerms`, 'must have at least one node selector term')
    return
  }
  terms?.forEach((term, i) => { validateNodeSelectorTerm(term, `${path}.nodeSelectorTerms[${i}]`, errors) })
}

function validateAffinity(affinity: Affinity, path: string, errors: FieldErrors): void {
  const node = affinity.nodeAffinity
  if (node?.requiredDuringSchedulingIgnoredDuringExecution !== undefined) {
    validateNodeSelector(node.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms, `${path}.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution`, errors)
  }
  node?.preferredDuringSchedulingIgnoredDuringExecution?.forEach((term, i) => {
    const at = `${path}.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[${i}]`
    if (term.weight <= 0 || term.weight > 100) errors.invalid(`${at}.weight`, term.weight, 'must be in the range 1-100')
    validateNodeSelectorTerm(term.preference, `${at}.preference`, errors)
  })
  for (const field of ['podAffinity', 'podAntiAffinity'] as const) {
    affinity[field]?.requiredDuringSchedulingIgnoredDuringExecution?.forEach((term, i) => {
      validatePodAffinityTerm(term, `${path}.${field}.requiredDuringSchedulingIgnoredDuringExecution[${i}]`, errors)
    })
    affinity[field]?.preferredDuringSchedulingIgnoredDuringExecution?.forEach((weighted, i) => {
      const at = `${path}.${field}.preferredDuringSchedulingIgnoredDuringExecution[${i}]`
      if (weighted.weight <= 0 || weighted.weight > 100) errors.invalid(`${at}.weight`, weighted.weight, 'must be in the range 1-100')
      validatePodAffinityTerm(weighted.podAffinityTerm, `${at}.podAffinityTerm`, errors)
    })
  }
}

function validatePodAffinityTerm(term: PodAffinityTerm, path: string, errors: FieldErrors): void {
  validateLabelSelector(term.labelSelector, `${path}.labelSelector`, errors)
  validateLabelSelector(term.namespaceSelector, `${path}.namespaceSelector`, errors)
  for (const name of term.namespaces ?? []) named(dnsLabel, name, `${path}.namespace`, errors)
  validateMatchLabelKeys(term, path, errors)
  if (term.topologyKey === '') errors.required(`${path}.topologyKey`, 'can not be empty')
  for (const problem of qualifiedName(term.topologyKey)) errors.invalid(`${path}.topologyKey`, term.topologyKey, problem)
}

function validateMatchLabelKeys(term: { readonly matchLabelKeys?: readonly string[]; readonly mismatchLabelKeys?: readonly string[]; readonly labelSelector?: PodAffinityTerm['labelSelector'] }, path: string, errors: FieldErrors): void {
  for (const field of ['matchLabelKeys', 'mismatchLabelKeys'] as const) {
    if ((term[field]?.length ?? 0) > 0 && term.labelSelector === undefined) {
      errors.forbidden(`${path}.${field}`, 'must not be specified when labelSelector is not set')
      continue
    }
    term[field]?.forEach((key, i) => {
      named(qualifiedName, key, `${path}.${field}[${i}]`, errors)
    })
  }
  for (const key of term.matchLabelKeys ?? []) {
    if (term.mismatchLabelKeys?.includes(key) === true) errors.invalid(`${path}.matchLabelKeys[${term.matchLabelKeys?.indexOf(key) ?? 0}]`, key, 'exists in both matchLabelKeys and mismatchLabelKeys')
  }
}

function validateTopologySpread(constraints: readonly TopologySpreadConstraint[], path: string, errors: FieldErrors): void {
  constraints.forEach((constraint, i) => {
    const at = `${path}[${i}]`
    if (constraint.maxSkew <= 0) errors.invalid(`${at}.maxSkew`, constraint.maxSkew, 'must be greater than zero')
    if (constraint.topologyKey === '') errors.required(`${at}.topologyKey`, 'can not be empty')
    else named(qualifiedName, constraint.topologyKey, `${at}.topologyKey`, errors)
    if (!['DoNotSchedule', 'ScheduleAnyway'].includes(constraint.whenUnsatisfiable)) errors.notSupported(`${at}.whenUnsatisfiable`, constraint.whenUnsatisfiable, ['DoNotSchedule', 'ScheduleAnyway'])
    if (constraints.slice(0, i).some((other) => other.topologyKey === constraint.topologyKey && other.whenUnsatisfiable === constraint.whenUnsatisfiable)) {
      errors.duplicate(`${at}.{topologyKey, whenUnsatisfiable}`, `{${constraint.topologyKey}, ${constraint.whenUnsatisfiable}}`)
    }
    if (constraint.minDomains !== undefined) {
      if (constraint.minDomains <= 0) errors.invalid(`${at}.minDomains`, constraint.minDomains, 'must be greater than zero')
      if (constraint.whenUnsatisfiable !== 'DoNotSchedule') errors.invalid(`${at}.minDomains`, constraint.minDomains, 'can only use minDomains if whenUnsatisfiable=DoNotSchedule, not '.concat(constraint.whenUnsatisfiable))
    }
    for (const field of ['nodeAffinityPolicy', 'nodeTaintsPolicy'] as const) {
      const value = constraint[field]
      if (value !== undefined && !['Honor', 'Ignore'].includes(value)) errors.notSupported(`${at}.${field}`, value, ['Honor', 'Ignore'])
    }
    validateMatchLabelKeys(constraint, at, errors)
    validateLabelSelector(constraint.labelSelector, `${at}.labelSelector`, errors)
  })
}

/** Upstream: ValidateTolerations. */
export function validateTolerations(tolerations: readonly Toleration[], path: string, errors: FieldErrors): void {
  tolerations.forEach((toleration, i) => {
    const at = `${path}[${i}]`
    const key = toleration.key ?? ''
    if (key !== '') named(qualifiedName, key, `${at}.key`, errors)
    if (key === '' && toleration.operator !== 'Exists') errors.invalid(`${at}.operator`, toleration.operator ?? '', 'operator must be Exists when `key` is empty, which means "match all values and all keys"')
    if (toleration.tolerationSeconds !== undefined && toleration.effect !== 'NoExecute') errors.invalid(`${at}.effect`, toleration.effect ?? '', "effect must be 'NoExecute' when `tolerationSeconds` is set")
    switch (toleration.operator ?? '') {
      case '': case 'Equal': {
        const problems = labelValueRule(toleration.value ?? '')
        if (problems.length > 0) errors.invalid(`${at}.operator`, toleration.value, problems.join(';'))
        break
      }
      case 'Exists':
        if ((toleration.value ?? '') !== '') errors.invalid(`${at}.operator`, { Key: toleration.key ?? '', Operator: toleration.operator ?? '', Value: toleration.value, Effect: toleration.effect ?? '', TolerationSeconds: toleration.tolerationSeconds ?? null }, "value must be empty when `operator` is 'Exists'")
        break
      default: errors.notSupported(`${at}.operator`, toleration.operator, ['Equal', 'Exists'])
    }
    if (toleration.effect !== undefined && toleration.effect !== '' && !taintEffects.includes(toleration.effect)) errors.notSupported(`${at}.effect`, toleration.effect, taintEffects)
  })
}

/** Upstream: validateNodeTaints. */
export function validateTaints(taints: readonly Taint[] | undefined, path: string, errors: FieldErrors): void {
  const seen = new Set<string>()
  taints?.forEach((taint, i) => {
    const at = `${path}[${i}]`
    named(qualifiedName, taint.key, `${at}.key`, errors)
    const problems = labelValueRule(taint.value ?? '')
    if (problems.length > 0) errors.invalid(`${at}.value`, taint.value, problems.join(';'))
    if (taint.effect === '') errors.required(`${at}.effect`)
    else if (!taintEffects.includes(taint.effect)) errors.notSupported(`${at}.effect`, taint.effect, taintEffects)
    const key = `${taint.key}:${taint.effect}`
    if (seen.has(key)) errors.duplicate(at, { Key: taint.key, Value: taint.value ?? '', Effect: taint.effect, TimeAdded: taint.timeAdded ?? null }, 'taints must be unique by key and effect pair')
    seen.add(key)
  })
}

function validateDnsConfig(spec: PodSpec, path: string, errors: FieldErrors): void {
  const config = spec.dnsConfig
  if (spec.dnsPolicy === 'None') {
    if (config === undefined) {
      errors.required(path, 'must provide `dnsConfig` when `dnsPolicy` is None')
      return
    }
    if ((config.nameservers?.length ?? 0) === 0) {
      errors.required(`${path}.nameservers`, 'must provide at least one DNS nameserver when `dnsPolicy` is None')
      return
    }
  }
  if (config === undefined) return
  if ((config.nameservers?.length ?? 0) > 3) errors.invalid(`${path}.nameservers`, config.nameservers, 'must not have more than 3 nameservers')
  config.nameservers?.forEach((server, i) => { if (!isIPv4(server) && !isIPv6(server)) errors.invalid(`${path}.nameservers[${i}]`, server, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)') })
  if ((config.searches?.length ?? 0) > 32) errors.invalid(`${path}.searches`, config.searches, 'must not have more than 32 search paths')
  config.searches?.forEach((search, i) => { named(dnsSubdomain, search.replace(/\.$/, ''), `${path}.searches[${i}]`, errors) })
  config.options?.forEach((option, i) => { if ((option.name ?? '') === '') errors.required(`${path}.options[${i}]`, 'must not be empty') })
}

// Change.

const updatableFields = '`spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)'

/** Upstream: ValidatePodUpdate. */
export function validatePodUpdate(pod: Pod, old: Pod, errors: FieldErrors): void {
  const [spec, oldSpec] = [pod.spec as PodSpec, old.spec as PodSpec]
  validatePodSpec(spec, 'spec', errors)
  for (const field of ['containers', 'initContainers'] as const) {
    if ((spec[field]?.length ?? 0) !== (oldSpec[field]?.length ?? 0)) {
      errors.forbidden(`spec.${field}`, 'pod updates may not add or remove containers')
      return
    }
    spec[field]?.forEach((container, i) => {
      if ((container.image ?? '') === '') errors.required(`spec.${field}[${i}].image`)
    })
  }
  if (spec.activeDeadlineSeconds !== undefined) {
    if (spec.activeDeadlineSeconds < 0 || spec.activeDeadlineSeconds > int32Max) return
    if (oldSpec.activeDeadlineSeconds !== undefined && oldSpec.activeDeadlineSeconds < spec.activeDeadlineSeconds) {
      errors.invalid('spec.activeDeadlineSeconds', spec.activeDeadlineSeconds, 'must be less than or equal to previous value')
      return
    }
  } else if (oldSpec.activeDeadlineSeconds !== undefined) errors.invalid('spec.activeDeadlineSeconds', null, 'must not update from a positive integer to nil value')
  validateOnlyAddedTolerations(spec.tolerations ?? [], oldSpec.tolerations ?? [], errors)
  const oldGates = new Set((oldSpec.schedulingGates ?? []).map((gate) => gate.name))
  spec.schedulingGates?.forEach((gate, i) => {
    if (!oldGates.has(gate.name)) errors.forbidden(`spec.schedulingGates[${i}].name`, `only deletion is allowed, but found new scheduling gate '${gate.name}'`)
  })
  if (deepEqual(spec, oldSpec)) return
  const withImages = (field: 'containers' | 'initContainers'): readonly Container[] | undefined => spec[field]?.map((container, i) => {
    const image = oldSpec[field]?.[i]?.image
    const { image: _, ...rest } = container
    return image === undefined ? rest : { ...rest, image }
  })
  const munged: Record<string, unknown> = { ...spec, containers: withImages('containers'), initContainers: withImages('initContainers') }
  const keep = (field: keyof PodSpec): void => {
    if (oldSpec[field] === undefined) delete munged[field]
    else munged[field] = oldSpec[field]
  }
  for (const field of ['activeDeadlineSeconds', 'schedulingGates', 'tolerations'] as const) keep(field)
  if ((oldSpec.terminationGracePeriodSeconds ?? 0) < 0 && spec.terminationGracePeriodSeconds === 1) keep('terminationGracePeriodSeconds')
  if (oldGates.size > 0) {
    if (!deepEqual(spec.nodeSelector, oldSpec.nodeSelector)) {
      for (const [key, value] of Object.entries(oldSpec.nodeSelector ?? {})) {
        if (spec.nodeSelector?.[key] === value) continue
        errors.invalid('spec.nodeSelector', spec.nodeSelector ?? null, 'only additions are allowed (no mutations or deletions)')
        break
      }
      keep('nodeSelector')
    }
    if (!deepEqual(spec.affinity?.nodeAffinity, oldSpec.affinity?.nodeAffinity)) {
      validateNodeAffinityMutation(spec.affinity, oldSpec.affinity, errors)
      const affinity: Record<string, unknown> = { ...spec.affinity }
      if (oldSpec.affinity?.nodeAffinity === undefined) delete affinity['nodeAffinity']
      else affinity['nodeAffinity'] = oldSpec.affinity.nodeAffinity
      if (Object.keys(affinity).length === 0 && oldSpec.affinity === undefined) delete munged['affinity']
      else munged['affinity'] = affinity
    }
  }
  if (!deepEqual(munged, oldSpec)) errors.forbidden('spec', `pod updates may not change fields other than ${updatableFields}\n${changesText(munged, oldSpec as unknown as Record<string, unknown>)}`)
}

/** The fields that differ, a line each: what was and what would be. */
function changesText(next: Record<string, unknown>, old: Record<string, unknown>): string {
  const lines: string[] = []
  const walk = (a: unknown, b: unknown, path: string): void => {
    if (deepEqual(a, b)) return
    const isTree = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
    if (isTree(a) && isTree(b) && Array.isArray(a) === Array.isArray(b)) {
      for (const key of new Set([...Object.keys(b), ...Object.keys(a)])) walk(a[key], b[key], Array.isArray(a) ? `${path}[${key}]` : `${path}.${key}`)
      return
    }
    if (b !== undefined) lines.push(`- ${path}: ${JSON.stringify(b)}`)
    if (a !== undefined) lines.push(`+ ${path}: ${JSON.stringify(a)}`)
  }
  walk(next, old, 'spec')
  return lines.slice(0, 40).join('\n')
}

function validateOnlyAddedTolerations(tolerations: readonly Toleration[], old: readonly Toleration[], errors: FieldErrors): void {
  const same = (a: Toleration, b: Toleration): boolean => {
    const { tolerationSeconds: _a, ...left } = a
    const { tolerationSeconds: _b, ...right } = b
    return deepEqual(left, right)
  }
  for (const before of old) {
    if (tolerations.some((toleration) => same(toleration, before))) continue
    errors.forbidden('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds')
    return
  }
}

/** A gated Pod's node affinity may only be narrowed. Upstream: validateNodeAffinityMutation. */
function validateNodeAffinityMutation(affinity: Affinity | undefined, old: Affinity | undefined, errors: FieldErrors): void {
  const path = 'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution'
  const before = old?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms
  if (before === undefined) return
  const after = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []
  if (before.length > 0 && before.length !== after.length) {
    errors.invalid(`${path}.nodeSelectorTerms`, after, 'no additions/deletions to non-empty NodeSelectorTerms list are allowed')
    return
  }
  before.forEach((term, i) => {
    const next = after[i] as NodeSelectorTerm
    const kept = (field: 'matchExpressions' | 'matchFields'): boolean => (term[field] ?? []).every((requirement, j) => deepEqual(requirement, next[field]?.[j]))
    if (deepEqual(term, {}) || !kept('matchExpressions') || !kept('matchFields')) {
      if (!deepEqual(term, next)) errors.invalid(`${path}.nodeSelectorTerms[${i}]`, next, 'only additions are allowed (no mutations or deletions)')
    }
  })
}

/** Upstream: ValidatePodStatusUpdate. */
export function validatePodStatusUpdate(pod: Pod, old: Pod, errors: FieldErrors): void {
  const [status, oldStatus] = [pod.status ?? {}, old.status ?? {}]
  if (status.nominatedNodeName !== undefined && status.nominatedNodeName !== '') named(dnsSubdomain, status.nominatedNodeName, 'status.nominatedNodeName', errors)
  for (const field of ['containerStatuses', 'initContainerStatuses'] as const) {
    // What ended for good cannot run again.
    if (pod.spec?.restartPolicy === 'Always') continue
    for (const before of oldStatus[field] ?? []) {
      if (before.state?.terminated === undefined) continue
      if (pod.spec?.restartPolicy === 'OnFailure' && before.state.terminated.exitCode !== 0) continue
      if (field === 'initContainerStatuses' && pod.spec?.initContainers?.find((container) => container.name === before.name)?.restartPolicy === 'Always') continue
      const index = status[field]?.findIndex((candidate) => candidate.name === before.name) ?? -1
      if (index >= 0 && status[field]?.[index]?.state?.terminated === undefined) {
        errors.forbidden(`status.${field}[${index}].state`, 'may not be transitioned to non-terminated state')
      }
    }
  }
  status.podIPs?.forEach((entry, i) => { named(ipAddress, entry.ip, `status.podIPs[${i}].ip`, errors) })
  status.conditions?.forEach((condition, i) => { if (condition.type === '') errors.required(`status.conditions[${i}].type`) })
}


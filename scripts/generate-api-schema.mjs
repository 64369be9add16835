// Writes src/api/schema/kubernetes.ts from the published OpenAPI structure of Kubernetes v1.37.
//   node scripts/generate-api-schema.mjs PATH/TO/kubernetes-v1.37.json
// One type a line, in the notation that src/api/schema/parse.ts reads.
import { readFileSync, writeFileSync } from 'node:fs'

const { schemas, kubernetes } = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const leftOut = /\.(admissionregistration|apiregistration)\./

// Scalars that are pointers in the Go types: their zero value is written out. OpenAPI does not tell, so this list does.
const pointers = new Set(`
DaemonSetSpec.revisionHistoryLimit DaemonSetStatus.collisionCount DeploymentSpec.progressDeadlineSeconds DeploymentSpec.replicas DeploymentSpec.revisionHistoryLimit
DeploymentStatus.collisionCount DeploymentStatus.terminatingReplicas ReplicaSetSpec.replicas ReplicaSetStatus.terminatingReplicas RollingUpdateStatefulSetStrategy.partition
StatefulSetSpec.replicas StatefulSetSpec.revisionHistoryLimit StatefulSetStatus.collisionCount TokenRequestSpec.expirationSeconds HorizontalPodAutoscalerSpec.minReplicas
HorizontalPodAutoscalerSpec.targetCPUUtilizationPercentage HorizontalPodAutoscalerStatus.currentCPUUtilizationPercentage HorizontalPodAutoscalerStatus.observedGeneration
HPAScalingRules.stabilizationWindowSeconds HPAScalingRules.selectPolicy MetricTarget.averageUtilization MetricValueStatus.averageUtilization
CronJobSpec.failedJobsHistoryLimit CronJobSpec.startingDeadlineSeconds CronJobSpec.successfulJobsHistoryLimit CronJobSpec.suspend CronJobSpec.timeZone
JobSpec.activeDeadlineSeconds JobSpec.backoffLimit JobSpec.backoffLimitPerIndex JobSpec.completions JobSpec.maxFailedIndexes JobSpec.parallelism JobSpec.ttlSecondsAfterFinished
JobSpec.manualSelector JobSpec.suspend JobSpec.completionMode JobSpec.managedBy JobSpec.podReplacementPolicy JobStatus.ready JobStatus.terminating JobStatus.failedIndexes
SuccessPolicyRule.succeededCount SuccessPolicyRule.succeededIndexes PodFailurePolicyOnExitCodesRequirement.containerName
LeaseSpec.leaseDurationSeconds LeaseSpec.leaseTransitions LeaseSpec.holderIdentity LeaseSpec.preferredHolder LeaseSpec.strategy
ClientIPConfig.timeoutSeconds ConfigMapVolumeSource.defaultMode ConfigMapVolumeSource.defaultUser DownwardAPIVolumeFile.mode DownwardAPIVolumeFile.user
DownwardAPIVolumeSource.defaultMode DownwardAPIVolumeSource.defaultUser SecretVolumeSource.defaultMode SecretVolumeSource.defaultUser ProjectedVolumeSource.defaultMode ProjectedVolumeSource.defaultUser
ClusterTrustBundleProjection.user ClusterTrustBundleProjection.optional ClusterTrustBundleProjection.name ClusterTrustBundleProjection.signerName EvictionResponder.priority FCVolumeSource.lun
KeyToPath.mode KeyToPath.user NodeSwapStatus.capacity PodCertificateProjection.maxExpirationSeconds PodCertificateProjection.user ServiceAccountTokenProjection.expirationSeconds ServiceAccountTokenProjection.user
PodSecurityContext.fsGroup PodSecurityContext.runAsGroup PodSecurityContext.runAsUser PodSecurityContext.runAsNonRoot PodSecurityContext.fsGroupChangePolicy PodSecurityContext.seLinuxChangePolicy PodSecurityContext.supplementalGroupsPolicy
PodSpec.activeDeadlineSeconds PodSpec.priority PodSpec.terminationGracePeriodSeconds PodSpec.automountServiceAccountToken PodSpec.enableServiceLinks PodSpec.hostUsers PodSpec.setHostnameAsFQDN PodSpec.shareProcessNamespace
PodSpec.preemptionPolicy PodSpec.runtimeClassName PodSpec.hostnameOverride Probe.terminationGracePeriodSeconds SecurityContext.runAsGroup SecurityContext.runAsUser
SecurityContext.allowPrivilegeEscalation SecurityContext.privileged SecurityContext.readOnlyRootFilesystem SecurityContext.runAsNonRoot SecurityContext.procMount
Toleration.tolerationSeconds TopologySpreadConstraint.minDomains TopologySpreadConstraint.nodeAffinityPolicy TopologySpreadConstraint.nodeTaintsPolicy
discovery.EndpointPort.port discovery.EndpointPort.appProtocol discovery.EndpointPort.name discovery.EndpointPort.protocol EndpointPort.appProtocol NetworkPolicyPort.endPort NetworkPolicyPort.protocol
ReplicationControllerSpec.replicas DeviceAttribute.int DeviceAttribute.bool DeviceAttribute.string DeviceAttribute.version DeviceToleration.tolerationSeconds
CSIDriverSpec.nodeAllocatableUpdatePeriodSeconds CSIDriverSpec.attachRequired CSIDriverSpec.podInfoOnMount CSIDriverSpec.preventPodSchedulingIfMissing CSIDriverSpec.requiresRepublish CSIDriverSpec.seLinuxMount
CSIDriverSpec.serviceAccountTokenInSecrets CSIDriverSpec.storageCapacity CSIDriverSpec.fsGroupPolicy TokenRequest.expirationSeconds VolumeError.errorCode VolumeNodeResources.count
JSONSchemaProps.maxItems JSONSchemaProps.maxLength JSONSchemaProps.maxProperties JSONSchemaProps.minItems JSONSchemaProps.minLength JSONSchemaProps.minProperties JSONSchemaProps.maximum JSONSchemaProps.minimum
JSONSchemaProps.multipleOf JSONSchemaProps.x-kubernetes-preserve-unknown-fields JSONSchemaProps.x-kubernetes-list-type JSONSchemaProps.x-kubernetes-map-type JSONSchemaProps.$ref
ServiceReference.port ServiceReference.path WebhookClientConfig.url ValidationRule.reason ValidationRule.optionalOldSelf CustomResourceDefinitionVersion.deprecationWarning CustomResourceSubresourceScale.labelSelectorPath
DeleteOptions.gracePeriodSeconds DeleteOptions.ignoreStoreReadErrorWithClusterBreakingPotential DeleteOptions.orphanDependents DeleteOptions.propagationPolicy ListMeta.remainingItemCount
ObjectMeta.deletionGracePeriodSeconds Preconditions.resourceVersion Preconditions.uid OwnerReference.blockOwnerDeletion OwnerReference.controller
CSIVolumeSource.readOnly CSIVolumeSource.fsType ConfigMap.immutable Secret.immutable ConfigMapEnvSource.optional ConfigMapKeySelector.optional ConfigMapProjection.optional ConfigMapVolumeSource.optional
SecretEnvSource.optional SecretKeySelector.optional SecretProjection.optional SecretVolumeSource.optional ContainerStatus.started ContainerStatus.stopSignal
NodeFeatures.supplementalGroupsPolicy NodeRuntimeHandlerFeatures.recursiveReadOnlyMounts NodeRuntimeHandlerFeatures.userNamespaces NodeSystemInfo.runningInUserNamespace
ServiceAccount.automountServiceAccountToken ServiceSpec.allocateLoadBalancerNodePorts ServiceSpec.internalTrafficPolicy ServiceSpec.ipFamilyPolicy ServiceSpec.loadBalancerClass ServiceSpec.trafficDistribution ServicePort.appProtocol
WindowsSecurityContextOptions.hostProcess WindowsSecurityContextOptions.gmsaCredentialSpec WindowsSecurityContextOptions.gmsaCredentialSpecName WindowsSecurityContextOptions.runAsUserName
EndpointConditions.ready EndpointConditions.serving EndpointConditions.terminating Device.allNodes Device.allowMultipleAllocations Device.bindsToNode Device.nodeName DeviceRequestAllocationResult.adminAccess
DeviceRequestAllocationResult.shareID ExactDeviceRequest.adminAccess ResourceSliceSpec.allNodes ResourceSliceSpec.perDeviceNodeSelection ResourceSliceSpec.nodeName StorageClass.allowVolumeExpansion StorageClass.reclaimPolicy StorageClass.volumeBindingMode
AppArmorProfile.localhostProfile SeccompProfile.localhostProfile AzureFilePersistentVolumeSource.secretNamespace Container.restartPolicy EphemeralContainer.restartPolicy EndpointAddress.nodeName
GlusterfsPersistentVolumeSource.endpointsNamespace HostPathVolumeSource.type ISCSIPersistentVolumeSource.initiatorName ISCSIVolumeSource.initiatorName Lifecycle.stopSignal LoadBalancerIngress.ipMode LocalVolumeSource.fsType
PersistentVolumeClaimSpec.storageClassName PersistentVolumeClaimSpec.volumeAttributesClassName PersistentVolumeClaimSpec.volumeMode PersistentVolumeClaimStatus.currentVolumeAttributesClassName
PersistentVolumeSpec.volumeAttributesClassName PersistentVolumeSpec.volumeMode PodDNSConfigOption.value PodResourceClaim.resourceClaimName PodResourceClaim.resourceClaimTemplateName PodResourceClaimStatus.resourceClaimName
PortStatus.error TypedLocalObjectReference.apiGroup TypedObjectReference.apiGroup TypedObjectReference.namespace VolumeMount.mountPropagation VolumeMount.recursiveReadOnly VolumeMountStatus.recursiveReadOnly
Endpoint.hostname Endpoint.nodeName Endpoint.zone HTTPIngressPath.pathType IngressClassParametersReference.apiGroup IngressClassParametersReference.namespace IngressClassParametersReference.scope IngressPortStatus.error
IngressSpec.ingressClassName PodDisruptionBudgetSpec.unhealthyPodEvictionPolicy DeviceClassSpec.extendedResourceName PriorityClass.preemptionPolicy VolumeAttachmentSource.persistentVolumeName
PodSchedulingGroup.podGroupName GRPCAction.service DeviceConstraint.matchAttribute DeviceConstraint.distinctAttribute
ObjectMeta.creationTimestamp ObjectMeta.deletionTimestamp ManagedFieldsEntry.time PodStatus.startTime JobStatus.startTime JobStatus.completionTime CronJobStatus.lastScheduleTime CronJobStatus.lastSuccessfulTime
HorizontalPodAutoscalerStatus.lastScaleTime LeaseSpec.acquireTime LeaseSpec.renewTime Taint.timeAdded DeviceTaint.timeAdded PersistentVolumeStatus.lastPhaseTransitionTime
`.trim().split(/\s+/))

// Fields whose default is their zero value, and which are left out when they have it.
const omitted = new Set(`
LocalObjectReference.name ConfigMapEnvSource.name ConfigMapKeySelector.name ConfigMapProjection.name ConfigMapVolumeSource.name SecretEnvSource.name SecretKeySelector.name
SecretProjection.name ScaleSpec.replicas ReplicationControllerSpec.minReadySeconds PodFailurePolicyOnPodConditionsPattern.status
`.trim().split(/\s+/))

// Lists that are written as null when they are empty although they may be left out.
const written = new Set(['HorizontalPodAutoscalerStatus.currentMetrics', 'EndpointSlice.endpoints', 'EndpointSlice.ports'])

const prefixes = [['io.k8s.api.', ''], ['io.k8s.apimachinery.pkg.apis.meta.v1.', 'meta.v1.'], ['io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.', 'apiextensions.v1.']]
const special = {
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': 'IntOrString', 'io.k8s.apimachinery.pkg.api.resource.Quantity': 'Quantity',
  'io.k8s.apimachinery.pkg.apis.meta.v1.Time': 'Time', 'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime': 'MicroTime',
  'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1': 'FieldsV1', 'io.k8s.apimachinery.pkg.runtime.RawExtension': 'RawExtension',
}
const short = (name) => {
  for (const [from, to] of prefixes) if (name.startsWith(from)) return to + name.slice(from.length)
  throw new Error(`no short name for ${name}`)
}
const refOf = (schema) => (schema.$ref ?? schema.allOf?.[0]?.$ref)?.replace('#/components/schemas/', '')
const scalar = { 'string:': 's', 'string:byte': 'bytes', 'integer:int32': 'i32', 'integer:int64': 'i64', 'number:double': 'f64', 'boolean:': 'b', 'object:': 'object' }

const notation = (schema, home) => {
  const ref = refOf(schema)
  if (ref !== undefined) {
    if (special[ref] !== undefined) return special[ref]
    const name = short(ref)
    return name.startsWith(home) ? name.slice(home.length - 1) : name
  }
  if (schema.type === 'array') {
    const keys = schema['x-kubernetes-list-map-keys']
    const listType = schema['x-kubernetes-list-type']
    return `[${notation(schema.items, home)}]${listType === 'map' ? `map(${keys.join(',')})` : listType ?? ''}`
  }
  if (schema.additionalProperties !== undefined) return `{${notation(schema.additionalProperties, home)}}${schema['x-kubernetes-map-type'] === 'atomic' ? 'atomic' : ''}`
  const found = scalar[`${schema.type}:${schema.format ?? ''}`]
  if (found === undefined) throw new Error(`no notation for ${JSON.stringify(schema)}`)
  return found
}

const lines = []
for (const name of Object.keys(schemas).sort()) {
  if (leftOut.test(name) || special[name] !== undefined || /meta\.v1\.Patch$/.test(name)) continue
  const schema = schemas[name]
  const home = short(name).replace(/[^.]+$/, '')
  const head = [short(name)]
  if (schema['x-kubernetes-map-type'] === 'atomic') head.push('atomic')
  if (schema.properties === undefined && schema.type === undefined) head.push('any')
  for (const gvk of schema['x-kubernetes-group-version-kind'] ?? []) {
    if (/DeleteOptions|WatchEvent/.test(gvk.kind) && gvk.group !== '') continue
    head.push(`@${gvk.group}/${gvk.version}/${gvk.kind}`)
  }
  const fields = Object.entries(schema.properties ?? {}).map(([field, property]) => {
    const required = schema.required?.includes(field) ? '!' : ''
    const last = name.split('.').slice(-3)
    const pointer = pointers.has(`${last[2]}.${field}`) && !(last[2] === 'EndpointPort' && last[0] === 'core' && field !== 'appProtocol') || pointers.has(`${last[0]}.${last[2]}.${field}`) ? '?' : ''
    const type = notation(property, home)
    const nullable = written.has(`${last[2]}.${field}`) || (pointer === '' && (type === 'Time' || type === 'MicroTime' || (required !== '' && /^[[{]/.test(type)))) ? '^' : ''
    const strategy = property['x-kubernetes-patch-strategy']
    const mergeKey = property['x-kubernetes-patch-merge-key']
    const patch = strategy === undefined ? '' : `~${strategy}${mergeKey === undefined ? '' : `(${mergeKey})`}`
    const preset = property.default === undefined || omitted.has(`${last[2]}.${field}`) ? '' : `=${JSON.stringify(property.default)}`
    return `${field}:${type}${required}${pointer}${nullable}${patch}${preset}`
  })
  lines.push([...head, ...fields].join(' '))
}
writeFileSync(new URL('../src/api/schema/kubernetes.ts', import.meta.url), `// Generated from the OpenAPI structure of Kubernetes ${kubernetes} by scripts/generate-api-schema.mjs. Do not edit.

/** The version of Kubernetes whose types these are. */
export const kubernetesVersion = '${kubernetes}'

/** One type a line, in the notation that parse.ts explains. */
export const kubernetesSchema = \`
${lines.join('\n')}
\`
`)

import { limitRanger } from './limit-ranger'
import { namespaceLifecycle } from './namespace-lifecycle'
import type { AdmissionPlugin } from './plugin'
import { defaultTolerationSeconds, priority, serviceAccount, taintNodesByCondition } from './pod-defaults'
import { podSecurity } from './pod-security'
import { podTopologyLabels } from './pod-topology-labels'
import { resourceQuota } from './resource-quota'
import { defaultIngressClass, defaultStorageClass, persistentVolumeClaimResize, runtimeClass, storageObjectInUseProtection } from './storage-defaults'

/** The plugins in the order in which they look at a request. Upstream: kubeapiserver/options/plugins.go, AllOrderedPlugins. */
export const admissionPlugins: readonly AdmissionPlugin[] = [
  namespaceLifecycle, limitRanger, serviceAccount, taintNodesByCondition, podSecurity, podTopologyLabels, priority, defaultTolerationSeconds,
  defaultStorageClass, storageObjectInUseProtection, persistentVolumeClaimResize, runtimeClass, defaultIngressClass, resourceQuota,
]

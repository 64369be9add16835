import type { ApiObject } from '../../../api'
import { customResourceDefinitions } from './apiextensions'
import { controllerRevisions, daemonSets, deployments, replicaSets, replicationControllers, statefulSets } from './apps'
import { horizontalPodAutoscalers } from './autoscaling'
import { cronJobs, jobs } from './batch'
import { configMaps, secrets, serviceAccounts } from './core/config'
import { endpoints, endpointSlices, podTemplates } from './core/endpoints'
import { events } from './core/events'
import { namespaces } from './core/namespace'
import { nodes } from './core/node'
import { limitRanges, resourceQuotas } from './core/quota'
import { services } from './core/service'
import { persistentVolumeClaims, persistentVolumes } from './core/volumes'
import type { KindDefinition } from './kind'
import { ingressClasses, ingresses, networkPolicies, runtimeClasses } from './networking'
import { pods } from './pod'
import { leases, podDisruptionBudgets, priorityClasses } from './policy'
import { clusterRoleBindings, clusterRoles, roleBindings, roles } from './rbac'
import { deviceClasses, resourceClaims, resourceClaimTemplates, resourceSlices } from './resource'
import { csiDrivers, csiNodes, csiStorageCapacities, storageClasses, volumeAttachments } from './storage'

/** The table of kinds: every kind the server comes with. Nothing registers itself by being imported. */
export const definitions: readonly KindDefinition<ApiObject>[] = [
  configMaps, endpoints, events, limitRanges, namespaces, nodes, persistentVolumeClaims, persistentVolumes, pods, podTemplates, replicationControllers, resourceQuotas,
  secrets, serviceAccounts, services,
  customResourceDefinitions,
  controllerRevisions, daemonSets, deployments, replicaSets, statefulSets,
  horizontalPodAutoscalers,
  cronJobs, jobs,
  leases,
  endpointSlices,
  ingressClasses, ingresses, networkPolicies,
  runtimeClasses,
  podDisruptionBudgets,
  clusterRoleBindings, clusterRoles, roleBindings, roles,
  deviceClasses, resourceClaims, resourceClaimTemplates, resourceSlices,
  priorityClasses,
  csiDrivers, csiNodes, csiStorageCapacities, storageClasses, volumeAttachments,
]

import type { Controller, ControllerEnvironment } from './controller'
import { CronJobController } from './cronjob'
import { DaemonSetController } from './daemonset'
import { DeploymentController } from './deployment'
import { DisruptionController } from './disruption'
import { EndpointsController } from './endpoints'
import { EndpointSliceController } from './endpointslice'
import { GarbageCollectorController } from './garbage-collector'
import { HorizontalPodAutoscalerController } from './hpa'
import { JobController } from './job'
import { NamespaceController } from './namespace'
import { NodeIpamController } from './node-ipam'
import { NodeLifecycleController } from './node-lifecycle'
import { PersistentVolumeBinder } from './persistent-volume-binder'
import { PodGcController } from './pod-gc'
import { ProvisionerController } from './provisioner'
import { ReplicaSetController } from './replica-set'
import { ReplicationControllerController } from './replication-controller'
import { ResourceQuotaController } from './resource-quota'
import { RootCaCertPublisher } from './root-ca-cert-publisher'
import { ServiceAccountController } from './serviceaccount'
import { ServiceLoadBalancerController } from './service-load-balancer'
import { StatefulSetController } from './statefulset'
import { TaintEvictionController } from './taint-eviction'
import { TokenController } from './token'
import { TtlAfterFinishedController } from './ttl-after-finished'
import { ClaimProtectionController, VolumeProtectionController } from './volume-protection'

/** Every controller of the manager, in the order in which they come up. */
export const controllers: readonly (new (environment: ControllerEnvironment) => Controller)[] = [
  NamespaceController,
  ServiceAccountController,
  TokenController,
  RootCaCertPublisher,
  NodeIpamController,
  NodeLifecycleController,
  TaintEvictionController,
  DeploymentController,
  ReplicaSetController,
  ReplicationControllerController,
  StatefulSetController,
  DaemonSetController,
  JobController,
  CronJobController,
  TtlAfterFinishedController,
  EndpointsController,
  EndpointSliceController,
  ServiceLoadBalancerController,
  PersistentVolumeBinder,
  ProvisionerController,
  ClaimProtectionController,
  VolumeProtectionController,
  DisruptionController,
  HorizontalPodAutoscalerController,
  ResourceQuotaController,
  GarbageCollectorController,
  PodGcController,
]

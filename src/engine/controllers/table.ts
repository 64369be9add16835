import type { Controller, ControllerEnvironment } from './controller'
import { CronJobController } from './cronjob'
import { DaemonSetController } from './daemonset'
import { DeploymentController } from './deployment'
import { DisruptionController } from './disruption'
import { EndpointsController } from './endpoints'
import { EndpointSliceController } from './endpointslice'
import { GarbageCollectorController } from './garbage-collector'
import { JobController } from './job'
import { NamespaceController } from './namespace'
import { NodeIpamController } from './node-ipam'
import { NodeLifecycleController } from './node-lifecycle'
import { PodGcController } from './pod-gc'
import { ReplicaSetController } from './replica-set'
import { ReplicationControllerController } from './replication-controller'
import { ResourceQuotaController } from './resource-quota'
import { RootCaCertPublisher } from './root-ca-cert-publisher'
import { ServiceAccountController } from './serviceaccount'
import { StatefulSetController } from './statefulset'
import { TaintEvictionController } from './taint-eviction'
import { TokenController } from './token'
import { TtlAfterFinishedController } from './ttl-after-finished'

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
  DisruptionController,
  ResourceQuotaController,
  GarbageCollectorController,
  PodGcController,
]

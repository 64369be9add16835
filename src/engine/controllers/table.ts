import type { Controller, ControllerEnvironment } from './controller'
import { DeploymentController } from './deployment'
import { NodeIpamController } from './node-ipam'
import { NodeLifecycleController } from './node-lifecycle'
import { ReplicaSetController } from './replica-set'
import { ServiceAccountController } from './serviceaccount'

/** Every controller of the manager, in the order in which they come up. */
export const controllers: readonly (new (environment: ControllerEnvironment) => Controller)[] = [
  ServiceAccountController,
  NodeIpamController,
  NodeLifecycleController,
  ReplicaSetController,
  DeploymentController,
]

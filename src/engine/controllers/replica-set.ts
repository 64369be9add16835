import { resources, type ReplicaSet } from '../../api'
import type { ControllerEnvironment } from './controller'
import { ReplicaManager } from './replica-manager'
import { controllerOf, byController, byNamespace } from './owners'

/** Keeps as many Pods of a ReplicaSet as it asks for. Upstream: pkg/controller/replicaset. */
export class ReplicaSetController extends ReplicaManager<ReplicaSet> {
  constructor(environment: ControllerEnvironment) {
    super(environment, {
      name: 'replicaset', resource: resources.replicasets,
      // A ReplicaSet of a Deployment spreads what it gives up over its sisters too.
      siblings: (set) => {
        const owner = controllerOf(set)
        return owner === undefined ? [] : this.sets.byIndex('controller', owner.uid)
      },
    })
  }
}

/** Shared by the ReplicaSet and Deployment controllers; called once by the manager. */
export function addReplicaSetIndexes(environment: ControllerEnvironment): void {
  environment.informers.for<ReplicaSet>(resources.replicasets).addIndex('controller', byController).addIndex('namespace', byNamespace)
}

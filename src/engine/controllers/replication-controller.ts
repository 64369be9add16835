import { resources, type ApiObject } from '../../api'
import type { ControllerEnvironment } from './controller'
import { byNamespace } from './owners'
import { ReplicaManager, type Replicated } from './replica-manager'

/** The same work for the older kind. Upstream: pkg/controller/replication, which wraps the ReplicaSet controller too. */
export class ReplicationControllerController extends ReplicaManager<Replicated & Pick<ApiObject, 'metadata'>> {
  constructor(environment: ControllerEnvironment) {
    super(environment, { name: 'replicationcontroller', component: 'replication-controller', resource: resources.replicationcontrollers, siblings: () => [] })
    this.sets.addIndex('namespace', byNamespace)
  }
}

import { ApiError, failure } from '../../../api'
import { forbidden, notFound } from '../errors'
import type { AdmissionPlugin } from './plugin'

const immortal = new Set(['default', 'kube-system', 'kube-public'])

/**
 * Nothing is made in a namespace that is not there or is going away, and the first namespaces stay.
 * Upstream: plugin/namespace/lifecycle.
 */
export const namespaceLifecycle: AdmissionPlugin = {
  name: 'NamespaceLifecycle',

  admit(attributes, world) {
    const { operation, kind, namespace, name } = attributes
    const isNamespace = kind.resource.group === '' && kind.resource.plural === 'namespaces'
    if (operation === 'DELETE' && isNamespace && immortal.has(name)) throw forbidden(kind.resource, name, 'this namespace may not be deleted')
    if (namespace === '' || isNamespace || operation !== 'CREATE') return
    const namespaces = world.kinds.namespaces
    const found = world.storage.get(namespaces, '', namespace)
    if (found === undefined) {
      // Reviews of access do not need the namespace to be there.
      if (kind.resource.group === 'authorization.k8s.io') return
      throw notFound(namespaces.resource, namespace)
    }
    const status = found['status'] as { readonly phase?: string } | undefined
    if (status?.phase !== 'Terminating') return
    const error = forbidden(kind.resource, name, `unable to create new content in namespace ${namespace} because it is being terminated`)
    throw new ApiError(failure(403, 'Forbidden', error.message, {
      ...error.status.details, causes: [{ reason: 'NamespaceTerminating', message: `namespace ${namespace} is being terminated`, field: 'metadata.namespace' }],
    }))
  },
}

import { ApiError, apiVersionOf, resources, type Binding } from '../../../api'
import { status, success, type BindPlugin, type Handle } from '../framework/types'

/** Asks the api-server to bind: `POST pods/NAME/binding`. Upstream: plugins/defaultbinder. */
export function defaultBinder(_args: unknown, handle: Handle): BindPlugin {
  return {
    name: 'DefaultBinder',
    bind(_state, pod, nodeName) {
      const client = handle.client
      if (client === undefined) return success // a past cycle run again: nothing is written
      const binding: Binding & { readonly metadata: NonNullable<Binding['metadata']> } = {
        apiVersion: apiVersionOf(resources.pods), kind: 'Binding',
        metadata: { namespace: pod.namespace, name: pod.name, uid: pod.uid },
        target: { kind: 'Node', name: nodeName },
      }
      try {
        client.create(resources.pods, binding, { name: pod.name, subresource: 'binding' })
        return success
      } catch (error) {
        if (error instanceof ApiError) return status('Error', error.message)
        throw error
      }
    },
  }
}

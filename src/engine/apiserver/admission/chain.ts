import { namespaceLifecycle } from './namespace-lifecycle'
import type { AdmissionPlugin } from './plugin'

/** The plugins in the order in which they look at a request. Upstream: kubeapiserver/options/plugins.go, AllOrderedPlugins. */
export const admissionPlugins: readonly AdmissionPlugin[] = [namespaceLifecycle]

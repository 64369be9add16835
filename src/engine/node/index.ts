/**
 * What runs on each Node: the kubelet with its images, Pod workers and probes, and the runtime that names containers.
 * `NodePool` plugs machines in and out as Node objects come and go. Both speak to the api-server only.
 */
export type { Ailments, Leak } from './ailments'
export { Kubelet, type KubeletOptions, type NodeStats } from './kubelet/kubelet'
export type { LogAnswer, LogQuery } from './kubelet/logs'
export { metricsApi, MetricsServer, type MetricsServerOptions } from './metrics/metrics-server'
export { NodePool, type NodePoolOptions } from './node-pool'

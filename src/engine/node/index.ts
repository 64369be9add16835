/**
 * What runs on each Node: the kubelet with its images, Pod workers and probes, and the runtime that names containers;
 * kube-proxy and flannel, one actor each for all nodes. `NodePool` plugs machines in and out as Node objects come and go. All speak to the
 * api-server only, flannel to etcd.
 */
export type { Ailments, Leak } from './ailments'
export { Flannel, flannelTables, packetPath, subnetKey, type FlannelStore, type FlannelTables, type FlannelView, type PacketPath } from './flannel'
export { Kubelet, runtimeRestart, type KubeletOptions, type NodeStats } from './kubelet/kubelet'
export type { LogAnswer, LogQuery } from './kubelet/logs'
export { metricsApi, MetricsServer, type MetricsServerOptions } from './metrics/metrics-server'
export { runtimeNames, runtimeOf, runtimeView, versionDefault } from './runtime'
export { NodePool, type NodePoolOptions } from './node-pool'
export { KubeProxies, readConfiguration, writeConfiguration } from './proxy'

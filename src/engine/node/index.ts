/**
 * What runs on each Node: the kubelet with its images, Pod workers and probes, and the runtime that names containers.
 * `NodePool` plugs machines in and out as Node objects come and go. Both speak to the api-server only.
 */
export type { Ailments, Leak } from './ailments'
export {
  configKey, Flannel, flannelPrefix, flannelTables, packetPath, subnetKey, subnetsPrefix, type FlannelKey, type FlannelStore, type FlannelTables, type FlannelView, type Forwarding, type Hop, type Neighbour,
  type NetworkConfig, type PacketEnd, type PacketPath, type Route, type SubnetAttrs, type SubnetLease,
} from './flannel'
export { Kubelet, runtimeRestart, type KubeletOptions, type NodeStats } from './kubelet/kubelet'
export type { LogAnswer, LogQuery } from './kubelet/logs'
export { metricsApi, MetricsServer, type MetricsServerOptions } from './metrics/metrics-server'
export { runtimeNames, runtimeOf, runtimeView, versionDefault, type Runtime, type RuntimeStep } from './runtime'
export { NodePool, type NodePoolOptions } from './node-pool'
export { KubeProxies, chainViews, readConfiguration, ruleView, writeConfiguration, type NodeRules, type ProxyMode, type ProxyWorld, type ServicePortInfo } from './proxy'

/** The cluster. Pure: no DOM, no Node, no wall clock, no ambient chance. The host and the server speak to `Cluster` only. */
export { Cluster, type ClusterCheckpoint, type ClusterOptions } from './cluster'
export { prefixEnd } from './etcd'
export { readConfiguration as readProxyConfiguration, writeConfiguration } from './node'
export type { Fault, FaultAnswer } from './faults'
export type { Breakpoint, TraceFacts, TraceRecord } from './kernel'
export { defaultSettings, type ClusterSettings } from './settings'
export { textbookPolicy, type CheckedConfiguration, type ConfigurationIssue, type ConfigureResult, type SchedulerConfiguration } from './scheduler'
export {
  byAge, byRevision, findNewReplicaSet, isDeploymentComplete, isPodActive, isPodAvailable, isPodReady, isPodTerminating, isRollingUpdate, nextCronTime, podCondition, podRevisionLabel, podsToDelete, revisionOf, rolloutPlan,
  tolerancesOf, withinTolerance,
  type RolloutPlan, type ShrinkPlan, type ShrinkStep,
} from './controllers'

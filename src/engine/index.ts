/** The cluster. Pure: no DOM, no Node, no wall clock, no ambient chance. The host and the server speak to `Cluster` only. */
export { Cluster, type ClusterCheckpoint, type ClusterOptions } from './cluster'
export type { Breakpoint, TraceFacts, TraceRecord } from './kernel'
export { defaultSettings, type ClusterSettings } from './settings'
export { textbookPolicy, type CheckedConfiguration, type ConfigurationIssue, type ConfigureResult, type SchedulerConfiguration } from './scheduler'

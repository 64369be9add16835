/**
 * kube-scheduler: queue, cache, one decision at a time, preemption, and why. The composition root makes the `Scheduler`; nobody
 * else speaks to it but through the api-server. Rules of the queue are in queue/SPEC.md, Q1 to Q20.
 */
export { textbookPolicy } from './classic'
export type { ExtenderRoad } from './framework/extender-road'
export { Scheduler, type CheckedConfiguration, type ConfigureResult, type QueuedPodView, type QueueView, type SchedulerOptions } from './scheduler'
export { ConfigurationError, parseConfiguration, type ConfigurationIssue, type SchedulerConfiguration } from './config'

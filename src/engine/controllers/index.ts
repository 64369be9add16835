/**
 * kube-controller-manager: one file a controller, one table that lists them (`table.ts`), one actor that runs them all over
 * shared informers. Only `cluster.ts` speaks to it; it speaks to the api-server and to nobody else.
 */
export { ControllerManager, type ControllerManagerOptions, type ControllerView } from './manager'
export { defaultControllerSettings, type ControllerSettings } from './settings'
/** The arithmetic of the controllers, for people who look: what is shown is what is done. */
export { nextCronTime } from './cron-schedule'
export { findNewReplicaSet, isComplete as isDeploymentComplete, isRollingUpdate, revisionOf } from './deployment-util'
export { tolerancesOf } from './hpa'
export { withinTolerance } from './hpa-replicas'
export { byRevision, podRevisionLabel } from './history'
export { byAge } from './owners'
export { isPodActive, isPodAvailable, isPodReady, isPodTerminating, podCondition, podsToDelete } from './pods'
export { planShrink, rolloutPlan, type RolloutPlan, type ShrinkPlan, type ShrinkStep } from './rollout'

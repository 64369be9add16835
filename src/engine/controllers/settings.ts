/** What kube-controller-manager's flags set. Times in ms. */
export interface ControllerSettings {
  /** --node-monitor-period */
  readonly nodeMonitorPeriodMs: number
  /** --node-monitor-grace-period */
  readonly nodeMonitorGraceMs: number
  /** --node-startup-grace-period */
  readonly nodeStartupGraceMs: number
  /** --pvclaimbinder-sync-period */
  readonly claimBinderSyncMs: number
}

/** Kubernetes' own defaults. */
export const defaultControllerSettings: ControllerSettings = {
  nodeMonitorPeriodMs: 5_000,
  nodeMonitorGraceMs: 50_000,
  nodeStartupGraceMs: 60_000,
  claimBinderSyncMs: 15_000,
}

/** What a cluster is made with. All times in virtual milliseconds. Plain data: part of every saved session. */
export interface ClusterSettings {
  /** From a write until a watcher hears of it. */
  readonly watchLatencyMs: number
  /** What one scheduling cycle takes, from taking the Pod from the queue to asking for its binding. */
  readonly cycleMs: number
  /** Between a key being queued and a controller's sync. */
  readonly syncMs: number
  /** Bandwidth of an image pull, bytes a millisecond. */
  readonly pullBytesPerMs: number
  /** From a container being created to being started. */
  readonly containerStartMs: number
  /** A KubeSchedulerConfiguration (kubescheduler.config.k8s.io/v1) as an object; absent: the defaults. */
  readonly schedulerConfiguration?: unknown
  /** How packets get from node to node (flannel): inside UDP datagrams, or by a route to the other node. */
  readonly networkBackend: 'vxlan' | 'host-gw'
  /** Revisions of history the store keeps before it compacts; undefined keeps all. */
  readonly historyRevisions?: number
}

/** Slow enough for a class to follow: a decision takes a tenth of a second, an image a second or two. */
export const defaultSettings: ClusterSettings = {
  watchLatencyMs: 10,
  cycleMs: 100,
  syncMs: 20,
  pullBytesPerMs: 125_000,
  containerStartMs: 400,
  networkBackend: 'vxlan',
}

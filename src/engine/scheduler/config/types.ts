/** A KubeSchedulerConfiguration, parsed and defaulted. Upstream: pkg/scheduler/apis/config, types.go. */

export interface PluginEntry {
  readonly name: string
  /** 0: not given. */
  readonly weight: number
}

export interface PluginSet {
  readonly enabled: readonly PluginEntry[]
  readonly disabled: readonly PluginEntry[]
}

/** Extension points in the order of upstream's Plugins struct. */
export const extensionPoints = [
  'preEnqueue', 'queueSort', 'preFilter', 'filter', 'postFilter', 'preScore', 'score', 'reserve', 'permit', 'preBind', 'bind', 'postBind', 'multiPoint',
] as const
export type ExtensionPoint = (typeof extensionPoints)[number]

export type Plugins = Readonly<Record<ExtensionPoint, PluginSet>>

export interface PluginConfig {
  readonly name: string
  /** Defaulted args of the plugin; undefined for a plugin without any. */
  readonly args: unknown
}

export interface Profile {
  readonly schedulerName: string
  /** Of this profile; undefined: the global one. */
  readonly percentageOfNodesToScore: number | undefined
  readonly plugins: Plugins
  readonly pluginConfig: readonly PluginConfig[]
}

export interface SchedulerConfiguration {
  readonly parallelism: number
  /** 0: adaptive. */
  readonly percentageOfNodesToScore: number
  readonly podInitialBackoffSeconds: number
  readonly podMaxBackoffSeconds: number
  readonly profiles: readonly Profile[]
  readonly extenders: readonly ExtenderConfig[]
}

/** Upstream: config.Extender. */
export interface ExtenderConfig {
  readonly urlPrefix: string
  readonly filterVerb: string
  readonly prioritizeVerb: string
  readonly preemptVerb: string
  readonly bindVerb: string
  readonly weight: number
  readonly enableHTTPS: boolean
  readonly httpTimeoutSeconds: number
  readonly nodeCacheCapable: boolean
  readonly ignorable: boolean
  readonly managedResources: readonly { readonly name: string; readonly ignoredByScheduler: boolean }[]
}

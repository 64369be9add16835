/** KubeSchedulerConfiguration: read strictly, defaulted as v1.37 does, validated with field paths in upstream's words. */
export { ConfigurationError, type ConfigurationIssue } from './decode'
export { defaultConfiguration, parseConfiguration } from './parse'
export type { ExtenderConfig, PluginConfig, Plugins, PluginSet, Profile, SchedulerConfiguration } from './types'

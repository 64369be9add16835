import type { InspectorTab, Selection, ViewName } from './ui-state'

export const viewNames = ['map', 'workloads', 'traffic', 'decisions', 'editor', 'events', 'config', 'terminal', 'journey', 'room'] as const satisfies readonly ViewName[]
export const tabNames = ['decision', 'yaml', 'events', 'metrics', 'journey', 'node', 'rollout', 'history'] as const satisfies readonly InspectorTab[]
export const selectionKinds = ['node', 'pod', 'workload', 'component'] as const satisfies readonly Selection['kind'][]

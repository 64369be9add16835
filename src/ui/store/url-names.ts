import type { InspectorTab, Selection, ViewName } from './ui-state'

export const viewNames = ['map', 'decisions', 'editor', 'events', 'config', 'terminal', 'journey'] as const satisfies readonly ViewName[]
export const tabNames = ['decision', 'yaml', 'events', 'metrics', 'journey'] as const satisfies readonly InspectorTab[]
export const selectionKinds = ['node', 'pod', 'workload', 'component'] as const satisfies readonly Selection['kind'][]

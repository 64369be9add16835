/**
 * kube-apiserver: the only road to the store. One table of kinds, one pipeline (decode, default, admit, validate, store, notify), patch and
 * apply, tables, discovery. The composition root makes it and hands it to the others as their Transport.
 */
export { Apiserver, type ApiserverOptions } from './apiserver'
export type { AggregatedApi } from './call'
export { labelRequirementsOf } from './handlers/read'
export type { LogRequest, NodeConnection } from './handlers/pod-roads'
export type { ImportedObject, ImportResult } from './import'
export type { Onlooker } from './watch-hub'

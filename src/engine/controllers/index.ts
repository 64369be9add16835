/**
 * kube-controller-manager: one file a controller, one table that lists them (`table.ts`), one actor that runs them all over
 * shared informers. Only `cluster.ts` speaks to it; it speaks to the api-server and to nobody else.
 */
export { ControllerManager, type ControllerManagerOptions, type ControllerView } from './manager'
export { defaultControllerSettings, type ControllerSettings } from './settings'

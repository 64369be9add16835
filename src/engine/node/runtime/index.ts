/** Container runtimes behind one interface. What differs between docker, rkt, containerd and CRI-O is data: steps, processes, addresses, restarts. */
export { runtimeNameOf, runtimeNames, runtimeOf, runtimeView, stepsMs, stepView, timedSteps, versionDefault } from './runtime'
export { processTree, type DaemonProcess } from './processes'
export type { Runtime } from './types'

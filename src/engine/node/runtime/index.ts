/** Container runtimes behind one interface. What differs between docker, rkt, containerd and CRI-O is data: steps, processes, addresses, restarts. */
export { runtimeNameOf, runtimeNames, runtimeOf, runtimeView, stepsMs, stepView, timedSteps, versionDefault, type TimedStep } from './runtime'
export { processTree, type DaemonProcess, type PodProcesses } from './processes'
export type { AddressGiver, Daemon, Runtime, RuntimeKind, RuntimeStep } from './types'

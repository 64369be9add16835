/** Workloads: who owns what, a rollout against its limits, its sums and its history. Loaded when first opened. */
import './words'

export { HistoryPanel } from './HistoryPanel'
export { RolloutPanel } from './RolloutPanel'
export { WorkloadsView } from './WorkloadsView'

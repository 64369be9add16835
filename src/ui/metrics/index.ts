/** The Metrics tab: what is requested against what there is, over virtual time. Loaded when wanted: Recharts is large. */
export { MetricsPanel } from './MetricsPanel'

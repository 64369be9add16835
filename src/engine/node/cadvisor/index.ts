/** What containers use, sampled from models: the numbers behind eviction, `kubectl top` and the HorizontalPodAutoscaler. */
export { cpuWanted, hasUsageModel, levelAt, passesAt, phaseOf, usageAt, usageModelOf, usageSeries, type Model, type Usage, type UsageModel } from './usage'

/** What containers use, sampled from models: the numbers behind eviction, `kubectl top` and the HorizontalPodAutoscaler. */
export { hasUsageModel, levelAt, passesAt, phaseOf, usageAt, usageModelOf, type Model, type Usage, type UsageModel } from './usage'

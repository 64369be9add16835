/** Clusters that ship with Berth, as data. The host opens them by id; equal scenario and seed give equal histories. */
export { scenarioOf, scenarios } from './scenarios'
export type { Scenario, ScenarioMoment, ScenarioSettings, ScenarioStep } from './types'

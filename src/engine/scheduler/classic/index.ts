/**
 * The kube-scheduler of 2017 to 2020: predicates and priorities chosen by name in a Policy, run as Filter and Score plugins over the
 * same framework. The scheduler asks `classicConfiguration`; README.md of the conformance vectors has the formulas.
 */
export { classicConfiguration, evaluated, frameworkOf, makePredicate, makePriority, type ClassicConfiguration } from './configuration'
export { isPolicy, notesOf, parsePolicy, textbookPolicy, type ClassicPolicy, type PolicyNote } from './policy'
export { classicVersions, textbookVersion, type ClassicVersion, type ClassicVersionName } from './versions'

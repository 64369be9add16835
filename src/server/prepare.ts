import { Cluster, type ClusterSettings } from '../engine'
import { importDump, type ImportedDump } from '../manifest'
import { scenarioOf, type Scenario } from '../scenarios'
import { openScenario, problemLine, type LoadProblem } from './load'
import type { InputFile } from './read-files'
import { askExtender } from './extender-road'

export interface PrepareOptions {
  readonly scenario: string | undefined
  readonly seed: number | undefined
  readonly gpu: 'share' | 'count'
}

/** A cluster with all its files read and its scenario played, at the point where the files come in. */
export interface Prepared {
  readonly cluster: Cluster
  readonly scenario: Scenario | undefined
  /** The scenario was not asked for: the files bring no Nodes. */
  readonly isOwnChoice: boolean
  readonly seed: number
  readonly dump: ImportedDump
}

/**
 * Reads the files and makes the cluster they go onto: that of a scenario, or an empty one when they bring Nodes of their own.
 * A KubeSchedulerConfiguration among them configures the scheduler.
 */
export function prepare(files: readonly InputFile[], options: PrepareOptions): Prepared | { readonly problems: readonly string[] } {
  const dump = importDump(files, { gpu: options.gpu })
  const errors = dump.report.problems.filter((problem) => problem.kind === 'error')
  if (errors.length > 0) return { problems: errors.map(({ file, line = 1, field, message }) => problemLine({ file, line, message, ...(field === undefined ? {} : { field }) })) }
  const [configuration, second] = dump.configurations
  if (second !== undefined) return { problems: [problemLine({ ...second.source, message: 'a second configuration: one scheduler takes one' })] }
  const isOwnChoice = options.scenario === undefined && !dump.objects.some(({ kind }) => kind === 'Node')
  const scenario = options.scenario !== undefined ? scenarioOf(options.scenario) : isOwnChoice ? scenarioOf('empty') : undefined
  const seed = options.seed ?? scenario?.seed ?? 1
  const settings: Partial<ClusterSettings> = { ...scenario?.settings, ...(configuration === undefined ? {} : { schedulerConfiguration: configuration.object }) }
  if (configuration !== undefined) {
    // Asked of a cluster that is thrown away: one that is made with a wrong configuration cannot be.
    const verdict = new Cluster({ seed }).scheduler.configure(configuration.object)
    if (!verdict.ok) {
      return { problems: verdict.issues.map((issue): string => problemLine(configurationProblem(configuration, issue.field, issue.message))) }
    }
  }
  const cluster = new Cluster({ seed, settings, extenderRoad: askExtender })
  if (scenario !== undefined) openScenario(cluster, scenario)
  return { cluster, scenario, isOwnChoice, seed, dump }
}

function configurationProblem(document: ImportedDump['documents'][number], field: string, message: string): LoadProblem {
  return { file: document.source.file, line: document.positionOf(field).line, field, message }
}

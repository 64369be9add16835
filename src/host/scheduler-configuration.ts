import { canonicalJson } from '../base'
import { textbookPolicy, type Cluster, type SchedulerConfiguration } from '../engine'
import { readManifests, writeYaml, type ManifestDocument } from '../manifest'
import type { Commands, ConfigurationProblem, ConfigureAnswer, SchedulerConfigurationView, SchedulerMode } from '../protocol'
import type { World } from './world'

const apiVersion = 'kubescheduler.config.k8s.io/v1'
const kind = 'KubeSchedulerConfiguration'
const fileName = 'scheduler.yaml'

/** What stands for the defaults: a configuration that says nothing else. */
export const defaultsText = `apiVersion: ${apiVersion}
kind: ${kind}
profiles:
- schedulerName: default-scheduler
`

export function kindOfConfiguration(configuration: unknown): 'KubeSchedulerConfiguration' | 'Policy' {
  return typeof configuration === 'object' && configuration !== null && (configuration as { readonly kind?: unknown }).kind === 'Policy' ? 'Policy' : kind
}

export function modeOf(configuration: unknown): SchedulerMode {
  return kindOfConfiguration(configuration) === 'Policy' ? 'classic' : 'modern'
}

/** A configuration as wanted: the object (absent: the defaults), the text it was read from, and what is wrong with that text. */
export interface WantedConfiguration {
  readonly configuration: unknown
  readonly text?: string
  readonly document?: ManifestDocument
  readonly problems: readonly ConfigurationProblem[]
}

/** Reads what a command asks for. */
export function wantedConfiguration(world: World, take: Commands['configureScheduler']['take']): WantedConfiguration {
  if ('text' in take) return readConfigurationText(take.text)
  if ('object' in take) return { configuration: take.object ?? undefined, problems: [] }
  if (take.mode === 'classic') return { configuration: textbookPolicy, problems: [] }
  const { cluster } = world.opening
  if (modeOf(cluster.scheduler.configuration) === 'modern') return { ...given(world), configuration: cluster.scheduler.configuration, problems: [] }
  const last = world.run.given.findLast((input) => input.scheduler !== undefined && modeOf(input.scheduler.configuration) === 'modern')?.scheduler
  const own = cluster.settings.schedulerConfiguration
  if (last === undefined) return { configuration: modeOf(own) === 'modern' ? own : undefined, problems: [] }
  return { configuration: last.configuration ?? undefined, ...(last.text === undefined ? {} : { text: last.text }), problems: [] }
}

function readConfigurationText(text: string): WantedConfiguration {
  const { documents, problems } = readManifests(text, { file: fileName })
  if (problems.length > 0) {
    return {
      configuration: undefined, text,
      problems: problems.map(({ line, column, field = '', message }) => ({ field, message: missing(field, message), line, column, endLine: line, endColumn: column + 1 })),
    }
  }
  const [document, second] = documents
  if (document === undefined) return { configuration: undefined, text, problems: [{ field: 'kind', message: "Object 'Kind' is missing", line: 1, column: 1, endLine: 1, endColumn: 2 }] }
  if (second !== undefined) {
    const { line } = second.source
    return { configuration: undefined, text, problems: [{ field: '', message: 'one configuration is expected, and here another begins', line, column: 1, endLine: line, endColumn: 2 }] }
  }
  // The reader gives every object metadata, which a configuration has none of.
  const { metadata, ...rest } = document.object as unknown as { readonly [field: string]: unknown }
  const configuration = document.positionOf('metadata').exact ? { ...rest, metadata } : rest
  return { configuration, text, document, problems: [] }
}

/** The words of kube-scheduler for what the reader of manifests says in its own. */
function missing(field: string, message: string): string {
  return /: not set$/.test(message) ? `Object '${field === 'kind' ? 'Kind' : field}' is missing` : message
}

/**
 * Whether a configuration could be put in force, in kube-scheduler's words, each at its place in the text. Changes nothing.
 * `accepted` is what to put in force.
 */
export function checkConfiguration(cluster: Cluster, wanted: WantedConfiguration): { readonly accepted: WantedConfiguration | undefined; readonly answer: ConfigureAnswer } {
  const { configuration, document, problems } = wanted
  if (problems.length > 0) return { accepted: undefined, answer: { accepted: false, problems } }
  const checked = cluster.scheduler.check(configuration)
  if (checked.ok) {
    const view = { mode: modeOf(configuration), text: wanted.text ?? textOfConfiguration(configuration), effective: effectiveText(configuration, checked.configuration), notes: checked.notes }
    return { accepted: wanted, answer: { accepted: true, configuration: view } }
  }
  return {
    accepted: undefined,
    answer: { accepted: false, problems: checked.issues.map(({ field, message }) => ({ field, message, ...(document === undefined ? {} : placeOf(document, wanted.text ?? '', field, message)) })) },
  }
}

type Place = Required<Pick<ConfigurationProblem, 'line' | 'column' | 'endLine' | 'endColumn'>>

/** Where a problem is written. A field that is too much is marked itself; what is only said of all profiles stands at the name it speaks of. */
function placeOf(document: ManifestDocument, text: string, field: string, message: string): Place {
  if (field === '') return { line: document.source.line, column: 1, endLine: document.source.line, endColumn: 2 }
  if (field === 'profiles') {
    const name = /(?:PluginName|plugin|[A-Z]\w+) "([^"]+)"/.exec(message)?.[1]
    const found = name === undefined ? undefined : wordIn(text, name)
    if (found !== undefined) return found
  }
  const { line, column, endLine, endColumn } = document.positionOf(field, /unknown field/.test(message) ? 'key' : 'value')
  return { line, column, endLine, endColumn }
}

function wordIn(text: string, word: string): Place | undefined {
  const lines = text.split('\n')
  for (const [index, line] of lines.entries()) {
    const written = line.replace(/(^|\s)#.*$/, '')
    for (let at = written.indexOf(word); at >= 0; at = written.indexOf(word, at + 1)) {
      const whole = !/\w/.test(written.charAt(at - 1)) && !/\w/.test(written.charAt(at + word.length))
      if (whole) return { line: index + 1, column: at + 1, endLine: index + 1, endColumn: at + 1 + word.length }
    }
  }
  return undefined
}

/** The configuration in force now. */
export function schedulerConfigurationView(world: World): SchedulerConfigurationView {
  const { scheduler } = world.opening.cluster
  const { configuration } = scheduler
  return {
    mode: modeOf(configuration), text: given(world).text ?? textOfConfiguration(configuration),
    effective: effectiveText(configuration, scheduler.effectiveConfiguration), notes: scheduler.configurationNotes,
  }
}

/** The text the configuration in force was read from, if it was given as one. */
function given(world: World): { readonly text?: string } {
  const now = canonicalJson(world.opening.cluster.scheduler.configuration ?? null)
  const last = world.run.given.findLast((input) => input.scheduler !== undefined)?.scheduler
  return last?.text !== undefined && canonicalJson(last.configuration) === now ? { text: last.text } : {}
}

function textOfConfiguration(configuration: unknown): string {
  return configuration === undefined || configuration === null ? defaultsText : writeYaml(configuration as Parameters<typeof writeYaml>[0])
}

function effectiveText(configuration: unknown, effective: SchedulerConfiguration): string {
  return modeOf(configuration) === 'classic' ? textOfConfiguration(configuration) : writeYaml(written(effective) as unknown as Parameters<typeof writeYaml>[0])
}

/** The inside of kube-scheduler as a person would write it: giving it back changes nothing. */
export function written(configuration: SchedulerConfiguration): { readonly [field: string]: unknown } {
  const entry = ({ name, weight }: { readonly name: string; readonly weight: number }): unknown => (weight === 0 ? { name } : { name, weight })
  const { profiles, extenders, parallelism, percentageOfNodesToScore, podInitialBackoffSeconds, podMaxBackoffSeconds } = configuration
  return {
    apiVersion, kind, parallelism, percentageOfNodesToScore, podInitialBackoffSeconds, podMaxBackoffSeconds,
    profiles: profiles.map((profile) => ({
      schedulerName: profile.schedulerName,
      ...(profile.percentageOfNodesToScore === undefined ? {} : { percentageOfNodesToScore: profile.percentageOfNodesToScore }),
      plugins: Object.fromEntries(Object.entries(profile.plugins).filter(([, set]) => set.enabled.length + set.disabled.length > 0).map(([point, set]) => [point, {
        ...(set.enabled.length === 0 ? {} : { enabled: set.enabled.map(entry) }),
        ...(set.disabled.length === 0 ? {} : { disabled: set.disabled.map(({ name }) => ({ name })) }),
      }])),
      pluginConfig: profile.pluginConfig.map(({ name, args }) => (args === undefined ? { name } : { name, args: name === 'DynamicResources' ? withDurations(args) : args })),
    })),
    ...(extenders.length === 0 ? {} : {
      extenders: extenders.map(({ httpTimeoutSeconds, ...extender }) => ({ ...Object.fromEntries(Object.entries(extender).filter(([, value]) => !isEmpty(value))), httpTimeout: `${httpTimeoutSeconds}s` })),
    }),
  }
}

/** Inside, durations are numbers of seconds; written they are Go durations under another name. */
function withDurations(args: unknown): unknown {
  return Object.fromEntries(Object.entries(args as Readonly<Record<string, unknown>>).map(([name, value]) => {
    const plain = /^(filterTimeout|bindingTimeout)Seconds$/.exec(name)?.[1]
    return plain === undefined ? [name, value] : [plain, `${Number(value)}s`]
  }))
}

function isEmpty(value: unknown): boolean {
  return value === '' || value === false || value === 0 || (Array.isArray(value) && value.length === 0)
}

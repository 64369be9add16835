import type { ApiObject, ApiResponse, Status } from '../api'
import { Cluster, type ClusterSettings, type TraceRecord } from '../engine'
import { scenarioOf, type Scenario, type ScenarioMoment } from '../scenarios'
import { applyRequest, objectText } from './apply'
import type { SavedMarks } from './chronicle'
import { subjectOf } from './names'
import type { Happening, Message, NewInput, RunInput } from './run'

/** What a session was begun with: enough to begin it again. */
export interface SessionOrigin {
  /** Id of a scenario that ships, or "imported". */
  readonly scenario: string
  readonly seed: number
  readonly settings?: Partial<ClusterSettings>
  /** On top of the scenario's own, put into the store as they are. */
  readonly objects?: readonly ApiObject[]
}

export const importedScenario = 'imported'

/** An imported cluster is a scenario that nobody shipped. */
function scenarioFor(origin: SessionOrigin): Scenario | undefined {
  if (origin.scenario !== importedScenario) return scenarioOf(origin.scenario)
  return { id: importedScenario, titleKey: 'scenario.imported', seed: 1, settings: {}, objects: [], steps: [], restMs: 0, aheadMs: 0 }
}

/** The script that brings a fresh cluster to a scenario's first view. */
export interface Opening {
  readonly origin: SessionOrigin
  readonly scenario: Scenario
  readonly cluster: Cluster
  /** The scenario's own inputs, by the number a saved session names them with. */
  readonly sources: readonly NewInput[]
}

/** A fresh cluster of a scenario; `undefined` when there is no such scenario. */
export function openCluster(wanted: Omit<SessionOrigin, 'seed'> & { readonly seed?: number | undefined }): Opening | undefined {
  const scenario = scenarioFor({ ...wanted, seed: 0 })
  if (scenario === undefined) return undefined
  const origin: SessionOrigin = { ...wanted, seed: wanted.seed ?? scenario.seed }
  const cluster = new Cluster({ seed: origin.seed, settings: { ...scenario.settings, ...origin.settings } })
  const objects = [...scenario.objects, ...origin.objects ?? []]
  const sources: NewInput[] = objects.length > 0 ? [{ objects, source: 0 }] : []
  for (const step of scenario.steps) {
    for (const [index, object] of step.apply.entries()) {
      sources.push({ request: applyRequest(cluster, object, { dryRun: false }), source: sources.length, ...(index === 0 ? { command: step.command } : {}) })
    }
  }
  return { origin, scenario, cluster, sources }
}

/** Whether a record is the one at which a scenario first stands still. */
export function isMoment(moment: ScenarioMoment, record: TraceRecord): boolean {
  if (moment.type !== undefined && moment.type !== record.type) return false
  if (moment.from !== undefined && moment.from !== record.from) return false
  const what = record.type === 'request' ? record.verb : record.type === 'watch' ? record.change : record.what
  if (moment.what !== undefined && moment.what !== what) return false
  if (moment.resource !== undefined && !('resource' in record && record.resource === moment.resource)) return false
  const subject = record.type === 'request' || record.type === 'watch' ? subjectOf(record) : record.subject
  return moment.subject === undefined || moment.subject === subject
}

/** The line a person sees under what they typed; undefined when there is nothing to say. */
export function answerLine(input: RunInput, { answer, changes }: Happening): { readonly text: string; readonly ok: boolean } | undefined {
  if (input.request === undefined) return undefined
  const response = answer as ApiResponse
  if (response.status >= 400) return { text: (response.body as Status).message ?? `${response.status}`, ok: false }
  const { method } = input.request
  if (method === 'GET') return undefined
  if (method === 'DELETE') {
    const [name, resource] = input.request.path.split('/').reverse()
    return { text: `${(resource ?? '').replace(/s$/, '')} "${name ?? ''}" deleted`, ok: true }
  }
  const [change] = changes
  const outcome = change === undefined ? 'unchanged' : change.before === undefined ? 'created' : 'configured'
  return { text: `${objectText(response.body as ApiObject)} ${outcome}`, ok: true }
}

/** A session as text. `format` counts up when what older ones hold can no longer be read. */
export interface SavedSession {
  readonly berth: 'session'
  readonly format: 1
  readonly origin: SessionOrigin
  readonly inputs: readonly SavedInput[]
  readonly position: { readonly event: number; readonly beat: number; readonly now: number }
  readonly end: { readonly event: number; readonly now: number; readonly revision: number }
  /** A moment before it, as `writeShared` writes it; only in sessions that take long to replay. */
  readonly checkpoint?: unknown
  readonly known?: SavedMarks
  /** The last messages before the checkpoint: what the control plane showed then. */
  readonly messages?: readonly Message[]
  readonly workloads?: readonly (readonly [kind: string, namespace: string, name: string])[]
}

/** One of the scenario's own inputs by its number, or a person's in full. */
export type SavedInput = Pick<RunInput, 'at' | 'now' | 'source'> | RunInput

/** Reads a saved session. Throws an `Error` that says what is wrong with the text. */
export function readSaved(text: string): SavedSession {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new Error('not a saved session: the text is no JSON')
  }
  const saved = value as Partial<SavedSession> | null
  if (typeof saved !== 'object' || saved === null || saved.berth !== 'session') throw new Error('not a saved session')
  if (saved.format !== 1) throw new Error(`a session of format ${String(saved.format)}; this Berth reads format 1`)
  const { origin, inputs, position, end } = saved
  const isCount = (number: unknown): number is number => typeof number === 'number' && Number.isSafeInteger(number) && number >= 0
  if (typeof origin !== 'object' || typeof origin.scenario !== 'string' || !Number.isSafeInteger(origin.seed)) throw new Error('a saved session without a scenario and a seed')
  if (origin.objects !== undefined && (!Array.isArray(origin.objects) || !origin.objects.every((object: unknown) => typeof object === 'object' && object !== null))) throw new Error('a saved session whose objects are no list of objects')
  if (origin.settings !== undefined && (typeof origin.settings !== 'object' || (origin.settings as unknown) === null)) throw new Error('a saved session whose settings are none')
  if (!Array.isArray(inputs) || position === undefined || end === undefined) throw new Error('a saved session without inputs, position or end')
  for (const number of [position.event, position.beat, position.now, end.event, end.now]) if (!isCount(number)) throw new Error('a saved session with a position that is no number')
  if (position.event > end.event) throw new Error('a saved session with a position after its end')
  for (const input of inputs as readonly unknown[]) {
    const { at, now } = (input ?? {}) as Partial<RunInput>
    if (!isCount(at) || !isCount(now)) throw new Error('a saved session with an input that has no moment')
  }
  if (saved.messages !== undefined && !Array.isArray(saved.messages)) throw new Error('a saved session whose messages are no list')
  return saved as SavedSession
}

/** The inputs in full again. */
export function inputsOf(saved: SavedSession, sources: readonly NewInput[]): RunInput[] {
  return saved.inputs.map((input) => {
    if (input.source === undefined) return input as RunInput
    const source = sources[input.source]
    if (source === undefined) throw new Error(`the scenario ${saved.origin.scenario} has no input ${input.source} any more`)
    return { ...source, at: input.at, now: input.now }
  })
}

export function savedInput(input: RunInput): SavedInput {
  return input.source === undefined ? input : { at: input.at, now: input.now, source: input.source }
}

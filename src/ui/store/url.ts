import { selectionKinds, tabNames, viewNames } from './url-names'
import type { InspectorTab, Scale, Selection, Theme, UiState, ViewName } from './ui-state'
import type { OpenRequest, Position } from '../../protocol'
import type { Language } from '../kit'

/** Everything an address says. What is missing is left as it is. */
export interface Address {
  readonly scenario?: string
  readonly seed?: number
  readonly position?: Position
  readonly view?: ViewName
  readonly selection?: Selection
  readonly tab?: InspectorTab
  /** Whose journey. */
  readonly pod?: string
  /** Whose room. */
  readonly node?: string
  readonly theme?: Theme
  readonly language?: Language
  readonly scale?: Scale
  readonly cycle?: number
}

const oneOf = <Value extends string>(value: string | null, values: readonly Value[]): Value | undefined =>
  values.find((candidate) => candidate === value)

/**
 * Reads an address's query. Unknown words and malformed values are passed by: a link must open something.
 * `?scenario=six-nodes&seed=7&at=412.3&view=map&select=node/node-c&tab=yaml&pod=shop/web-1&theme=light&lang=zh&scale=stage&cycle=12`;
 * `at` is event.beat.
 */
export function readAddress(query: string): Address {
  const params = new URLSearchParams(query)
  const address: { -readonly [Key in keyof Address]: Address[Key] } = {}
  const scenario = params.get('scenario')
  if (scenario && /^[\w-]{1,80}$/.test(scenario)) address.scenario = scenario
  const seed = params.get('seed')
  if (seed && /^\d{1,15}$/.test(seed)) address.seed = Number(seed)
  const at = /^(\d{1,12})(?:\.(\d{1,9}))?$/.exec(params.get('at') ?? '')
  if (at) address.position = { event: Number(at[1]), beat: Number(at[2] ?? 0) }
  const view = oneOf(params.get('view'), viewNames)
  if (view) address.view = view
  const select = params.get('select') ?? ''
  const slash = select.indexOf('/')
  const kind = oneOf(select.slice(0, Math.max(0, slash)), selectionKinds)
  if (kind && slash < select.length - 1) address.selection = { kind, name: select.slice(slash + 1, slash + 512) }
  const tab = oneOf(params.get('tab'), tabNames)
  if (tab) address.tab = tab
  // A journey begins with its own tab.
  else if (view === 'journey') address.tab = 'journey'
  const pod = params.get('pod')
  if (pod && /^[a-z0-9-]{1,63}\/[a-z0-9.-]{1,253}$/.test(pod)) address.pod = pod
  const node = params.get('node')
  if (node && /^[a-z0-9.-]{1,253}$/.test(node)) address.node = node
  const theme = oneOf(params.get('theme'), ['dark', 'light'])
  if (theme) address.theme = theme
  const language = oneOf(params.get('lang'), ['en', 'zh'])
  if (language) address.language = language
  const scale = oneOf(params.get('scale'), ['desk', 'stage'])
  if (scale) address.scale = scale
  const cycle = params.get('cycle')
  if (cycle && /^\d{1,12}$/.test(cycle)) address.cycle = Number(cycle)
  return address
}

/** The query of what is on show; `readAddress` reads it back. */
export function writeAddress(shown: { readonly scenario: string; readonly seed: number; readonly position?: Position }, ui: UiState): string {
  const params = new URLSearchParams()
  if (shown.scenario !== '') {
    params.set('scenario', shown.scenario)
    params.set('seed', String(shown.seed))
    if (shown.position) params.set('at', `${shown.position.event}.${shown.position.beat}`)
  }
  params.set('view', ui.view)
  if (ui.selection) params.set('select', `${ui.selection.kind}/${ui.selection.name}`)
  if (ui.tab !== (ui.view === 'journey' ? 'journey' : 'decision')) params.set('tab', ui.tab)
  if (ui.view === 'journey' && ui.journeyPod !== undefined) params.set('pod', ui.journeyPod)
  if (ui.view === 'room' && ui.roomNode !== undefined) params.set('node', ui.roomNode)
  if (ui.openCycle !== undefined) params.set('cycle', String(ui.openCycle))
  params.set('theme', ui.theme)
  params.set('lang', ui.language)
  if (ui.scale !== 'desk') params.set('scale', ui.scale)
  // Slashes may stand in a query, and a person can read them.
  return `?${params.toString().replaceAll('%2F', '/')}`
}

/** What the address asks the host for. */
export function openRequestOf(address: Address, scenario: string): OpenRequest {
  return {
    scenario: address.scenario ?? scenario,
    ...(address.seed === undefined ? {} : { seed: address.seed }),
    ...(address.position === undefined ? {} : { position: address.position }),
  }
}

/** What of the address is the person's. */
export function uiOf(address: Address): Partial<UiState> {
  return {
    ...(address.view ? { view: address.view } : {}),
    ...(address.selection ? { selection: address.selection } : {}),
    ...(address.tab ? { tab: address.tab } : {}),
    ...(address.pod === undefined ? {} : { journeyPod: address.pod }),
    ...(address.node === undefined ? {} : { roomNode: address.node }),
    ...(address.theme ? { theme: address.theme } : {}),
    ...(address.language ? { language: address.language } : {}),
    ...(address.scale ? { scale: address.scale } : {}),
    ...(address.cycle === undefined ? {} : { openCycle: address.cycle }),
  }
}

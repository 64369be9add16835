import type { Target } from '../../protocol'
import type { Language } from '../kit'

export type Theme = 'dark' | 'light'
export type Scale = 'desk' | 'stage'
export type ViewName = 'map' | 'workloads' | 'traffic' | 'decisions' | 'editor' | 'events' | 'config' | 'terminal' | 'journey' | 'room'
export type InspectorTab = 'decision' | 'yaml' | 'events' | 'metrics' | 'journey' | 'node' | 'rollout' | 'history'

/** What the reader points at; names are Kubernetes' own ("shop/web-x2lqp" for Pods). */
export interface Selection {
  readonly kind: 'node' | 'pod' | 'workload' | 'component'
  readonly name: string
}

/** A box in page pixels. */
export interface Box {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** Where the thread is tied, below the map; published by the timeline and the caption, in page pixels. */
export interface ThreadAnchor {
  /** Middle of the playhead; undefined while it is out of the timeline's window. */
  readonly playheadX: number | undefined
  readonly caption: Box
}

/** What is the person's and not the cluster's. */
export interface UiState {
  readonly view: ViewName
  readonly selection: Selection | undefined
  readonly tab: InspectorTab
  /** The Service that the Traffic view shows ("shop/web"); undefined: the first with endpoints. */
  readonly service: string | undefined
  /** Whose journey the journey view shows; undefined: the selected Pod's, or that of the Pod something just happened to. */
  readonly journeyPod: string | undefined
  /** Node whose room the room view shows; undefined: the selected one's. */
  readonly roomNode: string | undefined
  readonly theme: Theme
  readonly language: Language
  readonly scale: Scale
  /** A plugin the reader has picked out (a strait column, a matrix row). */
  readonly pickedPlugin: string | undefined
  /** A cell of the score matrix. */
  readonly pickedCell: { readonly plugin: string; readonly node: string } | undefined
  /** A node whose filter verdict is explained in numbers. */
  readonly pickedVerdict: string | undefined
  /** Score bars: only what parts the nodes, or all of it. */
  readonly differences: boolean
  /** A past cycle opened from a list; undefined follows the decision at the playhead. */
  readonly openCycle: number | undefined
  readonly hoveredPod: string | undefined
  readonly threadAnchor: ThreadAnchor | undefined
  /** Width of the open inspector, 360 to 640. */
  readonly inspectorWidth: number
  readonly inspectorOpen: boolean
  readonly timelineOpen: boolean
  readonly paletteOpen: boolean
  readonly keysOpen: boolean
  /** The sheet that breaks things is open, with what it was opened for. */
  readonly breaking: { readonly target?: Selection | undefined } | undefined
  /** A sentence of the UI itself (a refusal, "Link copied") that stands in the caption until the next fact. */
  readonly notice: Notice | undefined
  /** Grows when the reader asks for the thing of now to be brought into view (Z), or for the whole cluster (0). */
  readonly zoomToNow: number
  readonly zoomToFit: number
}

/** Said in the caption: the sentence in the reader's language, already made. Marks as in `rich`. */
export interface Notice {
  readonly text: string
  readonly tone: 'plain' | 'no'
}

export const inspectorWidthMin = 360
export const inspectorWidthMax = 640

export function initialUi(): UiState {
  return {
    view: 'map', selection: undefined, tab: 'decision', service: undefined, journeyPod: undefined, roomNode: undefined, theme: 'dark', language: 'en', scale: 'desk', pickedPlugin: undefined, pickedCell: undefined,
    pickedVerdict: undefined, differences: true, openCycle: undefined, hoveredPod: undefined, threadAnchor: undefined, inspectorWidth: 432,
    inspectorOpen: true, timelineOpen: true, paletteOpen: false, keysOpen: false, breaking: undefined, notice: undefined, zoomToNow: 0, zoomToFit: 0,
  }
}

/** What the selection of a sentence's target is; components and workloads included. */
export function selectionOf(target: Target): Selection | undefined {
  return target.kind === 'none' ? undefined : { kind: target.kind, name: target.name }
}

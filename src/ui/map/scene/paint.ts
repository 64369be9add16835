/** What tiles and bars are coloured by. */
export type ColourBy = 'score' | 'cpu' | 'memory' | 'pods'

/** Marks of plugins on tiles: with the hue, the second channel. */
export type Glyph = 'square' | 'scale' | 'triangle' | 'circle' | 'link' | 'columns' | 'layer' | 'cross'

/** Colours of the current theme, read from the tokens once a theme. */
export interface Palette {
  readonly water: string
  readonly zone: string
  readonly card: string
  readonly well: string
  readonly line1: string
  readonly line2: string
  readonly line3: string
  readonly ink1: string
  readonly ink2: string
  readonly ink3: string
  readonly no: string
  readonly ok: string
  readonly nowEdge: string
  readonly pick: string
  /** Amounts: 0 is nothing, 6 the most. */
  readonly ramp: readonly string[]
  /** Fill of a feasible node before anything was scored. */
  readonly feasible: string
  readonly marks: Readonly<Record<string, string>>
  readonly font: string
}

export const rampSteps = 7

/** Plugin to mark. What has no mark of its own is a cross. */
export const glyphOf: Readonly<Record<string, Glyph>> = {
  NodeResourcesFit: 'square', NodeResourcesBalancedAllocation: 'scale', TaintToleration: 'triangle', NodeAffinity: 'circle',
  InterPodAffinity: 'link', PodTopologySpread: 'columns', ImageLocality: 'layer',
}

export function readPalette(root: Element): Palette {
  const style = getComputedStyle(root)
  const token = (name: string): string => style.getPropertyValue(`--${name}`).trim()
  return {
    water: token('water'), zone: token('zone'), card: token('card'), well: token('well'), line1: token('line-1'), line2: token('line-2'), line3: token('line-3'),
    ink1: token('ink-1'), ink2: token('ink-2'), ink3: token('ink-3'), no: token('no'), ok: token('ok'), nowEdge: token('now-edge'), pick: token('pick'),
    ramp: Array.from({ length: rampSteps }, (_, step) => token(`seq-${step}`)),
    feasible: token('seq-3'),
    marks: {
      NodeResourcesFit: token('pl-fit'), NodeResourcesBalancedAllocation: token('pl-bal'), TaintToleration: token('pl-taint'), NodeAffinity: token('pl-aff'),
      InterPodAffinity: token('pl-ipa'), PodTopologySpread: token('pl-spread'), ImageLocality: token('pl-img'),
    },
    font: token('font-ui') || 'sans-serif',
  }
}

/** The step of a share between 0 and 1. Nothing at all is step 0; anything more is at least step 1. */
export function rampStep(share: number): number {
  return share <= 0 ? 0 : Math.max(1, Math.min(rampSteps - 1, Math.ceil(share * (rampSteps - 1))))
}

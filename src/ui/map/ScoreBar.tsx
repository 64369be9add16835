import { memo, type ReactNode } from 'react'
import { inPluginOrder, pluginStyle, useText } from '../kit'
import type { DecisionScene, ScorePart } from './scene/decision'
import { segmentsOf } from './scene/strips'

/** A node's score as a length, a segment a plugin: hue, pattern and, over 24 px, its figure. */
export const ScoreBar = memo(function ScoreBar({ parts, scale, width, differences, picked }: {
  readonly parts: readonly ScorePart[]
  readonly scale: DecisionScene['scale']
  readonly width: number
  readonly differences: boolean
  readonly picked: string | undefined
}): ReactNode {
  const text = useText('map')
  const segments = segmentsOf(inPluginOrder(parts, (part) => part.plugin), scale, width, differences)
  return (
    <div className="score-bar" data-picked={picked !== undefined || undefined}>
      {segments.map((segment) => {
        const plugin = segment.plugins[0] as string
        return (
          <span
            key={segment.torn ? 'torn' : plugin} className={`${pluginStyle(plugin).className} seg-part${segment.torn ? ' seg-torn' : ''}`} data-on={picked === undefined || segment.plugins.includes(picked) || undefined}
            style={{ width: segment.width }} title={segment.torn ? text('card.sameOnAll', { plugins: segment.plugins.join(', '), score: segment.weighted }) : `${plugin} ${segment.weighted}`}
          >
            {!segment.torn && segment.width >= 24 && <b>{segment.weighted}</b>}
          </span>
        )
      })}
    </div>
  )
})

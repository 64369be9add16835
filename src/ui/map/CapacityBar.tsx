import { memo, type MouseEvent, type ReactNode } from 'react'
import { podStates } from '../../protocol'
import { rich, useText, workloadColor } from '../kit'
import { blocksOf, ghostOf, type BarPod, type Block } from './scene/blocks'
import { amountText, freeText, ticks, type CapacityResource } from './scene/capacity'
import { CapacityHandle } from './CapacityHandle'
import { styleOf } from './css'

export interface CapacityBarProps {
  readonly resource: CapacityResource
  readonly node: string
  /** Amounts in millicores or bytes. */
  readonly requested: number
  readonly capacity: number
  readonly span: number
  /** Pixels for `span`. */
  readonly width: number
  readonly pods: readonly BarPod[]
  /** The Pod being decided on, when it would sit here. */
  readonly ghost?: { readonly amount: number; readonly letter: string; readonly look: 'plain' | 'now' | 'no' } | undefined
  /** Pods that wait for room, first the one that has waited longest: ghosts while the handle is dragged. */
  readonly waiting?: readonly BarPod[]
  /** While a hand is on it: the capacity it would have. */
  readonly draft?: number | undefined
  readonly labels: 'above' | 'inline' | 'none'
  /** Text scale: 1 at the desk, 1.38 on stage. */
  readonly scale: number
  readonly outlined: string | undefined
  readonly nowPod: string | undefined
  readonly handleTab: boolean
  readonly readOnly: boolean
  readonly onDraft: (value: number | undefined) => void
  readonly onCommit: (value: number) => void
  readonly onPod: (key: string) => void
  readonly onHover: (key: string | undefined) => void
}

/** A node's capacity as a length, what is requested of it as blocks, and the ruler to the right of it: how far it could grow. */
export const CapacityBar = memo(function CapacityBar(props: CapacityBarProps): ReactNode {
  const { resource, requested, capacity, span, width, pods, labels, draft } = props
  const text = useText('map')
  const shown = draft ?? capacity
  const end = (shown / span) * width
  const before = (capacity / span) * width
  const { blocks, used } = blocksOf(pods, span, width)
  const ghost = props.ghost && ghostOf(used, props.ghost.amount, capacity, span, width)
  const over = used > end + 0.5
  const free = shown - requested
  const afterGhost = ghost ? ghost.left + ghost.width : used
  const words = over ? '' : text('card.free', { amount: freeText(resource, Math.max(0, free)) })
  const roomForWords = Math.min(end, width) - afterGhost - 14
  const fits = draft === undefined ? undefined : firstThatFits(props.waiting ?? [], shown - requested)
  const short = props.ghost && ghost && ghost.over > 0 ? props.ghost.amount - (capacity - requested) : 0
  return (
    <div className={`cap-bar cap-bar-${resource}`} data-short={short > 0 || undefined} data-labels={labels}>
      {labels !== 'none' && (
        <div className="cap-label" style={labels === 'above' ? { width } : undefined}>
          <span className="dim">{text(resource === 'cpu' ? 'card.cpu' : labels === 'above' ? 'card.memory' : 'card.mem')}</span>
          {labels === 'above' && (
            <>
              <span className="grow" />
              {short > 0 && <span className="cap-short">{text('card.short', { amount: freeText(resource, short) })}</span>}
              {requested > shown && <span className="cap-short">{text('card.over', { amount: freeText(resource, requested - shown) })}</span>}
              <span className="cap-amount">{rich(text(resource === 'cpu' ? 'card.of' : 'card.ofGi', { used: amountText(resource, requested), whole: amountText(resource, shown) }))}</span>
            </>
          )}
        </div>
      )}
      <div className="meter" style={{ width }}>
        <div className="meter-rule" style={{ left: end, width: Math.max(0, width - end) }} />
        {ticks(resource, shown, span, width).map((tick) => <div key={tick} className="meter-tick" style={{ left: tick }} />)}
        <div className="meter-track" style={{ width: Math.min(end, width) }} />
        {draft !== undefined && draft > capacity && <div className="meter-grown" style={{ left: before, width: end - before }} />}
        {draft !== undefined && draft < capacity && <div className="meter-lost" style={{ left: end, width: before - end }} />}
        {blocks.map((block) => (
          <PodBlock key={block.pods[0]?.key} block={block} beyond={block.left + block.width > end + 1.5} {...blockMarks(block, props)} onPod={props.onPod} onHover={props.onHover} name={blockName(text, block, resource)} />
        ))}
        {pods.filter((pod) => pod.state === podStates.nominated).map((pod) => (
          <div key={pod.key} className="block block-nominated" style={{ left: used + 1, width: Math.max(2, (pod.amount / span) * width - 1) }} title={pod.key}><b>{(pod.amount / span) * width >= 14 ? pod.letter : ''}</b></div>
        ))}
        {over && <div className="meter-over" style={{ left: end, width: used - end }} />}
        {!props.readOnly && (
          <CapacityHandle
            resource={resource} node={props.node} value={capacity} draft={draft} requested={requested} span={span} width={width} tab={props.handleTab}
            onDraft={props.onDraft} onCommit={props.onCommit}
          />
        )}
        {ghost && props.ghost && (
          <>
            <div className={`ghost ghost-${ghost.over > 0 ? 'no' : props.ghost.look}`} style={{ left: ghost.left, width: ghost.width }}>{ghost.width >= 13 && ghost.over === 0 ? props.ghost.letter : ''}</div>
            {ghost.over > 0 && <div className="meter-over" style={{ left: before, width: ghost.over }} />}
          </>
        )}
        {fits && <div className="ghost ghost-whatif" title={text('card.wouldFit', { pod: fits.key })} style={{ left: used + 1, width: Math.max(2, (fits.amount / span) * width - 1) }}>{(fits.amount / span) * width >= 14 ? fits.letter : ''}</div>}
        {!fits && roomForWords > words.length * 5.6 * props.scale && width > 150 && <span className="meter-free" style={{ left: afterGhost + 7 }}>{words}</span>}
      </div>
    </div>
  )
})

function firstThatFits(waiting: readonly BarPod[], free: number): BarPod | undefined {
  return waiting.find((pod) => pod.amount > 0 && pod.amount <= free)
}

function blockMarks(block: Block, { outlined, nowPod }: CapacityBarProps): { readonly outlined: boolean; readonly now: boolean } {
  return { outlined: block.pods.some((pod) => pod.key === outlined), now: block.pods.some((pod) => pod.key === nowPod) }
}

function blockName(text: ReturnType<typeof useText>, block: Block, resource: CapacityResource): string {
  const [first] = block.pods
  if (!first || block.pods.length > 1) return block.pods.map((pod) => pod.key).join(', ')
  return text('block.name', { pod: first.key, state: text(`state.${first.state}`), amount: freeText(resource, first.amount) })
}

const stateNames: Readonly<Record<number, string>> = {
  [podStates.assumed]: 'assumed', [podStates.starting]: 'starting', [podStates.terminating]: 'terminating', [podStates.restarting]: 'restarting',
}

const PodBlock = memo(function PodBlock({ block, beyond, outlined, now, name, onPod, onHover }: {
  readonly block: Block
  readonly beyond: boolean
  readonly outlined: boolean
  readonly now: boolean
  readonly name: string
  readonly onPod: (key: string) => void
  readonly onHover: (key: string | undefined) => void
}): ReactNode {
  const key = block.pods[0]?.key as string
  const state = stateNames[block.state]
  const wide = block.width >= 60 && block.pods.length === 1
  return (
    <div
      className={`block${state ? ` block-${state}` : ''}`} data-pod={key} data-outlined={outlined || undefined} data-now={now || undefined} data-beyond={beyond || undefined}
      style={styleOf({ left: block.left, width: block.width, '--wc': workloadColor(block.hue) })} title={name}
      onClick={(event: MouseEvent) => { event.stopPropagation(); onPod(key) }} onMouseEnter={() => { onHover(key) }} onMouseLeave={() => { onHover(undefined) }}
    >
      <b>{block.letter}</b>
      {wide && <span className="block-name">{shortOf(key)}</span>}
    </div>
  )
}, (a, b) => a.name === b.name && a.beyond === b.beyond && a.outlined === b.outlined && a.now === b.now
  && a.block.left === b.block.left && a.block.width === b.block.width && a.block.hue === b.block.hue && a.block.state === b.block.state && a.block.letter === b.block.letter)

function shortOf(key: string): string {
  const name = key.slice(key.indexOf('/') + 1)
  const dash = name.indexOf('-')
  return dash > 0 ? name.slice(0, dash) : name
}

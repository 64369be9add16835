import type { ReactNode } from 'react'
import type { OwnershipView } from '../../protocol'
import { useText, workloadColor } from '../kit'
import { stripOf, type StripRow } from './strip'

/** Pods in being over Pods available, all of one width, against the posts that nothing may pass. */
export function LimitStrip({ view, now, onPod }: { readonly view: OwnershipView; readonly now: ReadonlySet<string>; readonly onPod: (key: string) => void }): ReactNode {
  const text = useText('workloads')
  const strip = stripOf(view)
  if (strip === undefined) return null
  return (
    <section className="wl-strip" aria-label={text(`strip.${strip.id}`)}>
      <div className="wl-strip-title"><h3>{text(`strip.${strip.id}`)}</h3><p>{text(`strip.${strip.id}.note`)}</p></div>
      <dl className="wl-strip-rows">
        {strip.rows.map((row) => <Row key={row.id} row={row} slots={strip.slots} hue={view.hue} now={now} onPod={onPod} />)}
      </dl>
    </section>
  )
}

function Row({ row, slots, hue, now, onPod }: { readonly row: StripRow; readonly slots: number; readonly hue: number; readonly now: ReadonlySet<string>; readonly onPod: (key: string) => void }): ReactNode {
  const text = useText('workloads')
  const at = row.post === undefined ? 0 : Math.min(1, row.post.at / slots)
  const post = row.post === undefined ? undefined : text(`post.${row.post.id}`, row.post.args)
  return (
    <div className="wl-strip-row" data-row={row.id}>
      <dt>{text(`row.${row.id}`)}</dt>
      <dd>
        <div className="wl-track" data-named={slots <= 12 ? '' : undefined}>
          {row.blocks.map((block, index) => {
            const { pod } = block
            const isNow = pod !== undefined && now.has(`Pod ${pod.slice(pod.indexOf('/') + 1)}`)
            // Where the block has no room for all of it the title has: they are not counted.
            const starting = block.label === 'starting'
            const label = starting ? <span className="wl-starting">{text('block.starting')}<b>{text('block.notCounted')}</b></span> : <span>{block.label}</span>
            const style = { width: `${(block.width / slots) * 100}%`, '--wl': workloadColor(hue), ...besides(row, index) } as React.CSSProperties
            const title = starting ? `${block.width}: ${text('block.starting')}${text('block.notCounted')}` : `${pod ?? block.width}: ${text(`block.look.${block.look}`)}`
            return pod === undefined
              ? <span key={block.key} className="wl-block" data-look={block.look} style={style} title={title}>{label}</span>
              : <button key={block.key} type="button" tabIndex={-1} className="wl-block" data-look={block.look} data-changed={isNow ? '' : undefined} style={style} title={title} onClick={() => { onPod(pod) }}>{label}</button>
          })}
          {post !== undefined && <span className="wl-strip-post" data-side={at > 0.75 ? 'right' : 'under'} style={{ left: `${at * 100}%` }}><i /><span>{post}</span></span>}
        </div>
        <strong className="wl-sum">{text(`sum.${row.sum.id}`, row.sum.args)}</strong>
      </dd>
    </div>
  )
}

/** A post through a block leaves its words the wider side. */
function besides({ blocks, post }: StripRow, index: number): React.CSSProperties {
  const block = blocks[index]
  if (post === undefined || block?.look !== 'empty') return {}
  const begin = blocks.slice(0, index).reduce((sum, each) => sum + each.width, 0)
  const share = (post.at - begin) / block.width
  if (share <= 0.02 || share >= 0.98) return {}
  return share < 0.5 ? { justifyItems: 'end' } : { justifyItems: 'start' }
}

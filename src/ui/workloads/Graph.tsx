import { useEffect, useMemo, useRef, useState, type CSSProperties, type KeyboardEvent, type ReactNode } from 'react'
import type { OwnershipView } from '../../protocol'
import { percent, useSize, useText, whole } from '../kit'
import { useSetUi, useUi, useView } from '../store'
import { AutoscalerCard, BudgetCard, GroupCard, RootCard, ServiceCard, SliceCard } from './Cards'
import { layOut, type Place } from './layout'
import { PodCard } from './PodCard'
import { Thread } from './Thread'

const scaleMin = 0.4
const scaleMax = 1.75
const edge = 18

/** How large the graph is drawn: as its width allows, all of it, or as the reader said. */
type Zoom = 'width' | 'all' | number

function placed(place: Place): CSSProperties {
  return { transform: `translate(${place.x}px, ${place.y}px)`, width: place.width, height: place.height }
}

/** A workload, its sets, its Pods with their containers, and what looks at them, in columns. */
export function Graph({ view, now, onPod }: { readonly view: OwnershipView; readonly now: readonly string[]; readonly onPod: (key: string) => void }): ReactNode {
  const text = useText('workloads')
  const setUi = useSetUi()
  const root = useRef<HTMLDivElement>(null)
  const scroll = useRef<HTMLDivElement>(null)
  const size = useSize(scroll, 1072, 600)
  const [zoom, setZoom] = useState<Zoom>('width')
  const fit = useUi((ui) => ui.zoomToFit)
  const [fitted, setFitted] = useState(fit)
  if (fitted !== fit) {
    setFitted(fit)
    setZoom('all')
  }
  const selection = useUi((ui) => ui.selection)
  const stage = useUi((ui) => ui.scale === 'stage')
  const running = useView((each) => each.running)
  const nowSet = useMemo(() => new Set(now), [now])
  const layout = useMemo(() => layOut(view, size.width - 2 * edge, nowSet), [view, size.width, nowSet])
  // On a projector it may be as large as it fits; at the desk full size is enough.
  const byWidth = Math.min(stage ? scaleMax : 1, (size.width - 2 * edge) / layout.width)
  const scale = Math.max(scaleMin, zoom === 'width' ? byWidth : zoom === 'all' ? Math.min(byWidth, (size.height - 8) / layout.height) : zoom)
  const isNow = (kind: string, name: string): { readonly 'data-now'?: '' } => (now[0] === `${kind} ${name}` ? { 'data-now': '' } : {})
  const pick = (name: string): void => { setUi({ selection: { kind: 'workload', name: `${view.namespace}/${name}` } }) }
  const first = now[0]
  useEffect(() => {
    // What just happened comes into sight, as far as it has to move for that.
    if (!running) scroll.current?.querySelector('[data-now]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [first, view.event, running])
  const keys = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || (event.key !== '+' && event.key !== '=' && event.key !== '-')) return
    event.preventDefault()
    event.stopPropagation()
    by(event.key === '-' ? 1 / 1.2 : 1.2)
  }
  const by = (factor: number): void => { setZoom(Math.max(scaleMin, Math.min(scaleMax, scale * factor))) }
  const level = percent(scale, 1)
  return (
    <div className="wl-pane" ref={root} onKeyDown={keys}>
      <div className="wl-scroll" ref={scroll} tabIndex={-1} role="group" aria-label={text('graph')}>
        <div className="wl-canvas" style={{ width: layout.width * scale, height: layout.height * scale, marginInline: edge }}>
          <div className="wl-graph" style={{ width: layout.width, height: layout.height, transform: `scale(${scale})` }}>
            <svg className="wl-edges" width={layout.width} height={layout.height} aria-hidden="true">
              {layout.edges.map(({ key, look, path, now: current }) => <path key={key} className="wl-edge" data-look={look} data-changed={current ? '' : undefined} d={path} />)}
            </svg>
            <p className="wl-column" style={{ transform: `translate(${layout.pods[0]?.x ?? 0}px, 0)` }}>{layout.pods.length > 0 && text(view.root.is === 'StatefulSet' ? 'pods.ordinal' : 'pods')}</p>
            {layout.autoscalers.map((place) => <div key={place.autoscaler.name} className="wl-card" style={placed(place)} {...isNow('HorizontalPodAutoscaler', place.autoscaler.name)}><AutoscalerCard autoscaler={place.autoscaler} /></div>)}
            {layout.root && <button type="button" className="wl-card wl-root" style={placed(layout.root)} onClick={() => { pick(view.name) }} {...isNow(view.kind, view.name)}><RootCard view={view} /></button>}
            {layout.budgets.map((place) => <div key={place.budget.name} className="wl-card" style={placed(place)} {...isNow('PodDisruptionBudget', place.budget.name)}><BudgetCard budget={place.budget} hue={view.hue} /></div>)}
            {layout.groups.map((place) => <button type="button" key={place.group.uid} className="wl-card" data-role={place.group.role} style={placed(place)} onClick={() => { pick(place.group.name) }} {...isNow(place.group.kind, place.group.name)}><GroupCard group={place.group} rolling={view.state === 'rolling'} /></button>)}
            {layout.pods.map((place) => (
              <div key={place.pod.uid} className="wl-place" style={placed(place)} {...isNow('Pod', place.pod.name)}>
                <PodCard pod={place.pod} groupKind={place.group.kind} letter={view.letter} hue={view.hue} isNow={nowSet.has(`Pod ${place.pod.name}`)} fresh={view.changed.includes(`Pod ${place.pod.key}`)} picked={selection?.kind === 'pod' && selection.name === place.pod.key} wide={place.width >= 264} onPick={() => { onPod(place.pod.key) }} />
              </div>
            ))}
            {layout.rests.map((place) => <p key={place.group.uid} className="wl-rest" style={placed(place)}>{text('rest', { count: whole(place.group.more) })}</p>)}
            {layout.slices.map((place) => <div key={place.slice.name} className="wl-card" style={placed(place)} {...isNow('EndpointSlice', place.slice.name)}><SliceCard place={place} now={nowSet} onPod={onPod} /></div>)}
            {layout.services.map((place) => <button type="button" key={place.service.name} className="wl-card" style={placed(place)} {...isNow('Service', place.service.name)} onClick={() => { pick(view.name) }}><ServiceCard service={place.service} /></button>)}
          </div>
        </div>
      </div>
      <div className="wl-foot">
        <ul className="wl-legend">{(['owns', 'traffic', 'listed'] as const).map((look) => (view.services.length > 0 || look === 'owns') && <li key={look}><svg width="26" height="6" aria-hidden="true"><path className="wl-edge" data-look={look} d="M1 3H25" /></svg>{text(`legend.${look}`)}</li>)}</ul>
        {view.emptyGroups > 0 && <span className="wl-empty cut">{text('empty', { count: view.emptyGroups })}</span>}
        <span className="grow" />
        <div className="zoom" role="group" aria-label={text('zoom')}>
          <button className="zoom-step" aria-label={text('zoom.out')} onClick={() => { by(1 / 1.2) }}>−</button>
          <span className="zoom-level" aria-label={text('zoom.level', { percent: level })}>{level.replace(' ', '')}</span>
          <button className="zoom-step" aria-label={text('zoom.in')} onClick={() => { by(1.2) }}>+</button>
          <button className="zoom-fit" onClick={() => { setZoom('all') }}>{text('fit')} <kbd aria-hidden="true">0</kbd></button>
        </div>
      </div>
      <Thread root={root} gutters={layout.gutters} scale={scale} mark={`${view.event} ${first ?? ''}`} />
    </div>
  )
}

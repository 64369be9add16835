import { useEffect, useMemo, useState, type ReactNode } from 'react'
import { splitKey, virtualOf, type CycleSummary, type Pod } from '../../api'
import { podStates, type ControlPlaneView, type QueuedPod } from '../../protocol'
import { Button, ChevronRight, Chip, clock, imageSize, PodTag, rich, shortName, span, useText } from '../kit'
import { Because, deletePod, openJourney, runToDecision, useExplanation, useLiveObject, useRow, useSession, useSetUi, useView } from '../store'
import { asksOf, imagesOf } from './asks'
import { FitErrorReader } from './FitErrorReader'
import { podKeyOf, ranking } from './analysis'

const stateNames = Object.fromEntries(Object.entries(podStates).map(([name, value]) => [value, name])) as Record<number, keyof typeof podStates>
const decidedMax = 3

/** A Pod at rest: what has become of it, because of what, and what it asks for. */
export function PodStory({ pod: key }: { readonly pod: string }): ReactNode {
  const text = useText('decision')
  const session = useSession()
  const pods = useView((view) => view.pods)
  const slot = pods.slotOf(key) ?? -1
  useRow(pods, slot)
  const workload = useView((view) => (slot < 0 ? undefined : view.workloadById.get(pods.workload[slot] as number)))
  const isNow = useView((view) => view.fact?.target.kind === 'pod' && view.fact.target.name === key)
  const object = useLiveObject(useMemo(() => ({ kind: 'pod' as const, name: key }), [key]))
  const pod = object === 'none' ? undefined : object as unknown as Pod | undefined
  const name = splitKey(key).name
  if (slot < 0 && object === 'none') return <p className="sec dim">{text('rest.gone', { name: key })}</p>
  const state = slot < 0 ? 'pending' : stateNames[pods.state[slot] as number] ?? 'pending'
  const decided = state !== 'pending' && state !== 'nominated'
  return (
    <>
      <div className="sec story-head">
        <div className="row story-id">
          {isNow && <span className="now-bar" aria-hidden="true" />}
          <PodTag letter={workload?.letter ?? '·'} hue={workload?.hue ?? 0} name={name} title={key} />
          <span className="grow" />
          <Chip large look={state === 'running' || state === 'succeeded' ? 'ok' : state === 'failed' ? 'no' : 'plain'} className={decided ? '' : 'chip-dashed'}>{text(`phase.${state}`)}</Chip>
        </div>
        <p className="lead"><Status podKey={key} pod={pod} state={state} node={slot < 0 ? undefined : pods.node[slot]} /></p>
      </div>
      {!decided && <LastRefusal podKey={key} />}
      <Because resource="pods" objectKey={key} />
      {pod && <Asks pod={pod} />}
      <DecidedBefore podKey={key} workload={workload?.id} />
      <div className="sec row story-acts">
        {!decided && <Button look="primary" hotkey="D" onClick={() => { void runToDecision(session, key) }}>{text('run')}</Button>}
        <Button hotkey="J" onClick={() => { openJourney(session, key) }}>{text('journey')}</Button>
        <Button onClick={() => { void deletePod(session, key) }}>{text('delete')}</Button>
      </div>
    </>
  )
}

function Status({ podKey, pod, state, node }: { readonly podKey: string; readonly pod: Pod | undefined; readonly state: keyof typeof podStates; readonly node: number | undefined }): ReactNode {
  const text = useText('decision')
  const now = useView((view) => view.now)
  const scheduler = useView((view) => view.controlPlane?.scheduler)
  const nodeName = useView((view) => (node === undefined || node < 0 ? '' : view.nodes.names[node] ?? ''))
  const created = useCreatedAt(podKey, pod)
  const age = Number.isFinite(created) ? span(Math.max(0, now - created)) : '…'
  if (state === 'pending') {
    const place = scheduler && placeOf(scheduler, podKey)
    if (!place) return rich(text(pod?.spec?.nodeName ? 'pod.running' : 'pod.unheard', { age, node: pod?.spec?.nodeName ?? '' }))
    switch (place.queue) {
      case 'active': return rich(text(place.index === 0 ? 'pod.queuedFirst' : 'pod.queued', { age }))
      case 'backoff': return rich(text('pod.backoff', { count: place.entry.attempts, until: clock(place.entry.until ?? now) }))
      case 'unschedulable': return rich(text('pod.unschedulable', { count: place.entry.attempts }))
      case 'gated': return text('pod.gated')
    }
  }
  const waiting = pod?.status?.containerStatuses?.find((status) => status.state?.waiting)?.state?.waiting
  return rich(text(`pod.${state}`, { node: nodeName, what: state === 'starting' && waiting?.reason ? `${waiting.reason}.` : '' }))
}

/** When the Pod was created. Its timestamp counts whole seconds; a young Pod's own mark knows it exactly. */
function useCreatedAt(podKey: string, pod: Pod | undefined): number {
  const marks = useView((view) => view.marks)
  const written = virtualOf(pod?.metadata.creationTimestamp)
  return useMemo(() => {
    const lane = marks.between('api', written, written + 1000)
    return lane.findLast((mark) => mark.shape === 'create' && mark.subject?.endsWith(podKey) === true)?.at ?? written
  }, [marks, written, podKey])
}

/** Why it found no node the last time, as the scheduler said it. */
function LastRefusal({ podKey }: { readonly podKey: string }): ReactNode {
  const session = useSession()
  const setUi = useSetUi()
  const cycles = useView((view) => view.controlPlane?.scheduler.cycles ?? 0)
  const revision = useView((view) => view.revision)
  const [last, setLast] = useState<CycleSummary>()
  useEffect(() => {
    let current = true
    session.call('cycles', { pod: podKey, limit: 1 }).then(([newest]) => { if (current) setLast(newest) }, () => undefined)
    return () => { current = false }
  }, [session, podKey, cycles, revision])
  const refused = last?.outcome === 'unschedulable' ? last : undefined
  const state = useExplanation(refused?.id)
  if (!refused || state?.is !== 'here') return null
  return <FitErrorReader explanation={state.explanation} onNode={(node) => { setUi({ openCycle: refused.id, pickedVerdict: node }) }} />
}

function placeOf(scheduler: ControlPlaneView['scheduler'], key: string): { readonly queue: 'active' | 'backoff' | 'unschedulable' | 'gated'; readonly index: number; readonly entry: QueuedPod } | undefined {
  for (const queue of ['active', 'backoff', 'unschedulable', 'gated'] as const) {
    const index = scheduler[queue].findIndex((entry) => entry.key === key)
    const entry = scheduler[queue][index]
    if (entry) return { queue, index, entry }
  }
  return undefined
}

function Asks({ pod }: { readonly pod: Pod }): ReactNode {
  const text = useText('decision')
  const asks = asksOf(pod, { hard: text('hard'), soft: text('soft'), noRequests: text('ask.noRequests'), kept: text('kept') })
  const images = imagesOf(pod)
  const sizes = useImageSizes(images)
  return (
    <div className="sec">
      <h4 className="sec-title">{text('asks')}</h4>
      <dl className="kv">
        {asks.map((ask) => (
          <div key={ask.key} className="kv-row"><dt>{text(ask.key)}</dt><dd className={ask.mono ? 'mono' : ''}>{ask.value === '' ? text('ask.nothing') : ask.value}</dd></div>
        ))}
        {images.length > 0 && <div className="kv-row"><dt>{text('ask.image')}</dt><dd className="mono">{images.map((image) => `${image}${sizes.get(image) === undefined ? '' : ` · ${imageSize(sizes.get(image) as number)}`}`).join(', ')}</dd></div>}
      </dl>
    </div>
  )
}

/** Sizes as nodes that have the image report them; read once an image. */
function useImageSizes(images: readonly string[]): ReadonlyMap<string, number> {
  const session = useSession()
  const key = images.join(' ')
  const [sizes, setSizes] = useState<ReadonlyMap<string, number>>(new Map())
  useEffect(() => {
    let current = true
    session.call('read', { path: '/api/v1/nodes', query: { limit: '50' } }).then((answer) => {
      const items = (answer.body as { readonly items?: readonly { readonly status?: { readonly images?: readonly { readonly names?: readonly string[]; readonly sizeBytes?: number }[] } }[] } | undefined)?.items ?? []
      const found = new Map<string, number>()
      for (const item of items) {
        for (const image of item.status?.images ?? []) {
          for (const name of image.names ?? []) for (const wanted of key.split(' ')) if (name === wanted || name.endsWith(`/${wanted}`)) found.set(wanted, image.sizeBytes ?? 0)
        }
      }
      if (current) setSizes(found)
    }, () => undefined)
    return () => { current = false }
  }, [session, key])
  return sizes
}

/** What was decided for the siblings, and for this Pod before. */
function DecidedBefore({ podKey, workload }: { readonly podKey: string; readonly workload: number | undefined }): ReactNode {
  const text = useText('decision')
  const session = useSession()
  const pods = useView((view) => view.pods)
  const cycles = useView((view) => view.controlPlane?.scheduler.cycles ?? 0)
  const revision = useView((view) => view.revision)
  const [found, setFound] = useState<readonly CycleSummary[]>([])
  useEffect(() => {
    let current = true
    session.call('cycles', { limit: 100 }).then((list) => { if (current) setFound(list) }, () => undefined)
    return () => { current = false }
  }, [session, cycles, podKey])
  const stem = podKey.replace(/-[a-z0-9]{5}$/, '')
  const same = found.filter((cycle) => {
    const key = podKeyOf(cycle)
    if (key === podKey) return true
    const slot = pods.slotOf(key)
    return slot === undefined ? key.startsWith(`${stem}-`) : workload !== undefined && workload === pods.workload[slot]
  }).filter((cycle) => cycle.revision <= revision).slice(0, decidedMax)
  if (same.length === 0) return null
  const own = same.every((cycle) => podKeyOf(cycle) === podKey)
  return (
    <div className="sec">
      <h4 className="sec-title">{text(own ? 'before.pod' : 'before')}</h4>
      <ul className="decided">
        {same.map((cycle) => <Decided key={cycle.id} cycle={cycle} />)}
      </ul>
    </div>
  )
}

function Decided({ cycle }: { readonly cycle: CycleSummary }): ReactNode {
  const text = useText('decision')
  const setUi = useSetUi()
  const state = useExplanation(cycle.outcome === 'scheduled' ? cycle.id : undefined)
  const note = useMemo(() => {
    if (cycle.outcome === 'unschedulable') return text('noneOf', { nodes: cycle.nodesTotal })
    if (cycle.outcome !== 'scheduled') return text(`outcome.${cycle.outcome}`)
    if (state?.is !== 'here') return ''
    const { explanation } = state
    if (!explanation.scoringRan) return text('onlyLeft')
    if (explanation.ties.length > 1) return text('tie', { count: explanation.ties.length })
    const [first, second] = ranking(explanation)
    return second ? text('ahead', { second: second.node, lead: (first?.total ?? 0) - second.total }) : ''
  }, [cycle, state, text])
  return (
    <li>
      <button type="button" title={text('open', { cycle: cycle.id })} onClick={() => { setUi({ openCycle: cycle.id, pickedCell: undefined, pickedVerdict: undefined }) }}>
        <span className="mono dim-2 cut">{shortName(cycle.pod.name)}</span><ChevronRight size={12} />
        <span className="mid cut">{cycle.node ?? '—'}</span><span className="dim cut">{note}</span>
      </button>
    </li>
  )
}

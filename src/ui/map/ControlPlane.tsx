import { Fragment, memo, useLayoutEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import { faultComponents } from '../../api'
import type { ControlPlaneView, QueuedPod } from '../../protocol'
import { Chip, CrossMark, Database, Filter, MapIcon, PodTag, RefreshCw, Terminal, shortName, span, useText, whole } from '../kit'
import { useSetUi, useUi, useView } from '../store'

/** Kinds as they fit a cell of etcd's strip. */
const shortKinds: Readonly<Record<string, string>> = {
  ReplicaSet: 'RS', Deployment: 'Dep', StatefulSet: 'STS', DaemonSet: 'DS', ConfigMap: 'CM', Namespace: 'NS', Service: 'Svc', EndpointSlice: 'EPS', Endpoints: 'EP', ServiceAccount: 'SA',
  PriorityClass: 'Prio', PersistentVolume: 'PV', PersistentVolumeClaim: 'PVC', ReplicationController: 'RC',
}

/** The control plane at rest: four components hang on the api-server's bar, and so does everything below it. */
export const ControlPlane = memo(function ControlPlane({ nowComponent, nowPod, low }: {
  readonly nowComponent: string | undefined
  readonly nowPod: string | undefined
  readonly low: boolean
}): ReactNode {
  const plane = useView((view) => view.controlPlane)
  const revision = useView((view) => view.revision)
  const selected = useUi((ui) => (ui.selection?.kind === 'component' ? ui.selection.name : undefined))
  const text = useText('map')
  return (
    <div className="plane" data-low={low || undefined}>
      <Component name="kubectl" icon={<Terminal size={16} />} now={nowComponent === 'kubectl'} picked={selected === 'kubectl'}>
        <Kubectl lines={plane?.kubectl ?? []} low={low} />
      </Component>
      <Component
        name="etcd" icon={<Database size={16} />} now={nowComponent === 'etcd'} picked={selected === 'etcd'}
        end={<span className="mono small plane-rev">{text('plane.rev', { revision: whole(revision) })}</span>}
      >
        {plane && <Etcd etcd={plane.etcd} low={low} />}
      </Component>
      <Component name="kube-controller-manager" icon={<RefreshCw size={16} />} now={nowComponent === 'kube-controller-manager'} picked={selected === 'kube-controller-manager'}>
        <Controllers controllers={plane?.controllers ?? []} low={low} />
      </Component>
      <Component
        name="kube-scheduler" icon={<Filter size={16} />} note={plane?.scheduler.profile} now={nowComponent === 'kube-scheduler'} picked={selected === 'kube-scheduler'}
        end={plane && <span className="small dim mid">{text('plane.cycles', { count: plane.scheduler.cycles })}</span>}
      >
        {plane && <Queues scheduler={plane.scheduler} nowPod={nowPod} low={low} />}
      </Component>
      <Bus plane={plane} now={nowComponent === 'kube-apiserver'} picked={selected === 'kube-apiserver'} />
    </div>
  )
})

function Component({ name, icon, note, end, now, picked, children }: {
  readonly name: string
  readonly icon: ReactNode
  readonly note?: string | undefined
  readonly end?: ReactNode
  readonly now: boolean
  readonly picked: boolean
  readonly children: ReactNode
}): ReactNode {
  const setUi = useSetUi()
  const trouble = useTrouble(name)
  return (
    <section className={`comp comp-${name}`} data-component={name} data-broken={trouble || undefined} data-now={now || undefined} data-picked={picked || undefined} aria-label={name}>
      <div className="comp-head">
        <button className="comp-name" onClick={() => { setUi({ selection: { kind: 'component', name } }) }}>{icon}<span className="cut">{name}</span></button>
        {note !== undefined && <span className="dim mid small comp-note">{note}</span>}
        <TroubleChip trouble={trouble} />
        <span className="grow" />
        {end}
      </div>
      {children}
    </section>
  )
}

function Kubectl({ lines, low }: { readonly lines: ControlPlaneView['kubectl']; readonly low: boolean }): ReactNode {
  const text = useText('map')
  const shown = lines.slice(low ? -1 : -3)
  if (shown.length === 0) return <div className="small dim comp-quiet">{text('plane.quiet')}</div>
  return (
    <div className="mono kubectl-lines">
      {shown.map((line, index) => <div key={index} className={line.ok ? index === shown.length - 1 && shown.length > 1 ? 'ok-text' : 'dim-2' : 'no-text'} title={line.text}>{line.text}</div>)}
    </div>
  )
}

function Etcd({ etcd, low }: { readonly etcd: ControlPlaneView['etcd']; readonly low: boolean }): ReactNode {
  const text = useText('map')
  const newest = etcd.recent.reduce((most, entry) => Math.max(most, entry.revision), 0)
  return (
    <>
      {!low && (
        <div className="etcd-cells" aria-hidden="true">
          {etcd.recent.slice(-5).map((entry) => (
            <div key={entry.revision} className="etcd-cell" data-now={(entry.revision === newest && entry.revision === etcd.revision) || undefined} title={`${entry.revision} ${entry.verb} ${entry.kind}`}>
              <span className="mono">{entry.revision}</span>
              <span className="dim cut">{shortKinds[entry.kind] ?? entry.kind}</span>
            </div>
          ))}
        </div>
      )}
      <div className="small dim comp-line cut">{text(low ? 'plane.keysShort' : 'plane.keys', { keys: whole(etcd.keys), watches: whole(etcd.watches) })}</div>
    </>
  )
}

/** As many controllers as two or three rows hold; one at work, or one that is left out, is always among them. */
function Controllers({ controllers, low }: { readonly controllers: ControlPlaneView['controllers']; readonly low: boolean }): ReactNode {
  const text = useText('map')
  const box = useRef<HTMLDivElement>(null)
  const [room, setRoom] = useState(8)
  const count = controllers.length
  useLayoutEffect(() => {
    // Measured once a width and number of controllers: chips are hidden from the first one that would begin a row too many.
    const element = box.current
    if (!element) return
    const measure = (): void => {
      const chips = [...element.children] as HTMLElement[]
      const limit = element.clientHeight + 1
      const fitting = chips.filter((chip) => chip.offsetTop - element.offsetTop + chip.offsetHeight <= limit).length
      setRoom((before) => (chips.length > fitting ? Math.max(1, fitting - 1) : before))
    }
    measure()
    const observer = new ResizeObserver(() => { setRoom(count) })
    observer.observe(element)
    return () => { observer.disconnect() }
  }, [count, room])
  const busy = controllers.findIndex((controller) => controller.active || controller.queued > 0)
  const active = busy >= 0 ? busy : controllers.findIndex((controller) => controller.stopped === true)
  const shown = controllers.slice(0, room)
  if (active >= room && room > 0 && controllers[active]) shown[room - 1] = controllers[active]
  const rest = controllers.length - shown.length
  return (
    <div className="comp-controllers" ref={box} data-low={low || undefined}>
      {shown.map((controller) => (
        <Chip key={controller.name} className={controller.active ? 'chip-working' : ''} {...(controller.stopped === true ? { look: 'no' as const } : {})} title={controller.active ? text('plane.working', { name: controller.name }) : text('plane.queued', { name: controller.name, count: controller.queued })}>
          {controller.stopped === true && <CrossMark size={8} />}{(controller.active || controller.queued > 0) && <span className="dot dot-chip" style={controller.active ? { background: 'var(--now)' } : undefined} />}{controller.name}
        </Chip>
      ))}
      {rest > 0 && <Chip>{text('plane.more', { count: rest })}</Chip>}
    </div>
  )
}

const lanes = ['active', 'backoff', 'unschedulable', 'gated'] as const

function Queues({ scheduler, nowPod, low }: { readonly scheduler: ControlPlaneView['scheduler']; readonly nowPod: string | undefined; readonly low: boolean }): ReactNode {
  const text = useText('map')
  return (
    <div className="lanes">
      {lanes.map((lane) => (
        <div key={lane} className="lane" data-lane={lane}>
          <span className="lane-name">{text(`plane.${lane}`)}</span>
          <span className="lane-track">
            {scheduler[lane].length === 0 && <span className="micro dim">{low ? '0' : text('plane.empty')}</span>}
            {shownOf(scheduler[lane], low ? 1 : 12, nowPod).map((pod) => <LanePod key={pod.key} pod={pod} lane={lane} now={pod.key === nowPod} />)}
            {low && scheduler.lengths[lane] > 1 && <span className="micro dim">{text('plane.more', { count: scheduler.lengths[lane] - 1 })}</span>}
            {!low && <LaneNote pods={scheduler[lane]} lane={lane} length={scheduler.lengths[lane]} />}
          </span>
        </div>
      ))}
    </div>
  )
}

/** The first ones of a lane; the one that something just happened to is always among them. */
function shownOf(pods: readonly QueuedPod[], count: number, now: string | undefined): readonly QueuedPod[] {
  const shown = pods.slice(0, count)
  const last = pods.findIndex((pod) => pod.key === now)
  if (last >= count && pods[last]) shown[count - 1] = pods[last]
  return shown
}

function LanePod({ pod, lane, now }: { readonly pod: QueuedPod; readonly lane: (typeof lanes)[number]; readonly now: boolean }): ReactNode {
  const setUi = useSetUi()
  const workload = useView((view) => view.workloadById.get(pod.workload))
  const selected = useUi((ui) => ui.selection?.kind === 'pod' && ui.selection.name === pod.key)
  return (
    <button
      className="lane-pod" data-queue-pod={pod.key} data-picked={selected || undefined} aria-label={pod.key}
      onClick={() => { setUi({ selection: { kind: 'pod', name: pod.key } }) }}
    >
      <PodTag letter={workload?.letter ?? '·'} hue={workload?.hue ?? 0} name={tail(pod.key)} title={pod.key} state={now ? 'now' : lane === 'active' ? 'plain' : 'waiting'} />
    </button>
  )
}

/** A Pod's own part of its name: the generated ending, or what follows the last dash. */
function tail(key: string): string {
  const short = shortName(key)
  return short.length <= 8 ? short : short.slice(short.lastIndexOf('-') + 1) || short
}

/** What the first Pod of a lane waits for. */
function LaneNote({ pods, lane, length }: { readonly pods: readonly QueuedPod[]; readonly lane: (typeof lanes)[number]; readonly length: number }): ReactNode {
  const text = useText('map')
  const now = useView((view) => (lane === 'backoff' ? Math.floor(view.now / 100) * 100 : 0))
  const first = pods[0]
  if (!first) return null
  const more = length > 12 ? <span className="micro dim nowrap">{text('plane.more', { count: length - 12 })}</span> : null
  if (pods.length > 3) return more
  if (lane === 'backoff' && first.until !== undefined) return <span className="micro dim nowrap">{text('plane.until', { time: span(Math.max(0, first.until - now)) })}</span>
  if (lane === 'unschedulable') {
    const reason = reasonOf(first)
    return <span className="micro dim cut" title={first.message}>{text('plane.retriedOn', { reason })}</span>
  }
  if (lane === 'gated') return <span className="micro dim cut">{first.message ?? first.plugins?.join(', ')}</span>
  return more
}

/** The commonest reason of a FitError: "0/6 nodes are available: 1 Insufficient cpu, 4 …" is "Insufficient cpu" when it is among them. */
function reasonOf({ message, plugins }: QueuedPod): string {
  const clauses = (message ?? '').replace(/^[^:]*:\s*/, '').replace(/\.\s*(?:preemption:.*)?$/, '').split(/,\s+(?=\d)/)
  const counted = clauses.flatMap((clause) => {
    const match = /^(\d+)\s+(.+?)\.?$/.exec(clause)
    return match ? [{ count: Number(match[1]), reason: match[2] as string }] : []
  })
  const insufficient = counted.find((one) => one.reason.startsWith('Insufficient'))
  return insufficient?.reason ?? counted.sort((a, b) => b.count - a.count)[0]?.reason ?? plugins?.join(', ') ?? ''
}

function Bus({ plane, now, picked }: { readonly plane: ControlPlaneView | undefined; readonly now: boolean; readonly picked: boolean }): ReactNode {
  const text = useText('map')
  const setUi = useSetUi()
  const request = plane?.apiserver
  const trouble = useTrouble('kube-apiserver')
  return (
    <div className="bus" data-component="kube-apiserver" data-now={now || undefined} data-picked={picked || undefined}>
      <button className="bus-name" onClick={() => { setUi({ selection: { kind: 'component', name: 'kube-apiserver' } }) }}><MapIcon size={15} />kube-apiserver</button>
      <TroubleChip trouble={trouble} />
      <span className="grow" />
      {request && trouble !== 'stopped'
        ? <Fragment><span className="mono small dim-2 cut" title={request.path}>{request.method} {request.path}</span><Chip look={request.code < 400 ? 'ok' : 'no'}>{request.code}</Chip></Fragment>
        : trouble !== 'stopped' && <span className="small dim">{text('plane.idle')}</span>}
      <span className="grow" />
      <span className="small dim nowrap bus-watches">{text('plane.watches', { count: plane?.etcd.watches ?? 0 })}</span>
    </div>
  )
}

/** What is broken of a component; undefined when it is whole. */
function useTrouble(name: string): 'stopped' | 'slow' | undefined {
  return useView((view) => {
    for (const { kind } of view.faults) {
      if (faultComponents[kind] === name) return kind === 'etcd' ? 'slow' : 'stopped'
    }
    return undefined
  })
}

function TroubleChip({ trouble }: { readonly trouble: 'stopped' | 'slow' | undefined }): ReactNode {
  const text = useText('map')
  return trouble === undefined ? null : <Chip look="no" className="keep"><CrossMark size={9} />{text(`plane.${trouble}`)}</Chip>
}

const pills = [
  ['kubectl', Terminal], ['etcd', Database], ['kube-controller-manager', RefreshCw], ['kube-apiserver', MapIcon], ['kube-scheduler', Filter],
] as const

/** During a decision the control plane is one line. */
export const PillStrip = memo(function PillStrip({ now, note }: { readonly now: string; readonly note: string }): ReactNode {
  const text = useText('map')
  const setUi = useSetUi()
  const revision = useView((view) => view.revision)
  const watches = useView((view) => view.controlPlane?.etcd.watches ?? 0)
  const title = useMemo(() => text('plane.watches', { count: watches }), [text, watches])
  return (
    <div className="pills">
      {pills.map(([name, Icon]) => (
        <button key={name} className="pill" data-component={name} data-now={name === now || undefined} title={name === 'kube-apiserver' ? title : name} onClick={() => { setUi({ selection: { kind: 'component', name } }) }}>
          <Icon size={13} />{name === 'etcd' ? `etcd ${text('plane.rev', { revision: whole(revision) })}` : name}
        </button>
      ))}
      <span className="grow" />
      <span className="small dim nowrap">{note}</span>
    </div>
  )
})

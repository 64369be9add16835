import type { ReactNode } from 'react'
import type { JourneyView } from '../../protocol'
import { Chip, Database, Filter, MapIcon, RefreshCw, rich, span, Terminal, useText, whole } from '../kit'
import { useExplanation, useSetUi, useView } from '../store'
import { Disc } from './Disc'
import { shownState } from './follow'

const shortKinds: Readonly<Record<string, string>> = {
  ReplicaSet: 'RS', Deployment: 'Dep', StatefulSet: 'STS', DaemonSet: 'DS', ConfigMap: 'CM', Namespace: 'NS', Service: 'Svc', EndpointSlice: 'EPS', Endpoints: 'EP', ServiceAccount: 'SA',
}
/** Larger clusters' explanations are megabytes: their numbers are for the decision's own view. */
const explainedMax = 200
const totalsShown = 3
const rejectsShown = 4

/** The control plane as this Pod meets it; messages hang between its parts and the api-server's bar. */
export function ControlPlane({ view, current }: { readonly view: JourneyView; readonly current: number }): ReactNode {
  const text = useText('journey')
  const byController = view.controller !== undefined || view.by.startsWith('kube-')
  const [asks, stored, heard, decides, binds, bound, kubelet] = view.steps
  return (
    <div className="jny-plane" role="group" aria-label={text('plane')}>
      <Component name="kubectl" icon={<Terminal size={15} />} actor={byController ? undefined : 'client'} quiet={byController} ports={byController ? undefined : <Disc step={asks} current={current} />}>
        <Kubectl quiet={byController} />
      </Component>
      <Component name="etcd" icon={<Database size={15} />} actor="etcd" end={<Revision />} ports={<><Disc step={stored} current={current} /><Disc step={bound} current={current} /></>}>
        <Etcd view={view} />
      </Component>
      <Component name="kube-controller-manager" icon={<RefreshCw size={15} />} actor={byController ? 'client' : undefined} quiet={!byController} ports={byController ? <Disc step={asks} current={current} /> : undefined}>
        <p className="small dim jny-said">
          {byController ? text('manager.made', { controller: view.controller ?? view.by }) : text('manager.out', { pod: bare(view.pod) })}
          {byController && view.owner !== undefined && <> {text('owner', view.owner)}</>}
        </p>
      </Component>
      <Component
        name="kube-scheduler" icon={<Filter size={15} />} actor="scheduler" quiet={decides?.state === 'never'} note={view.cycle === undefined || decides?.state === 'known' ? undefined : text('cycle', { cycle: view.cycle.id })}
        end={decides?.until !== undefined && decides.at !== undefined && decides.state === 'past' ? <span className="small dim">{span(decides.until - decides.at)}</span> : undefined}
        ports={<><Disc step={heard} current={current} /><Disc step={binds} current={current} /></>} side={<Disc step={decides} current={current} />}
      >
        <Scheduler view={view} />
      </Component>
      <Bus port={<Disc step={kubelet} current={current} />} own={requestOf(view, current)} />
    </div>
  )
}

function bare(key: string): string {
  return key.slice(key.indexOf('/') + 1)
}

function Component({ name, icon, note, end, actor, quiet = false, ports, side, children }: {
  readonly name: string
  readonly icon: ReactNode
  readonly note?: string | undefined
  readonly end?: ReactNode
  readonly actor: string | undefined
  readonly quiet?: boolean
  readonly ports?: ReactNode
  readonly side?: ReactNode
  readonly children: ReactNode
}): ReactNode {
  return (
    <section className="jny-comp" data-actor={actor} data-quiet={quiet || undefined} aria-label={name}>
      <h3 className="jny-comp-head">{icon}<span className="cut" title={name}>{name}</span>{note !== undefined && <span className="dim small mid">{note}</span>}<span className="grow" />{end}</h3>
      {children}
      {ports !== undefined && <div className="jny-ports">{ports}</div>}
      {side !== undefined && <div className="jny-side">{side}</div>}
    </section>
  )
}

function Revision(): ReactNode {
  const text = useText('journey')
  const revision = useView((view) => view.revision)
  return <span className="mono small dim-2">{text('rev', { revision: whole(revision) })}</span>
}

function Kubectl({ quiet }: { readonly quiet: boolean }): ReactNode {
  const text = useText('journey')
  const lines = useView((view) => view.controlPlane?.kubectl)?.slice(-2) ?? []
  if (quiet) return <p className="small dim jny-said">{text('client.quiet')}</p>
  return <div className="mono jny-lines">{lines.map((line, index) => <div key={index} className={line.ok ? index === lines.length - 1 ? 'ok-text' : 'dim-2' : 'no-text'} title={line.text}>{line.text}</div>)}</div>
}

/** The store's newest revisions; those of this Pod stand out. */
function Etcd({ view }: { readonly view: JourneyView }): ReactNode {
  const text = useText('journey')
  const recent = useView((now) => now.controlPlane?.etcd.recent) ?? []
  const own = new Map(view.steps.flatMap((step) => (typeof step.args['revision'] === 'number' && step.state !== 'known' ? [[step.args['revision'], step.id === 'bound' ? 'Binding' : 'Pod'] as const] : [])))
  const cells = [...recent.filter((entry) => !own.has(entry.revision)).map(({ revision, kind }) => ({ revision, word: shortKinds[kind] ?? kind, own: false })), ...[...own].map(([revision, word]) => ({ revision, word, own: true }))]
    .sort((a, b) => a.revision - b.revision).slice(-4)
  if (cells.length === 0) return <p className="small dim jny-said">{text('etcd.empty')}</p>
  return (
    <div className="jny-cells">
      {cells.map((cell) => <div key={cell.revision} className="jny-cell" data-own={cell.own || undefined}><span className="mono">{cell.revision}</span><span className="cut">{cell.word}</span></div>)}
    </div>
  )
}

function Scheduler({ view }: { readonly view: JourneyView }): ReactNode {
  const text = useText('journey')
  const setUi = useSetUi()
  const { cycle, steps } = view
  const [heard, decides] = [steps[2], steps[3]]
  const come = decides?.state === 'past' || decides?.state === 'now'
  const state = useExplanation(come && cycle?.decided === true && cycle.nodes <= explainedMax ? cycle.id : undefined)
  const explanation = state?.is === 'here' ? state.explanation : undefined
  if (decides?.state === 'never') return <p className="small dim jny-said">{text('scheduler.out')}</p>
  if (cycle === undefined || !come) return <p className="small dim jny-said">{text(heard?.state === 'past' || heard?.state === 'now' ? 'scheduler.heard' : 'scheduler.idle')}</p>
  const totals = [...explanation?.totals ?? []].sort((a, b) => b.total - a.total).slice(0, totalsShown)
  const rejects = (explanation?.filters ?? []).flatMap((filter) => filter.verdicts.filter((verdict) => verdict.reported && verdict.code !== 'Success').map((verdict) => ({ plugin: filter.plugin, node: verdict.node })))
  return (
    <>
      <div className="jny-numbers">
        {cycle.decided
          ? <span><span className="dim">{text('filter')}</span> <b>{cycle.nodes} → {cycle.feasible}</b></span>
          : <span className="dim">{rich(text('note.deciding', { cycle: cycle.id, nodes: cycle.nodes }))}</span>}
        {totals.length > 0 && <span className="cut"><span className="dim">{text('score')}</span>{totals.map((one, index) => <span key={one.node} className={index === 0 ? 'strong' : 'dim-2'}> {one.node} {whole(one.total)} </span>)}</span>}
        {cycle.decided && cycle.node !== '' && totals.length === 0 && <b>{cycle.node}</b>}
      </div>
      <div className="jny-rejects">
        {rejects.slice(0, rejectsShown).map(({ plugin, node }) => <Chip key={`${plugin} ${node}`}>{plugin} ✕ {node}</Chip>)}
        {cycle.decided && <button type="button" className="link small" onClick={() => { setUi({ openCycle: cycle.id, tab: 'decision', inspectorOpen: true }) }}>{text('openDecision')}</button>}
      </div>
    </>
  )
}

interface Request { readonly method: string; readonly path: string; readonly code: number }

/** The request that the step on show is; an event may hold others besides it. */
function requestOf({ pod, steps }: JourneyView, current: number): Request | undefined {
  const step = steps[current - 1]
  if (step === undefined || step.to !== 'apiserver' || shownState(step, current) !== 'now') return undefined
  const [namespace = '', name = ''] = pod.split('/')
  const path = `/api/v1/namespaces/${namespace}/pods`
  if (step.id === 'binds') return { method: 'POST', path: `${path}/${name}/binding`, code: Number(step.args['code'] ?? 201) }
  if (step.id === 'running') return { method: 'PATCH', path: `${path}/${name}/status`, code: 200 }
  const method = String(step.args['method'] ?? 'POST')
  return { method, path: method === 'POST' ? path : `${path}/${name}`, code: 201 }
}

function Bus({ port, own }: { readonly port: ReactNode; readonly own: Request | undefined }): ReactNode {
  const text = useText('journey')
  const last = useView((view) => view.controlPlane?.apiserver)
  const request = own ?? last
  return (
    <section className="jny-bus" data-actor="apiserver" aria-label="kube-apiserver">
      <h3 className="jny-comp-head"><MapIcon size={15} />kube-apiserver</h3>
      <span className="grow" />
      {request
        ? <><span className="mono small dim-2 cut" title={request.path}>{request.method} {request.path}</span><Chip look={request.code < 400 ? 'ok' : 'no'}>{request.code}</Chip></>
        : <span className="small dim">{text('bus.idle')}</span>}
      <span className="grow" />
      <span className="small dim nowrap jny-bus-note">{text('admission')}</span>
      <div className="jny-ports jny-ports-bus">{port}</div>
    </section>
  )
}

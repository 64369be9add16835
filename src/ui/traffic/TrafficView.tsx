import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import { pathOf, resources, splitKey, type ProxyModeName, type TrafficClient } from '../../api'
import { compareText } from '../../base'
import type { EndpointView, ServiceView, TrafficView as Traffic } from '../../protocol'
import { Button, ChevronLeft, ChevronRight, IconButton, Segmented, Tabs, useText, whole, type Text } from '../kit'
import { readObject, tellError, useSession, useSetUi, useShallow, useTable, useUi, useView, type Session } from '../store'
import { useDesk, useServices, useSetDesk, useTraffic, useWalk } from './asks'
import { ChainColumn } from './ChainColumn'
import { ClientColumn } from './ClientColumn'
import { clientKey, clientOf, outsideAddress, settle } from './desk'
import { EndpointColumn } from './EndpointColumn'
import { hopsOf } from './hops'
import { ModeCards, proxyModeNames } from './ModeCards'
import { RulesPanel } from './RulesPanel'
import { Threads } from './Threads'
import { TrafficPanel, type ClientGroup } from './TrafficPanel'
import './traffic.css'
import './words'

const clientsMax = 200

/** A Service's requests: who sends, the rules each meets, who takes it. */
export function TrafficView(): ReactNode {
  const list = useServices()
  const wanted = useUi((ui) => ui.service)
  const services = list?.services ?? []
  const chosen = services.find((service) => service.key === wanted) ?? services.find((service) => service.ready > 0) ?? services.find((service) => service.key !== 'default/kubernetes')
  if (list === undefined || list === null) return <div className="traffic" aria-busy="true" />
  if (chosen === undefined) return <NoService />
  return <ServiceTraffic key={chosen.key} service={chosen} services={services} />
}

function ServiceTraffic({ service, services }: { readonly service: ServiceView; readonly services: readonly ServiceView[] }): ReactNode {
  const text = useText('traffic')
  const session = useSession()
  const setUi = useSetUi()
  const setDesk = useSetDesk()
  const desk = useDesk(useShallow(({ port, client, target, keepAlive, walk, hop, tab }) => ({ port, client, target, keepAlive, walk, hop, tab })))
  const clients = useClients(service, text)
  const nodeNames = useNodeNames()
  const [ruleNode, setRuleNode] = useState<string>()
  const width = useUi((ui) => ui.inspectorWidth)
  const client = desk.client !== undefined && clients.some((group) => group.choices.some((choice) => choice.value === desk.client)) ? desk.client : clients[0]?.choices[0]?.value ?? clientKey({ outside: outsideAddress })
  const from = useMemo(() => clientOf(client), [client])
  const clientNode = useNodeOf(from)
  const port = service.ports.find((each) => each.name === desk.port) ?? service.ports[0]
  const traffic = useTraffic(service.key, port?.name, clientNode) ?? undefined
  const targets = useTargets(service, port?.port ?? 80, port?.nodePort, from)
  const target = Math.min(desk.target, targets.length - 1)
  const shownId = desk.walk ?? traffic?.records[0]?.id
  const walk = useWalk(shownId) ?? undefined
  const newest = walk !== undefined && (walk.record.service === undefined || walk.record.service === service.key) ? walk : undefined
  // After a change of mode or scheduler the rules of now are shown, until a request has met them.
  const current = newest !== undefined && (desk.walk !== undefined || traffic === undefined || newest.record.nodes.length === 0 || (newest.record.mode === traffic.mode && (newest.virtualServer === undefined || newest.virtualServer.scheduler === traffic.proxy.scheduler))) ? newest : undefined
  const hops = useMemo(() => (current === undefined ? [] : hopsOf(current)), [current])
  const hop = Math.max(0, Math.min(desk.hop ?? hops.length - 1, hops.length - 1))
  const been = useMemo(() => hops.slice(0, hop + 1), [hops, hop])
  const reached = useMemo(() => new Set(been.map((each) => each.anchor)), [been])
  const atEnd = hop >= hops.length - 1
  const canvas = useRef<HTMLDivElement>(null)

  const send = useCallback((count: number): void => {
    setDesk({ walk: undefined, hop: undefined })
    session.call('send', { from, to: targets[target] ?? service.name, count, ...(desk.keepAlive ? { keepAlive: true } : {}) }).catch((error: unknown) => { tellError(session, error) })
  }, [session, setDesk, from, targets, target, service.name, desk.keepAlive])
  useKeys({ send, hop, hops: hops.length, setHop: (next) => { setDesk({ hop: next, ...(shownId === undefined ? {} : { walk: desk.walk ?? shownId }) }) } })

  if (traffic === undefined) return <div className="traffic" aria-busy="true" />
  const mode = traffic.mode
  const override = clientNode === undefined ? undefined : traffic.proxy.modes[clientNode]
  const pickMode = (next: ProxyModeName): void => { void changeMode(session, next, override === undefined ? undefined : clientNode) }
  const endpoints: readonly EndpointView[] = port?.endpoints ?? []
  const rate = traffic.proxy.flows.find((flow) => clientKey(flow.from) === client && flow.to === targets[target])?.perSecond ?? 0
  const nowEndpoint = atEnd && current?.record.outcome === 'answered' ? current.record.endpoint : undefined
  const record = current?.record
  return (
    <div className="traffic">
      <div className="traffic-main">
        <header className="traffic-head row">
          <label className="row traffic-pick"><span className="strong">{text('service')}</span><ServicePick services={services} service={service} /></label>
          <span className="mono dim-2">{addressText(service, port?.port)}</span>
          {service.ports.length > 1 && <select className="traffic-select small" aria-label={text('port')} value={port?.name ?? ''} onChange={(event) => { setDesk({ port: event.target.value }) }}>{service.ports.map((each) => <option key={each.name} value={each.name}>{each.name} {each.port}</option>)}</select>}
          <span className="dim cut">{text('endpoints', { type: service.type, count: endpoints.filter((endpoint) => endpoint.ready).length })}</span>
          <span className="grow" />
          {hops.length > 1 && (
            <span className="row traffic-hops">
              <IconButton label={text('hop.back')} hotkey="←" disabled={hop === 0} onClick={() => { setDesk({ hop: hop - 1, walk: shownId }) }}><ChevronLeft size={15} /></IconButton>
              <span className="small dim-2 nowrap">{text('hop', { hop: hop + 1, of: hops.length })}</span>
              <IconButton label={text('hop.on')} hotkey="→" disabled={atEnd} onClick={() => { setDesk({ hop: hop + 1, walk: shownId }) }}><ChevronRight size={15} /></IconButton>
            </span>
          )}
          <span className="row traffic-proxy">
            <span className="small dim cut">{clientNode === undefined ? '' : text('proxyOn', { node: clientNode })}{traffic.proxy.pending || traffic.behind ? ` · ${text('pending', { revision: whole(traffic.revision) })}` : override === undefined || clientNode === undefined ? '' : ` · ${text('onlyHere', { node: clientNode })}`}</span>
            <Segmented label={text('mode')} value={mode} onChange={pickMode} segments={proxyModeNames.map((name) => ({ value: name, label: text(`mode.${name}`) }))} />
          </span>
        </header>
        <div className="traffic-scroll" tabIndex={-1}>
          <div className="traffic-canvas" ref={canvas}>
            <ClientColumn client={from} clientNode={clientNode} target={targets[target] ?? ''} walk={current} traffic={traffic} reached={atEnd} />
            <div className="traffic-middle">
              <ChainColumn traffic={traffic} walk={current} reached={reached} onScheduler={(next) => { void changeMode(session, traffic.proxy.mode, undefined, next) }} />
              <ModeCards mode={mode} scheduler={traffic.proxy.scheduler} walk={newest} onPick={pickMode} />
            </div>
            <EndpointColumn traffic={traffic} node={clientNode} endpoints={endpoints} now={nowEndpoint} />
            <Threads canvas={canvas} hops={been} failed={atEnd && record !== undefined && record.outcome !== 'answered'} version={`${traffic.revision} ${mode} ${current?.record.id ?? 0} ${traffic.tally?.total ?? 0} ${hop}`} />
          </div>
        </div>
        {record !== undefined && <p className="visually-hidden">{text('summary', { id: record.id, client: record.client, outcome: text(`outcome.${record.outcome}`), endpoint: record.endpoint ?? '' })}</p>}
      </div>
      <aside className="traffic-panel" style={{ width }} aria-label={text('tabs')}>
        <Tabs label={text('tabs')} value={desk.tab} onChange={(tab) => { setDesk({ tab }) }} tabs={[
          {
            value: 'traffic', label: text('tab.traffic'), panel: (
              <TrafficPanel
                traffic={traffic} endpoints={endpoints} clients={clients} client={client} targets={targets} target={target} now={record}
                onClient={(next) => { setDesk({ client: next }) }} onTarget={(next) => { setDesk({ target: next }) }} onSend={send}
                rate={rate} onRate={(perSecond) => { setSteady(session, from, targets[target] ?? service.name, perSecond) }}
              />
            ),
          },
          { value: 'rules', label: text('tab.rules'), panel: <RulesPanel node={ruleNode ?? clientNode ?? nodeNames[0] ?? ''} nodes={nodeNames} onNode={setRuleNode} moment={`${traffic.revision} ${traffic.proxy.mode} ${traffic.proxy.scheduler} ${JSON.stringify(traffic.proxy.modes)} ${traffic.proxy.sent}`} service={service} port={port} /> },
        ]}
        end={<Button size="small" look="quiet" onClick={() => { setUi({ view: 'editor' }) }}>YAML</Button>}
        />
      </aside>
    </div>
  )
}

function addressText(service: ServiceView, port: number | undefined): string {
  return service.clusterIP === undefined ? service.externalName ?? '' : `${service.clusterIP}:${port ?? ''}`
}

/** R sends; ← and → go along the packet's way while it has one, and past its ends they are the clock's again. */
function useKeys(state: { readonly send: (count: number) => void; readonly hop: number; readonly hops: number; readonly setHop: (hop: number) => void }): void {
  const latest = useRef(state)
  useEffect(() => { latest.current = state })
  useEffect(() => {
    const down = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || !(event.target instanceof Element)) return
      if (event.target.closest('input:not([type="checkbox"]), textarea, select, [contenteditable="true"], [role="dialog"], [role="menu"], .monaco-editor')) return
      if (event.key !== 'r' && event.target.closest('[role="radiogroup"], [role="tablist"], [role="separator"], .timeline')) return
      const { send, hop, hops, setHop } = latest.current
      if (event.key === 'r') send(1)
      else if (event.key === 'ArrowLeft' && hop > 0) setHop(hop - 1)
      else if (event.key === 'ArrowRight' && hop < hops - 1) setHop(hop + 1)
      else return
      event.preventDefault()
      event.stopPropagation()
    }
    // Before the keys of the whole page.
    addEventListener('keydown', down, true)
    return () => { removeEventListener('keydown', down, true) }
  }, [])
}

/** Begins, changes or ends what a client sends every second. */
function setSteady(session: Session, from: TrafficClient, to: string, perSecond: number): void {
  session.call('send', { from, to, count: Math.max(1, perSecond), steady: perSecond > 0 }).catch((error: unknown) => { tellError(session, error) })
}

async function changeMode(session: Session, mode: ProxyModeName, node: string | undefined, scheduler?: Traffic['proxy']['scheduler']): Promise<void> {
  try {
    const { status } = await session.call('proxyMode', { mode, ...(node === undefined ? {} : { node }), ...(scheduler === undefined ? {} : { scheduler }) })
    if (status !== undefined) session.ui.setState({ notice: { text: status.message ?? '', tone: 'no' } })
    else await settle(session)
  } catch (error) {
    tellError(session, error)
  }
}

/** The Services, and below them workloads that have none yet. */
function ServicePick({ services, service }: { readonly services: readonly ServiceView[]; readonly service: ServiceView }): ReactNode {
  const text = useText('traffic')
  const session = useSession()
  const setUi = useSetUi()
  const setDesk = useSetDesk()
  const hidden = useExposable(services)
  const pick = (value: string): void => {
    setDesk({ port: undefined, target: 0, walk: undefined, hop: undefined })
    if (value.startsWith('expose ')) void expose(session, value.slice('expose '.length))
    else setUi({ service: value })
  }
  const shared = new Set(services.map((each) => each.name)).size < services.length
  return (
    <select className="traffic-select strong" aria-label={text('pick')} value={service.key} onChange={(event) => { pick(event.target.value) }}>
      {services.map((each) => <option key={each.key} value={each.key}>{shared || each.namespace !== service.namespace ? each.key : each.name}</option>)}
      {hidden.length > 0 && <optgroup label={text('expose')}>{hidden.map((key) => <option key={key} value={`expose ${key}`}>{text('exposeOne', { name: key })}</option>)}</optgroup>}
    </select>
  )
}

/** Deployments and the like that run something and that no Service of their name leads to. */
function useExposable(services: readonly ServiceView[]): readonly string[] {
  const workloads = useView((view) => view.workloads)
  return useMemo(() => {
    const taken = new Set(services.map((service) => service.key))
    return workloads.filter((workload) => (workload.kind === 'Deployment' || workload.kind === 'StatefulSet' || workload.kind === 'ReplicaSet') && workload.pods > 0)
      .map((workload) => `${workload.namespace}/${workload.name}`).filter((key) => !taken.has(key)).sort(compareText)
  }, [workloads, services])
}

/** What `kubectl expose` does: a Service with the workload's selector, on port 80, that leads to the first port of its containers. */
async function expose(session: Session, key: string): Promise<void> {
  const object = await readObject(session, { kind: 'workload', name: key })
  const spec = object?.['spec'] as { readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> }; readonly template?: { readonly spec?: { readonly containers?: readonly { readonly ports?: readonly { readonly containerPort: number }[] }[] } } } | undefined
  const selector = spec?.selector?.matchLabels
  if (selector === undefined) return
  const targetPort = spec?.template?.spec?.containers?.flatMap((container) => container.ports ?? [])[0]?.containerPort ?? 80
  const { namespace, name } = splitKey(key)
  try {
    const answer = await session.call('request', {
      request: {
        method: 'POST', path: pathOf(resources.services, namespace), userAgent: 'kubectl', query: { fieldManager: 'kubectl' },
        body: { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec: { selector, ports: [{ name: 'http', port: 80, targetPort }] } },
      },
    })
    if (answer.status >= 400) return
    session.ui.setState({ service: key })
    await settle(session)
  } catch (error) {
    tellError(session, error)
  }
}

function NoService(): ReactNode {
  const text = useText('traffic')
  const session = useSession()
  const setUi = useSetUi()
  const candidates = useExposable([])
  const first = candidates.find((key) => key.endsWith('/web')) ?? candidates[0]
  return (
    <div className="traffic traffic-empty">
      <div className="traffic-card">
        <h3>{text('none.title')}</h3>
        <p className="dim-2">{text('none.text')}</p>
        {first === undefined ? <p className="small dim">{text('none.nothing')}</p> : <Button look="primary" size="large" onClick={() => { void expose(session, first) }}>{text('none.act', { name: first.slice(first.indexOf('/') + 1) })}</Button>}
        <button type="button" className="link" onClick={() => { setUi({ view: 'editor' }) }}>{text('none.other')}</button>
      </div>
    </div>
  )
}

/** Who may send: Pods by workload (others than the Service's own first), nodes, somebody outside. */
function useClients(service: ServiceView, text: Text): readonly ClientGroup[] {
  const pods = useView((view) => view.pods)
  const nodes = useView((view) => view.nodes)
  const workloads = useView((view) => view.workloadById)
  const [podsVersion, nodesShape] = [useTable(pods), useView((view) => view.nodesShape)]
  return useMemo(() => {
    const own = new Set(service.ports.flatMap((port) => port.endpoints.map((endpoint) => endpoint.pod)))
    const groups = new Map<string, { readonly own: boolean; readonly namespace: string; readonly keys: string[] }>()
    let count = 0
    for (const slot of pods.live()) {
      const key = pods.keys[slot] as string
      if ((pods.state[slot] as number) !== running || count >= clientsMax) continue
      const workload = workloads.get(pods.workload[slot] as number)
      if (workload === undefined || workload.hue === 0) continue
      count++
      const group = groups.get(workload.name) ?? { own: own.has(key), namespace: workload.namespace, keys: [] }
      group.keys.push(key)
      groups.set(workload.name, group)
    }
    const names = [...groups].sort(([a, x], [b, y]) => Number(x.own) - Number(y.own) || Number(y.namespace === service.namespace) - Number(x.namespace === service.namespace) || Number(b === 'checkout') - Number(a === 'checkout') || compareText(a, b))
    return [
      ...names.map(([label, { keys }]) => ({ label, choices: keys.sort(compareText).map((key) => ({ value: clientKey({ pod: key }), label: key.slice(key.indexOf('/') + 1) })) })),
      { label: text('nodes'), choices: [...nodes.live()].map((slot) => nodes.names[slot] as string).sort(compareText).slice(0, clientsMax).map((name) => ({ value: clientKey({ node: name }), label: name })) },
      { label: text('outside'), choices: [{ value: clientKey({ outside: outsideAddress }), label: text('outside.name', { ip: outsideAddress }) }] },
    ].filter((group) => group.choices.length > 0)
  }, [pods, nodes, workloads, podsVersion, nodesShape, service, text]) // eslint-disable-line react-hooks/exhaustive-deps -- the tables change in place, their versions say so
}

/** podStates.running of the protocol. */
const running = 3

function useNodeNames(): readonly string[] {
  const nodes = useView((view) => view.nodes)
  const shape = useView((view) => view.nodesShape)
  return useMemo(() => [...nodes.live()].map((slot) => nodes.names[slot] as string).sort(compareText), [nodes, shape]) // eslint-disable-line react-hooks/exhaustive-deps -- the table changes in place
}

function useNodeOf(client: TrafficClient): string | undefined {
  const pods = useView((view) => view.pods)
  const nodes = useView((view) => view.nodes)
  useTable(pods)
  if ('node' in client) return client.node
  if (!('pod' in client)) return undefined
  const slot = pods.slotOf(client.pod)
  const node = slot === undefined ? -1 : pods.node[slot] as number
  return node < 0 ? undefined : nodes.names[node]
}

/** What a client can be told to ask for, the usual first. */
function useTargets(service: ServiceView, port: number, nodePort: number | undefined, from: TrafficClient): readonly string[] {
  const details = useView((view) => view.details)
  return useMemo(() => {
    const headless = service.type === 'Headless'
    const targetPort = headless ? Number(service.ports[0]?.endpoints[0]?.key.split(':')[1] ?? port) : port
    const names = [`${service.name}.${service.namespace}:${targetPort}`, ...(service.clusterIP === undefined ? [] : [`${service.clusterIP}:${port}`])]
    const ip = [...details.values()].find((detail) => detail.internalIP !== undefined)?.internalIP
    const outer = [...service.externalIPs.map((each) => `${each}:${port}`), ...(nodePort === undefined || ip === undefined ? [] : [`${ip}:${nodePort}`])]
    const pod = service.ports[0]?.endpoints[0]?.key
    const all = 'outside' in from ? [...outer, ...names] : [...names, ...outer, ...(pod === undefined || headless ? [] : [pod])]
    return [...new Set(all)]
  }, [service, port, nodePort, from, details])
}

import { useMemo, type CSSProperties, type ReactNode } from 'react'
import { compareText } from '../../base'
import type { JourneyCheck, JourneyImage, JourneyView } from '../../protocol'
import { Chip, cores, CrossMark, imageSize, percent, TickMark, useText, workloadColor } from '../kit'
import { useRow, useSetUi, useUi, useView } from '../store'
import { Disc } from './Disc'

const othersMax = 6

/** What is below the api-server: the Pod's node, large, and the other nodes, small. */
export function Nodes({ view, current }: { readonly view: JourneyView; readonly current: number }): ReactNode {
  // Known from the future, it does not stand here yet.
  const bound = view.node !== undefined && (view.steps.slice(5, 7).some((step) => step.state === 'past' || step.state === 'now' || step.state === 'unrecorded') || view.conditions.some(({ type, status }) => type === 'PodScheduled' && status === 'True'))
  return (
    <div className="jny-body">
      {bound && view.node !== undefined ? <Card view={view} current={current} /> : <Place view={view} current={current} />}
      <Others name={bound ? view.node?.name : undefined} />
    </div>
  )
}

/** Where the node will stand. */
function Place({ view, current }: { readonly view: JourneyView; readonly current: number }): ReactNode {
  const text = useText('journey')
  const later = view.steps.slice(7)
  return (
    <section className="jny-card jny-place" aria-label={text('noNode')}>
      <Ports steps={later.map((step) => <Disc key={step.number} step={step} current={current} />)} />
      <div className="jny-place-words">
        <b>{text('noNode')}</b>
        <p className="dim">{view.wait?.message ? view.wait.message : view.node === undefined ? text('noNode.note') : text('noNode.known', { node: view.node.name })}</p>
      </div>
    </section>
  )
}

function Ports({ steps }: { readonly steps: readonly ReactNode[] }): ReactNode {
  return <>{steps.map((disc, index) => <div key={index} className="jny-port" data-port={index}>{disc}</div>)}</>
}

function Card({ view, current }: { readonly view: JourneyView; readonly current: number }): ReactNode {
  const text = useText('journey')
  const setUi = useSetUi()
  const node = view.node as NonNullable<JourneyView['node']>
  const nodes = useView((now) => now.nodes)
  const slot = nodes.slotOf(node.name) ?? -1
  useRow(nodes, slot)
  const ready = slot >= 0 && ((nodes.flags[slot] ?? 0) & 1) !== 0
  const now = current >= 7 && view.steps[current - 1]?.state === 'now'
  return (
    <section className="jny-card" data-actor="node" data-now={now || undefined} aria-label={node.name}>
      <Ports steps={view.steps.slice(7).map((step) => <Disc key={step.number} step={step} current={current} />)} />
      <header className="jny-card-head">
        <span className={ready ? 'dot' : 'dot jny-dot-off'} />
        <button type="button" className="jny-card-name" onClick={() => { setUi({ selection: { kind: 'node', name: node.name }, tab: 'decision' }) }}>{node.name}</button>
        <span className="dim">{node.zone}</span><span className="grow" />
        {node.labels.slice(0, 2).map((label) => <Chip key={label}>{label}</Chip>)}
        <span className="mono small dim nowrap jny-cidr">{node.podCIDR}</span>
      </header>
      <div className="jny-columns">
        <div className="jny-column" data-actor="kubelet">
          <h4>kubelet</h4>
          <ul className="jny-checks">{view.checks.map((check) => <Check key={check.id} check={check} />)}</ul>
        </div>
        <div className="jny-column jny-runtime" data-actor="runtime">
          <h4>{node.runtime}<span className="grow" />{view.image !== undefined && (view.image.waits || view.image.bytesPerSecond > 0) && <span className="small dim">{view.image.waits ? text('image.waits') : text('image.rate', { rate: imageSize(view.image.bytesPerSecond) })}</span>}</h4>
          {view.image === undefined ? <p className="small dim">{text('image.none')}</p> : <Layers image={view.image} pulling={view.checks.some((check) => check.id === 'pull' && check.state === 'now')} />}
        </div>
        <div className="jny-column jny-pod">
          <h4 className="cut">{text('pod', { name: view.pod.slice(view.pod.indexOf('/') + 1) })}</h4>
          <ul className="jny-checks">
            {conditionOrder(view).map(({ type, status }) => <li key={type} data-state={status === 'True' ? 'done' : 'todo'} aria-label={`${type}: ${status}`}><Mark state={status === 'True' ? 'done' : 'todo'} /><span className="cut">{type}</span></li>)}
          </ul>
          <Containers view={view} />
        </div>
      </div>
    </section>
  )
}

const conditionNames = ['PodScheduled', 'PodReadyToStartContainers', 'Initialized', 'ContainersReady', 'Ready']

function conditionOrder(view: JourneyView): JourneyView['conditions'] {
  const place = (type: string): number => (conditionNames.includes(type) ? conditionNames.indexOf(type) : conditionNames.length)
  return [...view.conditions].sort((a, b) => place(a.type) - place(b.type))
}

function Containers({ view }: { readonly view: JourneyView }): ReactNode {
  const text = useText('journey')
  return view.containers.slice(0, 3).map((container) => (
    <div key={container.name} className="jny-container">
      <span className="small dim cut">{text(container.init ? 'container.init' : 'container', { name: container.name })}</span>
      <span>{text(`container.${container.state}`)}{container.restarts > 0 && <span className="small dim"> {text('restarts', { count: container.restarts })}</span>}</span>
      {container.reason !== '' && <span className="mono small dim-2 cut">{container.reason}</span>}
    </div>
  ))
}

function Mark({ state }: { readonly state: JourneyCheck['state'] }): ReactNode {
  switch (state) {
    case 'done': return <TickMark size={13} />
    case 'now': return <span className="jny-mark-now" aria-hidden="true" />
    case 'failed': return <span className="no-text"><CrossMark size={12} /></span>
    case 'todo': return <span className="jny-mark-todo" aria-hidden="true" />
  }
}

function Check({ check }: { readonly check: JourneyCheck }): ReactNode {
  const text = useText('journey')
  const { id, state, note } = check
  const words = id === 'admit' && state === 'failed' ? text('check.admit.failed', { note }) : id === 'volumes' ? text('check.volumes', { count: Number(note) }) : id === 'sandbox' && note !== '' && state !== 'todo' ? text('check.sandbox.ip', { note })
    : id === 'pull' && note === 'present' ? text('check.pull.present') : id === 'pull' && note !== '' ? text('check.pull.failed', { note }) : text(`check.${id}`)
  return <li data-state={state} aria-label={`${words}: ${text(`checkState.${state}`)}`}><Mark state={state} /><span className="cut" title={words}>{words}</span></li>
}

/** Layers, each as long as it is large; what lay here already is hatched. */
function Layers({ image, pulling }: { readonly image: JourneyImage; readonly pulling: boolean }): ReactNode {
  const text = useText('journey')
  const largest = Math.max(1, ...image.layers.map((layer) => layer.bytes))
  const loading = image.layers.find((layer) => !layer.shared && layer.done < layer.bytes)
  return (
    <>
      <p className="mono small dim-2 cut jny-image" title={image.name}>{image.name} <span className="dim">{text('image.size', { size: imageSize(image.bytes), count: Math.max(1, image.layers.length) })}</span></p>
      <ul className="jny-layers">
        {image.layers.map((layer) => {
          const name = layer.id.slice(layer.id.lastIndexOf('/') + 1)
          const now = pulling && !image.waits && layer === loading
          const share = layer.shared ? text(pulling ? 'layer.cached' : 'layer.shared') : layer.done < layer.bytes && layer.done > 0 ? percent(layer.done, layer.bytes) : imageSize(layer.bytes)
          return (
            <li key={layer.id} className="jny-layer" data-now={now || undefined} data-shared={layer.shared || undefined} aria-label={`${name}: ${share}`}>
              <span className="row small jny-layer-head"><span className="mono dim cut">{name}</span><span className="grow" /><span className={now ? 'now-text strong' : 'dim'}>{share}</span></span>
              <span className="jny-layer-bar" style={{ '--long': `${Math.max(3, (layer.bytes / largest) * 100)}%`, '--done': `${(layer.done / Math.max(1, layer.bytes)) * 100}%` } as CSSProperties}><span /></span>
            </li>
          )
        })}
      </ul>
    </>
  )
}

/** The others, by name; as many as there is room for. */
function Others({ name }: { readonly name: string | undefined }): ReactNode {
  const text = useText('journey')
  const nodes = useView((view) => view.nodes)
  const shape = useView((view) => view.nodesShape)
  const slots = useMemo(() => [...nodes.live()].filter((slot) => nodes.names[slot] !== name).sort((a, b) => compareText(nodes.names[a] ?? '', nodes.names[b] ?? '')), [nodes, shape, name]) // eslint-disable-line react-hooks/exhaustive-deps -- the table changes in place, its shape says so
  return (
    <section className="jny-others" aria-label={text('others')}>
      {slots.slice(0, othersMax).map((slot) => <Other key={nodes.names[slot]} slot={slot} />)}
      {slots.length > othersMax && <p className="small dim jny-more">{text('more', { count: slots.length - othersMax })}</p>}
    </section>
  )
}

/** Cores of the widest bar; longer nodes are cut, and say so by their number. */
const coresShown = 8

function Other({ slot }: { readonly slot: number }): ReactNode {
  const text = useText('journey')
  const setUi = useSetUi()
  const nodes = useView((view) => view.nodes)
  const pods = useView((view) => view.pods)
  const workloads = useView((view) => view.workloadById)
  const zones = useView((view) => view.zones)
  const picked = useUi((ui) => ui.selection?.kind === 'node' && ui.selection.name === nodes.names[slot])
  useRow(nodes, slot)
  const name = nodes.names[slot] ?? ''
  const of = nodes.cpuMilliAllocatable[slot] ?? 0
  const words = text('cpuOf', { used: cores(nodes.cpuMilliRequested[slot] ?? 0), of: cores(of) })
  const full = Math.max(of, coresShown * 1000)
  return (
    <button type="button" className="jny-other" data-picked={picked || undefined} aria-label={`${name}, ${words}`} onClick={() => { setUi({ selection: { kind: 'node', name } }) }}>
      <span className="row jny-other-head"><span className={((nodes.flags[slot] ?? 0) & 1) !== 0 ? 'dot' : 'dot jny-dot-off'} /><b className="cut">{name}</b><span className="dim small cut">{zones[nodes.zone[slot] ?? -1] ?? ''}</span><span className="grow" /><span className="small dim-2 nowrap">{words}</span></span>
      <span className="jny-other-bar" style={{ width: `${(of / full) * 100}%` }}>
        {nodes.podsOf(slot).map((pod) => {
          const workload = workloads.get(pods.workload[pod] ?? -1)
          const share = ((pods.cpuMilli[pod] ?? 0) / Math.max(1, of)) * 100
          return share <= 0 ? null : <span key={pods.keys[pod]} className="jny-block" style={{ width: `${share}%`, background: workloadColor(workload?.hue ?? 0) }} title={pods.keys[pod]}>{share * (of / full) > 5.5 ? workload?.letter : ''}</span>
        })}
      </span>
    </button>
  )
}

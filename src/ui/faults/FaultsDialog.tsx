import { useEffect, useId, useMemo, useState, type ReactNode } from 'react'
import { faultKey, type FaultKind, type FaultRequest } from '../../api'
import type { FaultView } from '../../protocol'
import { Button, bytes, CrossMark, Dialog, percent, Segmented, span, useText, type Text } from '../kit'
import { breakOrHeal, heal, inThePast, nodeInSight, nodeOfPod, nodesInOrder, useSession, useSetUi, useTable, useUi, useView, type PodTable, type View } from '../store'
import './faults.css'
import './words'

const spans = { hand: undefined, s30: 30_000, m2: 120_000, m6: 360_000 } as const
type Span = keyof typeof spans

const machineKinds = ['node', 'network', 'kubelet', 'runtime', 'disk'] as const
const planeKinds = ['scheduler', 'controller-manager', 'apiserver', 'etcd'] as const
/** Names offered while typing: of thousands of nodes and Pods only so many. */
const offered = 200

/** What is broken, as one sentence. */
function faultWords(fault: FaultView, text: Text): string {
  return text(`is.${fault.kind}`, {
    name: fault.subject ?? '', share: percent(fault.share ?? 0, 1), rate: bytes(fault.bytesPerSecond ?? 0), delay: span(fault.delayMs ?? 0),
  })
}

export function FaultsDialog(): ReactNode {
  const text = useText('faults')
  const session = useSession()
  const setUi = useSetUi()
  const breaking = useUi((ui) => ui.breaking)
  const faults = useView((view) => view.faults)
  const past = useView((view) => view.host.is === 'open' && !view.running && inThePast(view))
  const nodes = useView((view) => view.nodes)
  const pods = useView((view) => view.pods)
  useTable(pods)
  const target = breaking?.target
  const shape = useView((view) => view.nodesShape)
  const names = useMemo(() => (shape < 0 ? [] : nodesInOrder(nodes)), [nodes, shape])
  // What it was opened for, until the person says something else.
  const [typedNode, setNode] = useState<string>()
  const [typedPod, setPod] = useState<string>()
  const node = typedNode ?? (target && nodeInSight({ nodes, pods }, target)) ?? names[0] ?? ''
  const pod = typedPod ?? (target?.kind === 'pod' ? target.name : firstPod({ nodes, pods }, node))
  const [controllers, setControllers] = useState<readonly string[]>([])
  const [controller, setController] = useState('replicaset')
  const [lasting, setLasting] = useState<Span>('hand')
  useEffect(() => { session.call('faults', {}).then((all) => { setControllers(all.controllers) }, () => undefined) }, [session])
  const isBroken = (kind: FaultKind, subject?: string): boolean => faults.some((fault) => fault.kind === kind && fault.subject === subject)
  const act = (kind: FaultKind, subject?: string): void => {
    const forMs = spans[lasting]
    const fault: FaultRequest = { kind, on: !isBroken(kind, subject), ...(subject === undefined ? {} : { subject }) }
    void breakOrHeal(session, fault.on && forMs !== undefined && kind !== 'runtime' ? { ...fault, forMs } : fault)
  }
  const knowsNode = nodes.slotOf(node) !== undefined
  const knowsPod = nodeOfPod({ nodes, pods }, pod) !== undefined
  return (
    <Dialog open onClose={() => { setUi({ breaking: undefined }) }} title={text('title')} note={past ? text('past') : text('note')} closeName={text('close')} width={720} className="faults">
      <section className="faults-now" aria-label={text('now')} aria-live="polite">
        <h3>{text('now')}<span className="grow" />{faults.length > 1 && <Button size="small" look="quiet" onClick={() => { for (const fault of faults) void heal(session, fault) }}>{text('heal.all')}</Button>}</h3>
        {faults.length === 0 ? <p className="dim">{text('now.none')}</p> : <ul>{faults.map((fault) => <Broken key={faultKey(fault)} fault={fault} text={text} />)}</ul>}
      </section>
      <div className="faults-lasting"><span className="dim-2">{text('for')}</span>
        <Segmented label={text('for')} value={lasting} onChange={setLasting} segments={(Object.keys(spans) as Span[]).map((value) => ({ value, label: text(`for.${value}`) }))} />
      </div>
      <section aria-label={text('machine')}>
        <h3>{text('machine')}<Named label={text('machine.which')} value={node} names={names} wrong={knowsNode ? undefined : text('machine.none')} onChange={setNode} /></h3>
        <div className="faults-acts">
          {machineKinds.map((kind) => <Act key={kind} kind={kind} broken={isBroken(kind, node)} disabled={!knowsNode} text={text} onAct={() => { act(kind, node) }} />)}
        </div>
      </section>
      <section aria-label={text('plane')}>
        <h3>{text('plane')}</h3>
        <div className="faults-acts">
          {planeKinds.map((kind) => <Act key={kind} kind={kind} broken={isBroken(kind)} text={text} onAct={() => { act(kind) }} />)}
          <div className="faults-with">
            <label><span className="dim-2 small">{text('controller.which')}</span>
              <select value={controller} onChange={(event) => { setController(event.target.value) }}>
                {(controllers.length === 0 ? [controller] : controllers).map((name) => <option key={name} value={name}>{name}</option>)}
              </select>
            </label>
            <Act kind="controller" broken={isBroken('controller', controller)} name={controller} text={text} onAct={() => { act('controller', controller) }} />
          </div>
        </div>
      </section>
      <section aria-label={text('rest')}>
        <h3>{text('rest')}<Named label={text('pod.which')} value={pod} names={podNames(pods)} wrong={knowsPod || pod === '' ? undefined : text('pod.none')} onChange={setPod} wide /></h3>
        <div className="faults-acts">
          <Act kind="memory" broken={isBroken('memory', pod)} disabled={!knowsPod} text={text} onAct={() => { act('memory', pod) }} />
          <Act kind="registry" broken={isBroken('registry')} text={text} onAct={() => { act('registry') }} />
        </div>
      </section>
    </Dialog>
  )
}

/** One thing that is broken, how long it has been, and the way back. */
function Broken({ fault, text }: { readonly fault: FaultView; readonly text: Text }): ReactNode {
  const session = useSession()
  const now = useView((view) => Math.floor(view.now / 1_000) * 1_000)
  const words = faultWords(fault, text)
  const { since, until } = fault
  return (
    <li className="faults-broken">
      <CrossMark /><span className="cut" title={fault.heal}>{words}</span>
      <span className="dim small nowrap">{[...(now - since < 1_000 ? [] : [text('since', { span: span(now - since) })]), ...(until === undefined ? [] : [text('until', { span: span(Math.max(0, until - now)) })])].join(' · ')}</span>
      <span className="grow" />
      <Button size="small" aria-label={text('heal.this', { what: words })} onClick={() => { void heal(session, fault) }}>{text('heal')}</Button>
    </li>
  )
}

function Act({ kind, broken, disabled = false, name = '', text, onAct }: {
  readonly kind: FaultKind
  readonly broken: boolean
  readonly disabled?: boolean
  readonly name?: string
  readonly text: Text
  readonly onAct: () => void
}): ReactNode {
  const id = useId()
  return (
    <button type="button" className="faults-act" data-broken={broken || undefined} disabled={disabled} aria-pressed={kind === 'runtime' ? undefined : broken} aria-labelledby={`${id}-name`} aria-describedby={`${id}-note`} onClick={onAct}>
      <b id={`${id}-name`}>{broken && <CrossMark />}{text(`do.${kind}`)}</b>
      <span id={`${id}-note`} className="small dim-2">{broken ? text('heal') : text(`do.${kind}.note`, { name })}</span>
    </button>
  )
}

/** A name to type or to pick. */
function Named({ label, value, names, wrong, onChange, wide = false }: {
  readonly label: string
  readonly value: string
  readonly names: readonly string[]
  readonly wrong: string | undefined
  readonly onChange: (name: string) => void
  readonly wide?: boolean
}): ReactNode {
  const id = useId()
  return (
    <span className="faults-named" data-wide={wide || undefined}>
      <input
        aria-label={label} aria-invalid={wrong !== undefined} aria-describedby={wrong === undefined ? undefined : `${id}-wrong`} list={`${id}-names`} value={value} spellCheck={false} autoComplete="off"
        onChange={(event) => { onChange(event.target.value.trim()) }} onFocus={(event) => { event.target.select() }}
      />
      <datalist id={`${id}-names`}>{names.slice(0, offered).map((name) => <option key={name} value={name} />)}</datalist>
      {wrong !== undefined && <span id={`${id}-wrong`} className="no-text small">{wrong}</span>}
    </span>
  )
}

/** The first Pod on the node; '' without one. */
function firstPod(view: Pick<View, 'nodes' | 'pods'>, node: string): string {
  const slot = view.nodes.slotOf(node)
  const first = slot === undefined ? undefined : view.nodes.podsOf(slot)[0]
  return first === undefined ? '' : view.pods.keys[first] ?? ''
}

function podNames(pods: PodTable): string[] {
  const names: string[] = []
  for (const slot of pods.live()) {
    if (names.length >= offered) break
    names.push(pods.keys[slot] as string)
  }
  return names
}

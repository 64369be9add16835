import type { NodeProps } from '@xyflow/react'
import { useCallback, useMemo, useState, type KeyboardEvent, type ReactNode } from 'react'
import { podStates } from '../../protocol'
import { middleCut, useText } from '../kit'
import { HostError, openRoom, useRow, useSession, useSetUi, useUi, useView } from '../store'
import { barPodOf, podsOfNode, useMapModel, type MapModel } from './model'
import { NodeCard } from './NodeCard'
import type { BarPod } from './scene/blocks'
import { amountText, quantityOf, type CapacityResource } from './scene/capacity'
import { neighbour, type Direction } from './scene/layout'

const directions: Readonly<Record<string, Direction>> = { ArrowLeft: 'left', ArrowRight: 'right', ArrowUp: 'up', ArrowDown: 'down' }
const noPods: readonly (BarPod & { readonly memory: number })[] = []

/** Moves focus between nodes by arrow keys, opens with Enter, and walks a node's Pods with Shift and left or right. */
export function useNodeKeys(slot: number): (event: KeyboardEvent<HTMLElement>) => void {
  const model = useMapModel()
  const session = useSession()
  const setUi = useSetUi()
  return useCallback((event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const { nodes } = session.view.getState()
    const name = nodes.names[slot] ?? ''
    const take = (): void => {
      event.preventDefault()
      event.stopPropagation()
    }
    const direction = directions[event.key]
    if (direction && event.shiftKey && (direction === 'left' || direction === 'right')) {
      take()
      const keys = podsOfNode(session.view.getState(), model.order, slot).map((pod) => pod.key)
      if (keys.length === 0) return
      const { selection } = session.ui.getState()
      const at = selection?.kind === 'pod' ? keys.indexOf(selection.name) : -1
      const next = at < 0 ? (direction === 'right' ? 0 : keys.length - 1) : (at + (direction === 'right' ? 1 : -1) + keys.length) % keys.length
      setUi({ selection: { kind: 'pod', name: keys[next] as string } })
    } else if (direction && !event.shiftKey) {
      take()
      model.focusNode(neighbour(model.layout, slot, direction))
    } else if (event.key === 'Enter') {
      take()
      const { selection } = session.ui.getState()
      // Once more on the node that is picked: into it.
      if (selection?.kind === 'node' && selection.name === name) openRoom(session, name)
      else setUi({ selection: { kind: 'node', name }, inspectorOpen: true, ...(model.scene?.verdicts.get(name)?.is === 'rejected' ? { pickedVerdict: name } : {}) })
    }
  }, [model, session, setUi, slot])
}

/** React Flow's node for a cluster node: reads its row and hands plain values to the card. */
export function CardNode({ data }: NodeProps): ReactNode {
  return <LiveCard slot={(data as { slot: number }).slot} />
}

function LiveCard({ slot }: { readonly slot: number }): ReactNode {
  const model = useMapModel()
  const session = useSession()
  const setUi = useSetUi()
  const text = useText('map')
  const nodes = useView((view) => view.nodes)
  const workloads = useView((view) => view.workloadById)
  const version = useRow(nodes, slot)
  const name = nodes.names[slot] ?? ''
  const detail = useView((view) => view.details.get(name))
  const picked = useUi((ui) => ui.selection?.kind === 'node' && ui.selection.name === name)
  const outlined = useUi((ui) => outlinedOn(ui, session.view.getState(), slot))
  const pickedPlugin = useUi((ui) => ui.pickedPlugin)
  const scale = useUi((ui) => (ui.scale === 'stage' ? 1.38 : 1))
  const onKeyDown = useNodeKeys(slot)
  const [draft, setDraft] = useState<{ readonly resource: CapacityResource; readonly value: number } | undefined>(undefined)

  const pods = useMemo(() => {
    void version
    void workloads
    return podsOfNode(session.view.getState(), model.order, slot)
  }, [session, model.order, slot, version, workloads])
  const amounts = useMemo(() => {
    void version
    return {
      cpuAllocatable: nodes.cpuMilliAllocatable[slot] ?? 0, cpuRequested: nodes.cpuMilliRequested[slot] ?? 0, memoryAllocatable: nodes.memoryBytesAllocatable[slot] ?? 0,
      memoryRequested: nodes.memoryBytesRequested[slot] ?? 0, podCount: nodes.podCount[slot] ?? 0, flags: nodes.flags[slot] ?? 0,
    }
  }, [nodes, slot, version])
  const waiting = useMemo(() => (draft ? waitingFor(session.view.getState()) : noPods), [draft, session])

  const onDraft = useCallback((resource: CapacityResource, value: number | undefined) => {
    setDraft(value === undefined ? undefined : { resource, value })
    if (value === undefined) {
      setUi({ notice: undefined })
      return
    }
    const out = beyond(pods, resource, value)
    const now = resource === 'cpu' ? amounts.cpuAllocatable : amounts.memoryAllocatable
    const to = `${amountText(resource, value)} ${resource === 'cpu' ? 'CPU' : 'Gi'}`
    if (out.length > 0) {
      setUi({ notice: { tone: 'no', text: text('handle.notFit', { count: out.length, value: to, node: name, pods: out.slice(0, 3).map((key) => middleCut(bare(key))).join(', ') + (out.length > 3 ? ' …' : '') }) } })
    } else setUi({ notice: value === now ? undefined : { tone: 'plain', text: text('handle.pending', { node: name, from: amountText(resource, now), to }) } })
  }, [amounts, name, pods, setUi, text])
  const onCommit = useCallback((resource: CapacityResource, value: number) => {
    setUi({ notice: undefined })
    // Moved on before the answer came: that is another value, which is not written yet.
    const written = (): void => { setDraft((now) => (now?.resource === resource && now.value === value ? undefined : now)) }
    session.call('setCapacity', { node: name, resource, value: quantityOf(resource, value) }).then(
      ({ status }) => {
        written()
        if (status) setUi({ notice: { tone: 'no', text: text('handle.refused', { message: status.message ?? '' }) } })
      },
      (error: unknown) => {
        written()
        if (error instanceof HostError && error.code !== 'lost') setUi({ notice: { tone: 'no', text: text('handle.refused', { message: error.message }) } })
      },
    )
  }, [name, session, setUi, text])
  const onPick = useCallback(() => {
    model.focusNode(slot)
    setUi({ selection: { kind: 'node', name }, ...(model.scene?.verdicts.get(name)?.is === 'rejected' ? { pickedVerdict: name } : {}) })
  }, [model, name, setUi, slot])
  const onPod = useCallback((key: string) => { setUi({ selection: { kind: 'pod', name: key } }) }, [setUi])
  const onHover = useCallback((key: string | undefined) => { setUi({ hoveredPod: key }) }, [setUi])
  const onFocus = useCallback(() => { model.focusNode(slot, false) }, [model, slot])

  const { card } = model.layout
  return (
    <div className="card-content" onDoubleClick={() => { openRoom(session, name) }}>
      <NodeCard
        name={name} amounts={amounts} pods={pods} waiting={waiting} spans={model.spans} width={card.width * model.contentScale} height={card.height * model.contentScale} scale={scale}
        detail={detail} scene={model.scene} verdict={model.scene?.verdicts.get(name)} incoming={model.incoming} differences={model.differences} pickedPlugin={pickedPlugin}
        picked={picked} now={model.nowNode === name} outlined={outlined} nowPod={model.nowPod} tab={tabbed(model, slot)} draft={draft} readOnly={false}
        onDraft={onDraft} onCommit={onCommit} onPick={onPick} onPod={onPod} onHover={onHover} onKeyDown={onKeyDown} onFocus={onFocus}
      />
    </div>
  )
}

export function tabbed(model: MapModel, slot: number): boolean {
  return model.tabSlot === slot || (model.layout.indexOf[model.tabSlot] ?? -1) < 0 && model.layout.order[0] === slot
}

/** The Pod that is outlined on this node: hovered anywhere, or selected. */
function outlinedOn(ui: { readonly hoveredPod: string | undefined; readonly selection: { readonly kind: string; readonly name: string } | undefined }, { pods }: { readonly pods: { slotOf(key: string): number | undefined; readonly node: ArrayLike<number> } }, slot: number): string | undefined {
  const key = ui.hoveredPod ?? (ui.selection?.kind === 'pod' ? ui.selection.name : undefined)
  if (key === undefined) return undefined
  const pod = pods.slotOf(key)
  return pod !== undefined && pods.node[pod] === slot ? key : undefined
}

/** Pods that would hang over the end: those after the point where the capacity is used up. */
function beyond(pods: readonly (BarPod & { readonly memory: number })[], resource: CapacityResource, capacity: number): string[] {
  let sum = 0
  const out: string[] = []
  for (const pod of pods) {
    if (pod.state === podStates.nominated) continue
    sum += resource === 'cpu' ? pod.amount : pod.memory
    if (sum > capacity) out.push(pod.key)
  }
  return out
}

function waitingFor(view: ReturnType<ReturnType<typeof useSession>['view']['getState']>): readonly (BarPod & { readonly memory: number })[] {
  const queue = view.controlPlane?.scheduler
  if (!queue) return noPods
  return [...queue.unschedulable, ...queue.backoff]
    .filter((pod) => pod.plugins === undefined || pod.plugins.includes('NodeResourcesFit'))
    .flatMap(({ key }) => {
      const pod = view.pods.slotOf(key)
      return pod === undefined ? [] : [{ ...barPodOf(view.pods, pod, view.pods.cpuMilli[pod] as number, view), memory: view.pods.memoryBytes[pod] as number }]
    })
}

const bare = (key: string): string => key.slice(key.indexOf('/') + 1)

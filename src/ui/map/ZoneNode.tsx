import type { NodeProps } from '@xyflow/react'
import { useMemo, type ReactNode } from 'react'
import { percent, useText, whole } from '../kit'
import { useTable, useView } from '../store'
import { useMapModel } from './model'
import { amountText } from './scene/capacity'

/** React Flow's node for a zone: the frame and its header. Its cards are children of it. */
export function ZoneNode({ data }: NodeProps): ReactNode {
  const { index } = data as { index: number }
  const { layout, scene, large } = useMapModel()
  const text = useText('map')
  const box = layout.zones[index]
  if (!box) return null
  return (
    <section className="zone" data-zone={box.name} aria-label={text('outline.zone', { name: box.name || text('map.noZone'), count: box.count })} data-large={large || undefined}>
      {!scene && box.y === 0 && <span className="zone-stem" aria-hidden="true" />}
      <header className="zone-head">
        <span className="zone-name">{box.name || text('map.noZone')}</span>
        {large ? <LargeHead index={index} /> : scene ? <Pips zone={box.name} /> : <RestHead index={index} />}
      </header>
    </section>
  )
}

/** Matching Pods of the zone, for the constraint that counts them; the one that would be too many is hollow. */
function Pips({ zone }: { readonly zone: string }): ReactNode {
  const { scene, incoming } = useMapModel()
  const text = useText('map')
  const workload = useView((view) => view.workloadById.get(incoming?.workload ?? -1)?.name ?? '')
  const counts = scene?.zoneCounts.get(zone)
  if (!counts) return null
  return (
    <span className="zone-pips">
      {counts.matching <= 8 && Array.from({ length: counts.matching }, (_, index) => <i key={index} className="pl pl-spread" />)}
      {!counts.fits && <i className="zone-pip-over" />}
      <span className={counts.fits ? 'nowrap' : 'no-text strong nowrap'}>
        {counts.fits ? text('zone.pods', { count: counts.matching, workload }) : text('zone.podsOver', { count: counts.matching, self: counts.self, workload })}
      </span>
    </span>
  )
}

function useSums(index: number): { readonly cpu: number; readonly cpuUsed: number; readonly memory: number; readonly memoryUsed: number; readonly pods: number; readonly podsMax: number } {
  const { layout } = useMapModel()
  const nodes = useView((view) => view.nodes)
  const version = useTable(nodes)
  return useMemo(() => {
    void version
    const sums = { cpu: 0, cpuUsed: 0, memory: 0, memoryUsed: 0, pods: 0, podsMax: 0 }
    const box = layout.zones[index]
    if (!box) return sums
    for (let at = box.first; at < box.first + box.count; at++) {
      const slot = layout.order[at] as number
      sums.cpu += nodes.cpuMilliAllocatable[slot] ?? 0
      sums.cpuUsed += nodes.cpuMilliRequested[slot] ?? 0
      sums.memory += nodes.memoryBytesAllocatable[slot] ?? 0
      sums.memoryUsed += nodes.memoryBytesRequested[slot] ?? 0
      sums.pods += nodes.podCount[slot] ?? 0
      sums.podsMax += nodes.podsAllocatable[slot] ?? 0
    }
    return sums
  }, [layout, index, nodes, version])
}

function RestHead({ index }: { readonly index: number }): ReactNode {
  const text = useText('map')
  const sums = useSums(index)
  return <><span className="grow" /><span className="dim cut zone-free">{text('zone.free', { free: amountText('cpu', Math.max(0, sums.cpu - sums.cpuUsed)), whole: amountText('cpu', sums.cpu) })}</span></>
}

function LargeHead({ index }: { readonly index: number }): ReactNode {
  const text = useText('map')
  const { layout, scene, colourBy: by } = useMapModel()
  const sums = useSums(index)
  const nodes = useView((view) => view.nodes)
  const box = layout.zones[index]
  const feasible = useMemo(() => {
    if (!scene || !box) return undefined
    let count = 0
    for (let at = box.first; at < box.first + box.count; at++) {
      const verdict = scene.verdicts.get(nodes.names[layout.order[at] as number] ?? '')
      if (verdict?.is === 'passing' || verdict?.is === 'scored') count++
    }
    return count
  }, [scene, box, layout, nodes])
  const share = by === 'memory' ? percent(sums.memoryUsed, sums.memory) : by === 'pods' ? percent(sums.pods, sums.podsMax) : percent(sums.cpuUsed, sums.cpu)
  return (
    <>
      <span className="dim nowrap">{text('zone.nodes', { count: box?.count ?? 0 })}</span>
      <span className="grow" />
      <span className="dim cut">{text('zone.requested', { what: text(by === 'memory' || by === 'pods' ? `tiles.${by}` : 'tiles.cpu'), share })}</span>
      {feasible !== undefined && <span className="mid nowrap">{text('zone.feasible', { text: whole(feasible) })}</span>}
    </>
  )
}

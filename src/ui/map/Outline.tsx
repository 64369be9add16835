import { useVirtualizer } from '@tanstack/react-virtual'
import { useCallback, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import { nodeFlags } from '../../protocol'
import { bytes, cores, IconButton, PodTag, shortName, useText, X } from '../kit'
import { useSession, useSetUi, useTable, useUi, useView } from '../store'
import { podsOfNode, useMapModel } from './model'
import { nameOf } from './NodeCard'

type Row =
  | { readonly is: 'zone'; readonly id: string; readonly level: 1; readonly index: number; readonly open: boolean; readonly name: string; readonly count: number }
  | { readonly is: 'node'; readonly id: string; readonly level: 2; readonly slot: number; readonly open: boolean; readonly name: string; readonly pods: number }
  | { readonly is: 'pod'; readonly id: string; readonly level: 3; readonly key: string; readonly letter: string; readonly hue: number; readonly state: number; readonly cpu: number; readonly memory: number }

/** The cluster as a tree (zone, node, Pod) with the keys of one: what the canvas shows, for those who cannot see it. */
export function Outline({ onClose }: { readonly onClose: () => void }): ReactNode {
  const model = useMapModel()
  const { layout, scene } = model
  const text = useText('map')
  const session = useSession()
  const setUi = useSetUi()
  const nodes = useView((view) => view.nodes)
  const version = useTable(nodes)
  const selection = useUi((ui) => ui.selection)
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set())
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set())
  const [active, setActive] = useState('')
  const scroller = useRef<HTMLDivElement>(null)

  const rows = useMemo<Row[]>(() => {
    void version
    const list: Row[] = []
    for (const [index, zone] of layout.zones.entries()) {
      const id = `zone-${zone.zone}`
      const open = !closed.has(id)
      list.push({ is: 'zone', id, level: 1, index, open, name: zone.name || text('map.noZone'), count: zone.count })
      if (!open) continue
      for (let at = zone.first; at < zone.first + zone.count; at++) {
        const slot = layout.order[at] as number
        const name = nodes.names[slot] ?? ''
        const node = `node-${name}`
        const unfolded = opened.has(node)
        list.push({ is: 'node', id: node, level: 2, slot, open: unfolded, name, pods: nodes.podsOf(slot).length })
        if (!unfolded) continue
        for (const pod of podsOfNode(session.view.getState(), model.order, slot)) {
          list.push({ is: 'pod', id: `pod-${pod.key}`, level: 3, key: pod.key, letter: pod.letter, hue: pod.hue, state: pod.state, cpu: pod.amount, memory: pod.memory })
        }
      }
    }
    return list
  }, [layout, nodes, version, closed, opened, session, model.order, text])

  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => scroller.current, estimateSize: () => 30, overscan: 12 })
  const activeIndex = Math.max(0, rows.findIndex((row) => row.id === active))

  const toggle = useCallback((row: Row, open: boolean) => {
    if (row.is === 'pod') return
    const [set, change] = row.is === 'zone' ? [closed, setClosed] as const : [opened, setOpened] as const
    const next = new Set(set)
    // Zones are open unless they were closed, nodes the other way round.
    if ((row.is === 'zone') === open) next.delete(row.id)
    else next.add(row.id)
    change(next)
  }, [closed, opened])

  const choose = (row: Row): void => {
    if (row.is === 'node') setUi({ selection: { kind: 'node', name: row.name } })
    else if (row.is === 'pod') setUi({ selection: { kind: 'pod', name: row.key } })
    else toggle(row, !row.open)
  }
  const go = (index: number): void => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, index))]
    if (!row) return
    setActive(row.id)
    virtual.scrollToIndex(rows.indexOf(row))
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const row = rows[activeIndex]
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return
    switch (event.key) {
      case 'ArrowDown': go(activeIndex + 1); break
      case 'ArrowUp': go(activeIndex - 1); break
      case 'Home': go(0); break
      case 'End': go(rows.length - 1); break
      case 'ArrowRight':
        if (row.is !== 'pod' && !row.open) toggle(row, true)
        else if (row.is !== 'pod') go(activeIndex + 1)
        break
      case 'ArrowLeft':
        if (row.is !== 'pod' && row.open) toggle(row, false)
        else for (let index = activeIndex - 1; index >= 0; index--) if ((rows[index] as Row).level < row.level) { go(index); break }
        break
      case 'Enter': case ' ': choose(row); break
      case 'Escape': onClose(); break
      default: return
    }
    event.preventDefault()
    event.stopPropagation()
  }
  const label = (row: Row): string => {
    switch (row.is) {
      case 'zone': return text('outline.zone', { name: row.name, count: row.count })
      case 'node': return nameOf(text, {
        name: row.name, scene, verdict: scene?.verdicts.get(row.name),
        amounts: { cpuAllocatable: nodes.cpuMilliAllocatable[row.slot] ?? 0, cpuRequested: nodes.cpuMilliRequested[row.slot] ?? 0, memoryAllocatable: nodes.memoryBytesAllocatable[row.slot] ?? 0, memoryRequested: nodes.memoryBytesRequested[row.slot] ?? 0, podCount: nodes.podCount[row.slot] ?? 0, flags: nodes.flags[row.slot] ?? 0 },
      })
      case 'pod': return text('outline.pod', { name: row.key, state: text(`state.${row.state}`), cpu: cores(row.cpu), memory: bytes(row.memory) })
    }
  }
  const selectedId = selection?.kind === 'node' ? `node-${selection.name}` : selection?.kind === 'pod' ? `pod-${selection.name}` : ''
  return (
    <aside className="outline" aria-label={text('map.outline')}>
      <header className="outline-head"><span className="strong">{text('outline.title')}</span><span className="grow" /><IconButton label={text('outline.close')} onClick={onClose}><X size={15} /></IconButton></header>
      <div
        ref={scroller} className="outline-tree" role="tree" tabIndex={0} aria-label={text('map.outline')} onKeyDown={onKeyDown}
        aria-activedescendant={rows[activeIndex] ? rowId(rows[activeIndex]) : undefined}
      >
        <div role="presentation" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {virtual.getVirtualItems().map((item) => {
            const row = rows[item.index] as Row
            return (
              <div
                key={row.id} id={rowId(row)} role="treeitem" aria-level={row.level} aria-label={label(row)} aria-selected={row.id === selectedId} {...(row.is === 'pod' ? {} : { 'aria-expanded': row.open })}
                className="outline-row" data-active={item.index === activeIndex || undefined} style={{ transform: `translateY(${item.start}px)`, paddingLeft: 10 + (row.level - 1) * 18 }}
                onClick={() => { setActive(row.id); choose(row) }}
              >
                {row.is !== 'pod' && <button className="outline-fold" tabIndex={-1} aria-hidden="true" onClick={(event) => { event.stopPropagation(); toggle(row, !row.open) }}>{row.open ? '▾' : '▸'}</button>}
                {row.is === 'zone' && <><span className="strong">{row.name}</span><span className="dim small">{row.count}</span></>}
                {row.is === 'node' && (
                  <>
                    <span className={((nodes.flags[row.slot] ?? 0) & nodeFlags.ready) !== 0 ? 'dot' : 'dot-hollow'} />
                    <span className="mid cut">{row.name}</span><span className="dim small nowrap">{cores(nodes.cpuMilliRequested[row.slot] ?? 0)} / {cores(nodes.cpuMilliAllocatable[row.slot] ?? 0)}</span>
                    <span className="grow" /><OutlineVerdict name={row.name} />
                  </>
                )}
                {row.is === 'pod' && <><PodTag letter={row.letter} hue={row.hue} name={shortName(row.key)} title={row.key} /><span className="dim small nowrap">{text(`state.${row.state}`)}</span></>}
              </div>
            )
          })}
        </div>
      </div>
    </aside>
  )
}

function rowId(row: Row): string {
  return `outline-${row.id.replace(/[^\w-]/g, '_')}`
}

function OutlineVerdict({ name }: { readonly name: string }): ReactNode {
  const { scene } = useMapModel()
  const verdict = scene?.verdicts.get(name)
  if (verdict?.is === 'rejected') return <span className="small no-text cut">✕ {verdict.plugin}</span>
  if (verdict?.is === 'scored' && verdict.total !== undefined) return <span className={`small ${verdict.winner ? 'now-text strong' : 'dim-2'}`}>{verdict.total}</span>
  return null
}

import { Popover } from 'radix-ui'
import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import type { WorkloadList, WorkloadRef, WorkloadRow } from '../../protocol'
import { ChevronDown, Chip, useText, workloadColor } from '../kit'
import { isSame } from './store'

/** The button that names the workload on show, and the list behind it: type to filter, arrows to go through, Enter to take. */
export function Picker({ list, picked, onPick }: { readonly list: WorkloadList; readonly picked: WorkloadRef | undefined; readonly onPick: (row: WorkloadRow) => void }): ReactNode {
  const text = useText('workloads')
  const [open, setOpen] = useState(false)
  const row = list.rows.find((each) => isSame(each, picked))
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger className="wl-picker" aria-label={picked === undefined ? text('pick') : `${text('pick')}: ${text('name', { kind: picked.kind, name: picked.name })}`}>
        <span className="legend-letter" style={{ background: workloadColor(row?.hue ?? 0) }} aria-hidden="true">{row?.letter ?? '·'}</span>
        <span className="wl-picker-name cut">{picked === undefined ? text('pick') : text('name', { kind: picked.kind, name: picked.name })}</span>
        <span className="dim cut">{picked?.namespace}</span>
        <ChevronDown size={14} />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="menu wl-menu" align="start" sideOffset={6} collisionPadding={12}>
          <Options list={list} picked={picked} onPick={(next) => { setOpen(false); onPick(next) }} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}

const shownMax = 60

function Options({ list, picked, onPick }: { readonly list: WorkloadList; readonly picked: WorkloadRef | undefined; readonly onPick: (row: WorkloadRow) => void }): ReactNode {
  const text = useText('workloads')
  const [words, setWords] = useState('')
  const found = list.rows.filter((row) => `${row.kind} ${row.namespace}/${row.name}`.toLowerCase().includes(words.toLowerCase().trim()))
  const shown = found.slice(0, shownMax)
  const [place, setPlace] = useState(() => Math.max(0, shown.findIndex((row) => isSame(row, picked))))
  const at = Math.min(place, Math.max(0, shown.length - 1))
  const box = useRef<HTMLUListElement>(null)
  useEffect(() => { box.current?.children[at]?.scrollIntoView({ block: 'nearest' }) }, [at, words])
  const keys = (event: KeyboardEvent): void => {
    const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : event.key === 'PageDown' ? 8 : event.key === 'PageUp' ? -8 : 0
    if (by !== 0) setPlace(Math.max(0, Math.min(shown.length - 1, at + by)))
    else if (event.key === 'Home') setPlace(0)
    else if (event.key === 'End') setPlace(shown.length - 1)
    else if (event.key === 'Enter') {
      const row = shown[at]
      if (row) onPick(row)
    } else return
    event.preventDefault()
  }
  return (
    <>
      <input
        className="wl-input" role="combobox" aria-expanded aria-controls="wl-options" aria-activedescendant={shown.length > 0 ? `wl-option-${at}` : undefined} autoFocus value={words} placeholder={text('filter')} aria-label={text('filter')}
        onChange={(event) => { setWords(event.target.value); setPlace(0) }} onKeyDown={keys}
      />
      <ul className="wl-options" id="wl-options" role="listbox" aria-label={text('view')} ref={box}>
        {shown.map((row, index) => (
          <li key={`${row.kind} ${row.namespace}/${row.name}`} id={`wl-option-${index}`} role="option" aria-selected={isSame(row, picked)} className="menu-item" data-highlighted={index === at ? '' : undefined} onPointerMove={() => { setPlace(index) }} onClick={() => { onPick(row) }}>
            <span className="legend-letter" style={{ background: workloadColor(row.hue) }} aria-hidden="true">{row.letter}</span>
            <span className="wl-option-name"><span className="cut">{row.name}</span><small className="cut">{row.kind}, {row.namespace}</small></span>
            {row.state !== 'settled' && <Chip look={row.state === 'stuck' || row.state === 'failed' ? 'no' : 'plain'}>{text(`state.${row.state}`)}</Chip>}
            <span className="mono wl-option-count">{row.desired === undefined ? row.ready : `${row.ready}/${row.desired}`}</span>
          </li>
        ))}
      </ul>
      {shown.length === 0 && <p className="wl-note">{text(list.rows.length === 0 ? 'none' : 'none.match')}</p>}
      {found.length + list.more > shown.length && <p className="wl-note">{text('more', { count: found.length + list.more - shown.length })}</p>}
    </>
  )
}

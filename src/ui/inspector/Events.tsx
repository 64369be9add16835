import { useEffect, useState, type ReactNode } from 'react'
import type { EventRow } from '../../protocol'
import { Button, clock, useText } from '../kit'
import { useSession, useSetUi, useUi, useView } from '../store'

const rowsMax = 300

function useEvents(about: string | undefined): readonly EventRow[] | undefined {
  const session = useSession()
  const revision = useView((view) => view.revision)
  const running = useView((view) => view.running)
  const [rows, setRows] = useState<readonly EventRow[]>()
  useEffect(() => {
    let current = true
    const timer = setTimeout(() => {
      session.call('events', { ...(about === undefined ? {} : { about }), limit: rowsMax }).then((found) => { if (current) setRows(found) }, () => undefined)
    }, running ? 250 : 30)
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [session, about, revision, running])
  return rows
}

/** The Events tab: about what is selected, or all of them. */
export function EventsPanel(): ReactNode {
  const text = useText('inspector')
  const selection = useUi((ui) => ui.selection)
  const [all, setAll] = useState(false)
  const about = all ? undefined : selection?.name
  const rows = useEvents(about)
  return (
    <div className="events">
      {selection && <div className="events-head"><Button size="small" look="quiet" onClick={() => { setAll(!all) }}>{all ? text('events.only', { name: selection.name }) : text('events.all')}</Button></div>}
      {rows?.length === 0 && <p className="sec dim">{about === undefined ? text('events.none') : text('events.noneAbout', { name: about })}</p>}
      <ol className="event-list">
        {rows?.map((row, index) => (
          <li key={`${row.at} ${row.about} ${row.reason} ${index}`} data-type={row.type}>
            <p className="row event-line"><b className={row.type === 'Warning' ? 'no-text' : ''}>{row.type === 'Warning' ? '△ ' : ''}{row.reason}</b>{row.count > 1 && <span className="dim small">{text('events.times', { count: row.count })}</span>}<span className="grow" /><time className="mono micro dim">{clock(row.at)}</time></p>
            <p className="event-message">{row.message}</p>
            <p className="micro dim cut">{row.from} · {row.about}</p>
          </li>
        ))}
      </ol>
    </div>
  )
}

/** All events in a table. */
export function EventsView(): ReactNode {
  const text = useText('inspector')
  const setUi = useSetUi()
  const rows = useEvents(undefined)
  const pods = useView((view) => view.pods)
  const nodes = useView((view) => view.nodes)
  const [filter, setFilter] = useState('')
  const shown = rows?.filter((row) => filter === '' || `${row.reason} ${row.about} ${row.message} ${row.from}`.toLowerCase().includes(filter.toLowerCase()))
  const select = (about: string): void => {
    if (pods.slotOf(about) !== undefined) setUi({ selection: { kind: 'pod', name: about }, tab: 'decision' })
    else if (nodes.slotOf(about) !== undefined) setUi({ selection: { kind: 'node', name: about }, tab: 'decision' })
    else setUi({ selection: { kind: 'workload', name: about }, tab: 'yaml' })
  }
  return (
    <section className="list-view">
      <header className="list-head">
        <h2>{text('events.title')}</h2><span className="dim grow">{text('events.note')}</span>
        <input className="field" type="search" value={filter} placeholder={text('events.filter')} aria-label={text('events.filter')} onChange={(event) => { setFilter(event.target.value) }} />
      </header>
      <div className="list-body">
        {shown?.length === 0 && <p className="list-empty">{text('events.none')}</p>}
        {shown !== undefined && shown.length > 0 && (
          <table className="list">
            <thead><tr>{(['time', 'reason', 'about', 'message', 'from', 'count'] as const).map((name) => <th key={name} scope="col" className={name === 'count' ? 'num' : name === 'from' ? 'list-from' : ''}>{text(`events.${name}`)}</th>)}</tr></thead>
            <tbody>
              {shown.map((row, index) => (
                <tr key={`${row.at} ${row.about} ${index}`} onClick={() => { select(row.about) }}>
                  <td className="mono">{clock(row.at)}</td><td className={`cut list-reason${row.type === 'Warning' ? ' no-text' : ''}`} title={row.reason}>{row.type === 'Warning' ? '△ ' : ''}{row.reason}</td>
                  <td className="mono list-pod cut"><button type="button" className="link">{row.about}</button></td><td className="list-message" title={`${row.message} (${row.from})`}>{row.message}</td><td className="dim list-from">{row.from}</td><td className="num">{row.count}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
    </section>
  )
}

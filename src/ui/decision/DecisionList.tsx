import { useEffect, useState, type ReactNode } from 'react'
import type { CycleSummary } from '../../api'
import { Button, clock, CrossMark, TickMark, useText, whole } from '../kit'
import { runToDecision, useSession, useSetUi, useUi, useView } from '../store'
import { podKeyOf } from './analysis'
import './decision.css'

const pageSize = 100

/** Every scheduling cycle, newest first; a row opens its explanation beside it. */
export function DecisionList(): ReactNode {
  const text = useText('decision')
  const session = useSession()
  const setUi = useSetUi()
  const open = useUi((ui) => ui.openCycle)
  const cycles = useView((view) => view.controlPlane?.scheduler.cycles ?? 0)
  const position = useView((view) => view.position)
  const [filter, setFilter] = useState('')
  const [limit, setLimit] = useState(pageSize)
  const [found, setFound] = useState<readonly CycleSummary[]>()
  useEffect(() => {
    let current = true
    // A whole key asks the host; a part of a name is looked for among the newest.
    const whole = filter.includes('/') ? { pod: filter } : {}
    session.call('cycles', { ...whole, limit: filter === '' ? limit : 5000 }).then((list) => { if (current) setFound(list) }, () => undefined)
    return () => { current = false }
  }, [session, cycles, position, filter, limit])
  const shown = (found ?? []).filter((cycle) => filter === '' || podKeyOf(cycle).includes(filter)).slice(0, limit)
  return (
    <section className="list-view">
      <header className="list-head">
        <h2>{text('list.title')}</h2><span className="dim grow">{text('list.note')}</span>
        <input className="field" type="search" value={filter} placeholder={text('list.filter')} aria-label={text('list.filter')} onChange={(event) => { setFilter(event.target.value) }} />
      </header>
      <div className="list-body">
        {found !== undefined && shown.length === 0 && (
          <div className="list-empty">
            <p>{text(filter === '' ? 'list.empty' : 'list.emptyFilter')}</p>
            {filter === '' && <Button look="primary" hotkey="D" onClick={() => { setUi({ view: 'map' }); void runToDecision(session) }}>{text('list.run')}</Button>}
          </div>
        )}
        {shown.length > 0 && (
          <table className="list">
            <thead>
              <tr>
                <th scope="col" className="num">{text('list.cycle')}</th><th scope="col">{text('list.time')}</th><th scope="col">{text('list.pod')}</th><th scope="col" className="num">{text('list.attempt')}</th>
                <th scope="col">{text('list.outcome')}</th><th scope="col" className="num">{text('list.feasible')}</th><th scope="col">{text('list.message')}</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((cycle) => (
                <tr key={cycle.id} data-open={open === cycle.id ? '' : undefined} onClick={() => { setUi({ openCycle: cycle.id, tab: 'decision', inspectorOpen: true, pickedCell: undefined, pickedVerdict: undefined }) }}>
                  <td className="num"><button type="button" className="link" aria-label={text('open', { cycle: cycle.id })}>{whole(cycle.id)}</button></td>
                  <td className="mono">{clock(cycle.endedAt)}</td>
                  <td className="mono cut list-pod">{podKeyOf(cycle)}</td>
                  <td className="num">{cycle.attempt}</td>
                  <td>{cycle.outcome === 'scheduled' ? <span className="row list-outcome"><span className="ok-text"><TickMark size={12} /></span>{cycle.node}</span> : <span className="row list-outcome no-text"><CrossMark size={10} />{text(`outcome.${cycle.outcome}`)}</span>}</td>
                  <td className="num">{whole(cycle.nodesFeasible)} / {whole(cycle.nodesEvaluated)}</td>
                  <td className="dim list-message" title={cycle.message}>{cycle.message ?? ''}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        {(found?.length ?? 0) >= limit && <p className="list-more"><Button onClick={() => { setLimit(limit + 4 * pageSize) }}>{text('list.more')}</Button></p>}
      </div>
    </section>
  )
}

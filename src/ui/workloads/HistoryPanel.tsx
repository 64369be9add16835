import type { ReactNode } from 'react'
import { Button, clock, rich, useText } from '../kit'
import { useKubectl } from './Actions'
import { useWorkloads } from './store'
import type { OwnershipView } from '../../protocol'
import './workloads.css'

/** The revisions that are kept, newest first, each with the way back to it. */
export function HistoryPanel(): ReactNode {
  const text = useText('workloads')
  const view = useWorkloads((state) => state.view)
  if (view === undefined) return null
  if (view === 'none') return <p className="sec dim">{text('panel.none')}</p>
  return <Revisions view={view} />
}

function Revisions({ view }: { readonly view: OwnershipView }): ReactNode {
  const text = useText('workloads')
  const kubectl = useKubectl(view)
  const paused = view.root.is === 'Deployment' && view.root.rollout.mode === 'paused'
  if (view.history.length === 0) return <p className="sec dim">{text('history.none')}</p>
  return (
    <div data-testid="history">
      <ol className="wl-history">
        {view.history.map((row) => (
          <li key={row.name} className="sec" data-current={row.current ? '' : undefined}>
            <b className="wl-revision mono">{row.revision}</b>
            <div className="wl-history-words">
              <p className="mono">{row.images.join(', ')}</p>
              <p className="dim small">{row.cause === '' ? text('history.noCause') : row.cause}</p>
              <p className="dim small"><span className="mono">{row.name}</span>{row.createdAt !== undefined && row.createdAt >= 0 && `, ${clock(row.createdAt)}`}, {text('history.pods', { count: row.pods })}</p>
            </div>
            {row.current
              ? <span className="chip chip-ok">{text('history.current')}</span>
              : row.revision > 0 && <Button size="small" disabled={paused} title={text('history.undoLong', { revision: row.revision })} onClick={() => { void kubectl('rollout undo', `--to-revision=${row.revision}`) }}>{text('history.undo', { revision: row.revision })}</Button>}
          </li>
        ))}
      </ol>
      {view.history.length > 1 && <p className="sec dim small">{rich(text(paused ? 'history.paused' : 'history.note'))}</p>}
    </div>
  )
}

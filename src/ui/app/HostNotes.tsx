import { useState, type ReactNode } from 'react'
import { Button, CrossMark, History, useText, whole } from '../kit'
import { inThePast, seekEnd, tellError, useSession, useView } from '../store'

/** What stands over the map when something is not as usual: the worker is gone, or the reader is in the past. */
export function HostNotes(): ReactNode {
  const broken = useView((view) => view.host.is === 'broken')
  const past = useView((view) => view.host.is === 'open' && !view.running && inThePast(view))
  return broken ? <BrokenCard /> : past ? <PastNote /> : null
}

function BrokenCard(): ReactNode {
  const text = useText('app')
  const session = useSession()
  const host = useView((view) => view.host)
  const [copied, setCopied] = useState(false)
  if (host.is !== 'broken') return null
  const report = (): string => {
    const { scenario, seed, position, revision } = session.view.getState()
    return JSON.stringify({ message: host.message, stack: host.stack, scenario, seed, position, revision, browser: navigator.userAgent }, null, 2)
  }
  const unopened = session.view.getState().scenario === ''
  return (
    <section className="note-card note-broken" role="alert">
      <h2><span className="no-text"><CrossMark size={14} /></span>{unopened ? text('broken.unopened') : text('broken.title', { revision: whole(host.at) })}</h2>
      <p>{unopened ? host.message : text('broken.safe', { revision: whole(host.revision) })}</p>
      {!unopened && <p className="mono small dim">{host.message}</p>}
      <div className="note-acts">
        <Button look="primary" disabled={host.restarting} onClick={() => { session.restart().catch((error: unknown) => { tellError(session, error) }) }}>
          {host.restarting ? text('broken.restarting') : unopened ? text('broken.retry') : text('broken.restart', { revision: whole(host.revision) })}
        </Button>
        <Button onClick={() => { navigator.clipboard.writeText(report()).then(() => { setCopied(true) }, () => undefined) }}>{text(copied ? 'broken.copied' : 'broken.report')}</Button>
      </div>
    </section>
  )
}

function PastNote(): ReactNode {
  const text = useText('app')
  const session = useSession()
  const revision = useView((view) => view.revision)
  const last = useView((view) => view.lastRevision)
  return (
    <section className="note-past" title={text('past.note')}>
      <History size={14} /><span>{text('past.long', { revision: whole(revision), last: whole(last) })}</span>
      <button type="button" className="link" onClick={() => { void seekEnd(session, 'end') }}>{text('past.go')}</button>
    </section>
  )
}


import { useState, type ReactNode } from 'react'
import { Button, CrossMark, useText, whole } from '../kit'
import { tellError, useSession, useView } from '../store'

/** The worker is gone: what is safe, and how to go on. */
export function BrokenCard(): ReactNode {
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

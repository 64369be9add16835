import { useEffect, useState, type ReactNode } from 'react'
import { Button, percent, ProgressBar, useText } from '../kit'
import { useSession, useView } from '../store'

/**
 * Under 150 ms nothing; under a second a thin line under the top bar over the old picture; longer, what is being done and how far.
 */
export function WaitingLine(): ReactNode {
  const waiting = useView((view) => view.waiting > 0 || (view.host.is === 'opening' && view.scenario === ''))
  return waiting ? <Waiting /> : null
}

function Waiting(): ReactNode {
  const text = useText('app')
  const session = useSession()
  const progress = useView((view) => view.progress)
  const [since, setSince] = useState<'none' | 'short' | 'long'>('none')
  useEffect(() => {
    const soon = setTimeout(() => { setSince('short') }, 150)
    const late = setTimeout(() => { setSince('long') }, 1000)
    return () => {
      clearTimeout(soon)
      clearTimeout(late)
    }
  }, [])
  if (since === 'none') return null
  const words = progress ? text(`waiting.${progress.what}`, { percent: percent(progress.done, progress.of) }) : text('waiting.plain')
  const part = progress ? { part: progress.done / Math.max(1, progress.of) } : {}
  return (
    <div className="waiting" data-since={since}>
      <ProgressBar label={words} {...part} />
      {since === 'long' && progress && (
        <div className="waiting-card">
          <div className="row"><b className="grow">{words}</b>{progress.what === 'run' && <Button size="small" onClick={() => { void session.call('pause', {}).catch(() => undefined) }}>{text('cancel')}</Button>}</div>
          <ProgressBar label={words} {...part} />
        </div>
      )}
    </div>
  )
}

import { useState, type ReactNode } from 'react'
import type { ApiObject } from '../../api'
import { Button, PlayGlyph, useText, X } from '../kit'
import { apply, playOrPause, setUnit, useSession, useSetUi, useView } from '../store'
import { firstScenario } from './scenario'

const seenKey = 'berth.firstRunSeen'

function seen(): boolean {
  try {
    return localStorage.getItem(seenKey) !== null
  } catch {
    return false
  }
}

/** The first minute: one Pod, one question, one large button. Gone for good once used or closed. */
export function FirstRunCard(): ReactNode {
  const text = useText('app')
  const session = useSession()
  const here = useView((view) => view.scenario === firstScenario && view.decision === undefined && !view.running)
  const [closed, setClosed] = useState(seen)
  if (closed || !here) return null
  const close = (): void => {
    try {
      localStorage.setItem(seenKey, '1')
    } catch {
      // It will be shown again next time; no harm.
    }
    setClosed(true)
  }
  return (
    <section className="first-run" aria-label={text('first.title')}>
      <button type="button" className="icon-btn first-close" aria-label={text('first.close')} onClick={close}><X size={14} /></button>
      <h2>{text('first.title')}</h2>
      <p>{text('first.text')}</p>
      <Button look="primary" size="large" hotkey="Space" onClick={() => { close(); void setUnit(session, 'plugin').then(() => playOrPause(session)) }}><PlayGlyph size={14} />{text('first.watch')}</Button>
      <p className="small dim">{text('first.step')} <kbd>→</kbd></p>
      <p className="small dim first-drop">{text('first.drop')}<code>kubectl get nodes,pods,deploy,rs,svc -A -o yaml &gt; cluster.yaml</code></p>
    </section>
  )
}

const web = (replicas: number): ApiObject => ({
  apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'default' },
  spec: {
    replicas, selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'web', image: 'shop/web:2.1', resources: { requests: { cpu: '500m', memory: '512Mi' } } }] },
    },
  },
})

/** A cluster without Pods says what is ready and offers the obvious next act. */
export function EmptyCard(): ReactNode {
  const text = useText('app')
  const session = useSession()
  const setUi = useSetUi()
  const empty = useView((now) => now.host.is === 'open' && now.scenario !== '' && now.nodeCount > 0 && now.workloads.every((workload) => workload.hue === 0 || (workload.pods === 0 && (workload.desired ?? 0) === 0)))
  const nodes = useView((now) => now.nodeCount)
  if (!empty) return null
  return (
    <section className="empty-card">
      <h2>{text('empty.title')}</h2>
      <p>{text('empty.nodes', { count: nodes })}</p>
      <div className="note-acts">
        <Button look="primary" onClick={() => { void apply(session, [web(4)], false) }}>{text('empty.create')}</Button>
        <Button onClick={() => { setUi({ view: 'editor' }) }}>{text('empty.yaml')}</Button>
      </div>
    </section>
  )
}

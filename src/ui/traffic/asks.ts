import { useCallback, useEffect, useRef, useState } from 'react'
import { useStore } from 'zustand'
import type { RulesView, ServiceList, TrafficView } from '../../protocol'
import type { TrafficWalk } from '../../api'
import { oneAtATime, useSession, useView, type Asking, type Session } from '../store'
import { deskOf, type TrafficDesk } from './desk'

export function useDesk<Part>(select: (desk: TrafficDesk) => Part): Part {
  return useStore(deskOf(useSession()), select)
}

export function useSetDesk(): (part: Partial<TrafficDesk>) => void {
  const session = useSession()
  return useCallback((part) => { deskOf(session).setState(part) }, [session])
}

const whilePlayingMs = 200

/**
 * What the host says to a question, asked again as time moves; while time runs at most five times a second. Until the answer to another
 * question (`key`) is there nothing stands, or with `keep` the last answer. Null: refused, there is no such thing. `fixed`: only what the
 * key says changes the answer, so that it is not asked again.
 */
function useAnswer<Give>(key: string | undefined, ask: (session: Session) => Promise<Give>, { keep = false, fixed = false }: { readonly keep?: boolean; readonly fixed?: boolean } = {}): Give | null | undefined {
  const session = useSession()
  const moment = useView((view) => (fixed ? '' : `${view.position.event} ${view.revision} ${view.scenario} ${view.seed}`))
  const running = useView((view) => view.running)
  const [state, setState] = useState<{ readonly key: string; readonly give: Give | null }>()
  const latest = useRef({ key, ask })
  useEffect(() => { latest.current = { key, ask } })
  const asking = useRef<Asking>(undefined)
  useEffect(() => {
    asking.current = oneAtATime(async () => {
      const { key: asked, ask: askNow } = latest.current
      if (asked === undefined) return
      const give = await askNow(session).catch(() => null)
      if (latest.current.key === asked) setState({ key: asked, give })
    }, () => (session.view.getState().running ? whilePlayingMs : 0))
    return () => { asking.current?.stop() }
  }, [session])
  useEffect(() => { if (key !== undefined) asking.current?.want() }, [session, key, moment, running])
  return keep || state?.key === key ? state?.give : undefined
}

export function useServices(): ServiceList | null | undefined {
  return useAnswer('services', (session) => session.call('services', {}))
}

export function useTraffic(service: string | undefined, port: string | undefined, node: string | undefined): TrafficView | null | undefined {
  return useAnswer(service === undefined ? undefined : `${service} ${port ?? ''} ${node ?? ''}`, (session) => (
    session.call('traffic', { service: service ?? '', ...(port === undefined ? {} : { port }), ...(node === undefined ? {} : { node }) })))
}

export function useWalk(id: number | undefined): TrafficWalk | null | undefined {
  return useAnswer(id === undefined ? undefined : String(id), (session) => session.call('walk', { id: id ?? 0 }), { keep: true })
}

/** `moment` says when they may differ: a node's tables can be megabytes of text. */
export function useRules(node: string | undefined, moment: string): RulesView | null | undefined {
  return useAnswer(node === undefined ? undefined : `${node} ${moment}`, (session) => session.call('rules', { node: node ?? '' }), { keep: true, fixed: true })
}

import { useCallback, useEffect, useRef, useState } from 'react'
import { useStore } from 'zustand'
import type { RulesView, ServiceList, TrafficView } from '../../protocol'
import type { TrafficWalk } from '../../api'
import { useSession, useView, type Session } from '../store'
import { deskOf, type TrafficDesk } from './desk'

export function useDesk<Part>(select: (desk: TrafficDesk) => Part): Part {
  return useStore(deskOf(useSession()), select)
}

export function useSetDesk(): (part: Partial<TrafficDesk>) => void {
  const session = useSession()
  return useCallback((part) => { deskOf(session).setState(part) }, [session])
}

/**
 * What the host says to a question, asked again as time moves. While another answer of the same question is on its way the last one
 * stands; of another question (`key`) nothing does. Null: refused, there is no such thing.
 */
function useAnswer<Give>(key: string | undefined, ask: (session: Session) => Promise<Give>): Give | null | undefined {
  const session = useSession()
  const moment = useView((view) => `${view.position.event} ${view.revision} ${view.scenario} ${view.seed}`)
  const running = useView((view) => view.running)
  const [state, setState] = useState<{ readonly key: string; readonly give: Give | null }>()
  const question = useRef(ask)
  useEffect(() => { question.current = ask })
  useEffect(() => {
    if (key === undefined) return
    let current = true
    const timer = setTimeout(() => {
      question.current(session).then((give) => { if (current) setState({ key, give }) }, () => { if (current) setState({ key, give: null }) })
    }, running ? 250 : 0)
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [session, key, moment, running])
  return state?.key === key ? state?.give : undefined
}

export function useServices(): ServiceList | null | undefined {
  return useAnswer('services', (session) => session.call('services', {}))
}

export function useTraffic(service: string | undefined, port: string | undefined, node: string | undefined): TrafficView | null | undefined {
  return useAnswer(service === undefined ? undefined : `${service} ${port ?? ''} ${node ?? ''}`, (session) => (
    session.call('traffic', { service: service ?? '', ...(port === undefined ? {} : { port }), ...(node === undefined ? {} : { node }) })))
}

export function useWalk(id: number | undefined): TrafficWalk | null | undefined {
  return useAnswer(id === undefined ? undefined : String(id), (session) => session.call('walk', { id: id ?? 0 }))
}

export function useRules(node: string | undefined): RulesView | null | undefined {
  return useAnswer(node, (session) => session.call('rules', { node: node ?? '' }))
}

import { useMemo, type ReactNode } from 'react'
import type { TrafficTallyRow } from '../../api'
import type { EndpointView, TrafficView } from '../../protocol'
import { compareText } from '../../base'
import { useText, whole, workloadColor } from '../kit'
import { PodName, useWorkloadOf } from './PodName'

/** Drawn at most; of a Service with hundreds the busiest matter. */
const shownMax = 36

interface Row {
  readonly endpoint: EndpointView
  readonly count: number
  readonly reachable: boolean
}

/** Who may answer, under the node it is on, with how many requests it got. Positions never change between requests. */
export function EndpointColumn({ traffic, node, endpoints, now }: { readonly traffic: TrafficView; readonly node: string | undefined; readonly endpoints: readonly EndpointView[]; readonly now: string | undefined }): ReactNode {
  const text = useText('traffic')
  const { tally, reachable } = traffic
  const rows = useMemo((): readonly Row[] => {
    const counts = new Map((tally?.rows ?? []).map((row) => [row.endpoint, row]))
    const takes = new Set(reachable)
    const known = endpoints.map((endpoint): Row => ({ endpoint, count: counts.get(endpoint.key)?.count ?? 0, reachable: takes.has(endpoint.key) }))
    // Requests that went to somebody who is no endpoint any more, or never was one (a Pod's own address).
    const gone = (tally?.rows ?? []).filter((row: TrafficTallyRow) => !endpoints.some((endpoint) => endpoint.key === row.endpoint))
      .map(({ endpoint, pod, node: on, count }): Row => ({ endpoint: { key: endpoint, ready: false, serving: false, terminating: true, ...(pod === undefined ? {} : { pod }), ...(on === undefined ? {} : { node: on }) }, count, reachable: false }))
    return [...known, ...gone]
  }, [tally, reachable, endpoints])
  const most = Math.max(1, ...rows.map((row) => row.count))
  const shown = rows.slice(0, shownMax)
  const nodes = [...new Set(shown.map((row) => row.endpoint.node ?? ''))].sort(compareText)
  return (
    <section className="traffic-endpoints" aria-label={text('targets')}>
      {nodes.map((name) => (
        <div key={name} className="traffic-card traffic-node" role="group" aria-label={name === '' ? text('noNode') : name}>
          <h4 className="row">{name !== '' && <span className="dot" />}{name === '' ? text('noNode') : name}</h4>
          {shown.filter((row) => (row.endpoint.node ?? '') === name).map((row) => <EndpointCard key={row.endpoint.key} row={row} most={most} node={node} now={row.endpoint.key === now} behind={traffic.behind} />)}
        </div>
      ))}
      {rows.length > shown.length && <p className="small dim">{text('moreEndpoints', { count: rows.length - shown.length })}</p>}
    </section>
  )
}

function EndpointCard({ row: { endpoint, count, reachable }, most, node, now, behind }: { readonly row: Row; readonly most: number; readonly node: string | undefined; readonly now: boolean; readonly behind: boolean }): ReactNode {
  const text = useText('traffic')
  const { hue } = useWorkloadOf(endpoint.pod)
  const word = endpoint.terminating ? text('terminating') : !endpoint.ready ? text('notReady') : !reachable && node !== undefined ? text(behind ? 'notHeard' : 'noTraffic', { node }) : ''
  return (
    <div className="traffic-endpoint" data-anchor={`end ${endpoint.key}`} data-now={now ? '' : undefined} data-ready={endpoint.ready ? '' : undefined} data-count={count}>
      <div className="row">
        {endpoint.pod === undefined ? null : <PodName pod={endpoint.pod} />}
        <span className="mono small dim cut">{endpoint.key}</span><span className="grow" />
        <span className="visually-hidden">{text('got', { count })}</span><b aria-hidden="true">{whole(count)}</b>
      </div>
      <div className="traffic-share" aria-hidden="true"><span style={{ width: `${(count / most) * 96}%`, background: now ? 'var(--now)' : workloadColor(hue) }} /></div>
      {word !== '' && <p className="micro dim-2">{word}</p>}
    </div>
  )
}

import { useState, type ReactNode } from 'react'
import { Bar, BarChart, Cell, LabelList, ReferenceArea, ReferenceLine, ResponsiveContainer, XAxis, YAxis } from 'recharts'
import { pathOf, resources, splitKey, type TrafficRecord } from '../../api'
import type { EndpointView, TrafficView } from '../../protocol'
import { Button, clock, decimal, Segmented, shortName, tickTime, useText, whole, workloadColor } from '../kit'
import { tellError, useSession } from '../store'
import { useDesk, useSetDesk } from './asks'
import { settle } from './desk'
import { PodName, useWorkloadOf } from './PodName'
import { chiSquare, expectation } from './statistics'

export interface Choice {
  readonly value: string
  readonly label: string
}

export interface ClientGroup {
  readonly label: string
  readonly choices: readonly Choice[]
}

/** Requests in numbers: how they are shared out, what shares them, and the buttons that send some. */
export function TrafficPanel({ traffic, endpoints, clients, client, targets, target, now, rate, onClient, onTarget, onSend, onRate }: {
  readonly traffic: TrafficView
  readonly endpoints: readonly EndpointView[]
  readonly clients: readonly ClientGroup[]
  readonly client: string
  readonly targets: readonly string[]
  readonly target: number
  /** The request on show. */
  readonly now: TrafficRecord | undefined
  readonly onClient: (client: string) => void
  readonly onTarget: (target: number) => void
  readonly onSend: (count: number) => void
  /** Requests a second from this client to this target now. */
  readonly rate: number
  readonly onRate: (perSecond: number) => void
}): ReactNode {
  const text = useText('traffic')
  const setDesk = useSetDesk()
  const keepAlive = useDesk((desk) => desk.keepAlive)
  return (
    <>
      <ByEndpoint traffic={traffic} endpoints={endpoints} now={now?.endpoint} />
      <Affinity traffic={traffic} />
      <section className="sec">
        <h4 className="sec-title">{text('send')}</h4>
        <div className="row traffic-send">
          <Button look="primary" hotkey="R" aria-keyshortcuts="r" onClick={() => { onSend(1) }}>{text('send.1')}</Button>
          {[100, 1000].map((count) => <Button key={count} aria-label={text('send.manyLong', { count: whole(count) })} onClick={() => { onSend(count) }}>{whole(count)}</Button>)}
        </div>
        <label className="row traffic-choice"><span className="small dim">{text('as')}</span>
          <select className="traffic-select mono small" aria-label={text('as.long')} value={client} onChange={(event) => { onClient(event.target.value) }}>
            {clients.map((group) => <optgroup key={group.label} label={group.label}>{group.choices.map((choice) => <option key={choice.value} value={choice.value}>{choice.label}</option>)}</optgroup>)}
          </select>
        </label>
        <label className="row traffic-choice"><span className="small dim">{text('to')}</span>
          <select className="traffic-select mono small" aria-label={text('to.long')} value={target} onChange={(event) => { onTarget(Number(event.target.value)) }}>
            {targets.map((each, index) => <option key={each} value={index}>{each}</option>)}
          </select>
        </label>
        <label className="row traffic-choice small"><input type="checkbox" checked={keepAlive} onChange={(event) => { setDesk({ keepAlive: event.target.checked }) }} />{text('keep')}</label>
        <label className="row traffic-choice traffic-steady"><span className="small dim">{text('steady')}</span>
          <select className="traffic-select small" value={rate} onChange={(event) => { onRate(Number(event.target.value)) }}>
            {[...new Set([0, 1, 10, 50, 200, rate])].sort((a, b) => a - b).map((each) => <option key={each} value={each}>{each === 0 ? text('steady.off') : text('steady.rate', { count: each })}</option>)}
          </select>
        </label>
        {rate > 0 && <p className="micro dim">{text('steady.note')}</p>}
      </section>
      <section className="sec">
        <h4 className="sec-title">{text('last')}</h4>
        {traffic.records.length === 0 && <p className="small dim">{text('last.none')}</p>}
        <ol className="traffic-last">
          {traffic.records.map((record) => <LastRow key={record.id} record={record} now={record.id === now?.id} onPick={() => { setDesk({ walk: record.id, hop: undefined }) }} />)}
        </ol>
      </section>
    </>
  )
}

function LastRow({ record, now, onPick }: { readonly record: TrafficRecord; readonly now: boolean; readonly onPick: () => void }): ReactNode {
  const text = useText('traffic')
  const how = record.outcome !== 'answered' ? text(`outcome.${record.outcome}`)
    : record.means === 'conntrack' ? text('viaConntrack') : record.means === 'direct' ? text('direct.short') : record.lookups > 0 ? text('lookups') : text('rules', { count: record.rules })
  return (
    <li>
      <button type="button" className="row small" aria-current={now ? 'true' : undefined} title={clock(record.at)} onClick={onPick}>
        <span className="mono traffic-id">{record.id}</span>
        {record.pod === undefined ? <span className="mono dim cut">{record.endpoint ?? record.to}</span> : <PodName pod={record.pod} />}
        <span className="dim cut">{record.podNode}</span><span className="grow" />
        <span className={record.outcome === 'answered' ? 'dim-2' : 'no-text'}>{record.outcome === 'answered' ? '' : '✕ '}{record.affinity ? `${text('again')}, ` : ''}{how}</span>
      </button>
    </li>
  )
}

interface BarRow { readonly key: string; readonly name: string; readonly node: string; readonly count: number }

function ByEndpoint({ traffic, endpoints, now }: { readonly traffic: TrafficView; readonly endpoints: readonly EndpointView[]; readonly now: string | undefined }): ReactNode {
  const text = useText('traffic')
  const { tally, reachable, mode, service } = traffic
  const counts = new Map((tally?.rows ?? []).map((row) => [row.endpoint, row]))
  const takes = endpoints.filter((endpoint) => reachable.includes(endpoint.key))
  const rows: readonly BarRow[] = takes.map((endpoint) => ({ key: endpoint.key, name: endpoint.pod === undefined ? endpoint.key : shortName(endpoint.pod), node: endpoint.node ?? '', count: counts.get(endpoint.key)?.count ?? 0 }))
  const total = rows.reduce((sum, row) => sum + row.count, 0)
  const { expected, band } = expectation(total, rows.length)
  const { hue } = useWorkloadOf(takes[0]?.pod)
  const sticky = service.affinitySeconds > 0
  // Turns have no chance in them, and a client that stays has none of its own.
  const random = mode === 'iptables' && !sticky && service.type !== 'Headless'
  // Of a handful of requests no share can be expected.
  const judges = random && rows.length > 1 && expected >= 5
  const judged = chiSquare(rows.map((row) => row.count))
  const least = Math.min(...rows.map((row) => row.count))
  const most = Math.max(0, ...rows.map((row) => row.count))
  const sentence = tally === undefined ? text('nothingSent') : total === 0 ? ''
    : rows.length === 1 ? text('chi.one')
      : sticky ? text('chi.sticky')
        : mode === 'ipvs' && traffic.proxy.scheduler === 'sh' ? text('chi.hash')
        : !random ? text(most === least ? 'chi.even' : 'chi.turns', { spread: most - least })
          : judged === undefined ? text('chi.few')
            : judged.p >= 0.05 ? text('chi.fair', { chi: decimal(judged.chi), df: judged.df })
              : text('chi.biased', { chi: decimal(judged.chi), df: judged.df, percent: judged.p < 0.001 ? '< 0.1 %' : `${decimal(judged.p * 100, 1)} %` })
  return (
    <section className="sec">
      <h4 className="sec-title">{text('byEndpoint')}<span className="grow" />{tally !== undefined && <span className="small dim nowrap">{text('sent', { count: whole(tally.total), time: tickTime(tally.since, 1) })}</span>}</h4>
      {judges && <p className="micro dim traffic-expected">{text('expected', { count: whole(expected), band: whole(band) })}</p>}
      {total > 0 && rows.length <= 24 && (
        <div className="traffic-chart" aria-hidden="true">
          <ResponsiveContainer width="100%" height={150}>
            <BarChart accessibilityLayer={false} data={rows as BarRow[]} margin={{ top: 8, right: 4, bottom: 0, left: 4 }} barCategoryGap="18%">
              <YAxis hide domain={[0, Math.max(most, judges ? expected + band : 0) * 1.06]} />
              <XAxis dataKey="key" interval={0} height={rows.length <= 8 ? 34 : 4} axisLine={{ stroke: 'var(--line-3)' }} tickLine={false} tick={rows.length <= 8 ? <Tick rows={rows} /> : false} />
              {judges && <ReferenceArea y1={Math.max(0, expected - band)} y2={expected + band} fill="var(--ink-3)" fillOpacity={0.18} stroke="none" />}
              <Bar dataKey="count" isAnimationActive={false} radius={[3, 3, 0, 0]}>
                {rows.map((row) => <Cell key={row.key} fill={row.key === now ? 'var(--now)' : workloadColor(hue)} stroke="var(--bar-edge)" />)}
                {rows.length <= 12 && <LabelList dataKey="count" position="insideBottom" offset={7} fill="var(--wl-ink)" fontSize={12} fontWeight={600} />}
              </Bar>
              {judges && <ReferenceLine y={expected} stroke="var(--ink-1)" strokeDasharray="4 3" strokeWidth={1.2} />}
            </BarChart>
          </ResponsiveContainer>
        </div>
      )}
      <p className="small dim-2">{sentence}</p>
      {tally !== undefined && tally.failed > 0 && <p className="small no-text">✕ {text('failed', { count: tally.failed })}</p>}
      <table className="visually-hidden">
        <caption>{text('table')}</caption>
        <tbody>{rows.map((row) => <tr key={row.key}><th scope="row">{row.name}</th><td>{row.node}</td><td>{row.count}</td></tr>)}</tbody>
      </table>
    </section>
  )
}

function Tick({ rows, x = 0, y = 0, payload }: { readonly rows: readonly BarRow[]; readonly x?: number; readonly y?: number; readonly payload?: { readonly value: string } }): ReactNode {
  const row = rows.find((each) => each.key === payload?.value)
  if (row === undefined) return null
  const long = rows.length > 6
  return (
    <g transform={`translate(${x},${y})`}>
      <text textAnchor="middle" y={12} fontSize={long ? 10 : 11} fill="var(--ink-1)" fontFamily="var(--font-mono)">{row.name.slice(-(long ? 6 : 8))}</text>
      <text textAnchor="middle" y={26} fontSize={10.5} fill="var(--ink-3)">{row.node.slice(-(long ? 7 : 10))}</text>
    </g>
  )
}

const defaultSeconds = 10_800

function Affinity({ traffic: { service, mode } }: { readonly traffic: TrafficView }): ReactNode {
  const text = useText('traffic')
  const session = useSession()
  const [busy, setBusy] = useState(false)
  if (service.type === 'ExternalName' || service.type === 'Headless') return null
  const value = service.affinitySeconds > 0 ? 'ClientIP' : 'None'
  const write = async (next: 'None' | 'ClientIP'): Promise<void> => {
    if (busy || next === value) return
    setBusy(true)
    const { namespace, name } = splitKey(service.key)
    try {
      const answer = await session.call('request', {
        request: {
          method: 'PATCH', path: pathOf(resources.services, namespace, name), userAgent: 'kubectl', headers: { 'content-type': 'application/merge-patch+json' },
          body: { spec: { sessionAffinity: next, ...(next === 'None' ? { sessionAffinityConfig: null } : {}) } },
        },
      })
      if (answer.status < 400) await settle(session)
    } catch (error) {
      tellError(session, error)
    }
    setBusy(false)
  }
  return (
    <section className="sec">
      <h4 className="sec-title">{text('affinity')}<span className="grow" />
        <Segmented label={text('affinity')} value={value} onChange={(next) => { void write(next) }} segments={[{ value: 'None', label: text('affinity.None') }, { value: 'ClientIP', label: text('affinity.ClientIP') }]} />
      </h4>
      <p className="small dim-2">{text(value === 'ClientIP' ? 'affinity.on' : mode === 'iptables' ? 'affinity.off' : 'affinity.turns', { seconds: whole(service.affinitySeconds || defaultSeconds) })}</p>
    </section>
  )
}
